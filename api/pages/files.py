"""`/static`: what pages load. The files are few and small, so they are read once; no path ever leads to the disk."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from mimetypes import guess_type
from pathlib import Path
from typing import Any

from litestar import Request, Response, route
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from api.http.conditional import Content, unless_known
from api.http.serving import LOOKING

_FOLDER = Path(__file__).parents[1] / "static"

# An hour: a new version of Tandem is seen soon, and nothing in there is private.
_KEPT = "public, max-age=3600"


@route("/static/{name:str}", http_method=LOOKING)
async def show_file(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[bytes]:
    """The file of that name."""
    found = _files().get(name)
    if found is None:
        raise NotFoundException
    return unless_known(request, found)


@cache
def _files() -> Mapping[str, Content]:
    return {
        path.name: Content(path.read_bytes(), guess_type(path.name)[0] or "application/octet-stream", _KEPT)
        for path in _FOLDER.iterdir()
    }
