"""Two questions of whoever keeps the server running: is the process up, and can it do its work?"""

from __future__ import annotations

import asyncio
from typing import Any

from litestar import Request, Response, route
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from api.http.serving import LOOKING, serving
from domain import migrations
from domain.database import Database

_PATIENCE_S = 5.0


@route("/healthz", http_method=LOOKING)
async def healthz() -> dict[str, str]:
    """The process is up."""
    return {"status": "up"}


@route("/readyz", http_method=LOOKING)
async def readyz(request: Request[Any, Any, Any]) -> Response[dict[str, str]]:
    """The database answers and has the tables of this version; otherwise 503, and what to do."""
    missing = await _missing(serving(request.scope).database)
    if missing is None:
        return Response({"status": "ready"})
    return Response({"status": "not ready", "reason": missing}, status_code=503)


async def _missing(database: Database) -> str | None:
    """What stands between the server and its work, or None."""
    try:
        async with asyncio.timeout(_PATIENCE_S):
            step = await _step(database)
    except (OSError, SQLAlchemyError):
        return "The database cannot be reached: check that it runs, and TANDEM_DATABASE_URL."
    needed = migrations.known()[-1]
    if step != needed:
        return (
            f"The database is at step {step or 'none'} and this version needs {needed}: run tandem migrate."
        )
    return None


async def _step(database: Database) -> str | None:
    async with database.engine.connect() as connection:
        if await connection.scalar(text("SELECT to_regclass('alembic_version')")) is None:
            return None
        step: str | None = await connection.scalar(text("SELECT version_num FROM alembic_version"))
        return step
