"""Two questions of whoever keeps the server running: is the process up, and can it do its work?"""

from __future__ import annotations

import asyncio
from importlib.metadata import version
from typing import Any

from litestar import Request, Response, route
from sqlalchemy.exc import SQLAlchemyError

from api.http.serving import LOOKING, serving
from domain import migrations
from domain.backups.unfinished import require_finished
from domain.database import Database
from domain.errors import Refused

_PATIENCE_S = 5.0
_VERSION = version("tandem")


@route("/healthz", http_method=LOOKING)
async def healthz() -> dict[str, str]:
    """The process is up, and of which version it is."""
    return {"status": "up", "version": _VERSION}


@route("/readyz", http_method=LOOKING)
async def readyz(request: Request[Any, Any, Any]) -> Response[dict[str, str]]:
    """The database answers and has the tables of this version; otherwise 503, with a code and what to do."""
    try:
        await _require_ready(serving(request.scope).database)
    except Refused as refusal:
        answer = {"status": "not ready", "code": refusal.code, "reason": refusal.message}
        return Response(answer, status_code=503)
    return Response({"status": "ready"})


async def _require_ready(database: Database) -> None:
    """Go on only where nothing stands between the server and its work."""
    try:
        async with asyncio.timeout(_PATIENCE_S), database.engine.connect() as connection:
            await require_finished(connection)
            step = await migrations.require_ours(connection)
    except (OSError, SQLAlchemyError) as error:
        raise Refused(
            "DATABASE_UNREACHABLE",
            "The database cannot be reached: check that it runs, and TANDEM_DATABASE_URL.",
        ) from error
    needed = migrations.known()[-1]
    if step != needed:
        raise Refused(
            "DATABASE_IS_OLDER",
            f"The database is at step {step or 'none'} and this version needs {needed}: run tandem migrate.",
        )
