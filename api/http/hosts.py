"""A guard against requests that do not say plainly which host they mean."""

from __future__ import annotations

import re
from functools import lru_cache

from litestar.types import ASGIApp, Receive, Scope, Send

from api.http.declined import Declined

# A name, an address, or one of version 6 in brackets, and a port (RFC 9110, 7.2).
_HOST = re.compile(rb"(?:[\w.~%!$&'()*+;=-]*|\[[\da-fA-F:.]+\])(?::\d{0,5})?", re.ASCII)


def require_one_host(app: ASGIApp) -> ASGIApp:
    """Middleware: goes on only with a request to one host."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        _require([value for name, value in scope["headers"] if name == b"host"])
        await app(scope, receive, send)

    return answer


def _require(hosts: list[bytes]) -> None:
    """Go on only with one host at most, which servers before us and we understand alike.

    Raises:
        Declined: there are several, or it is not the name of a host (400).
    """
    if len(hosts) > 1:
        raise Declined(
            400, "SEVERAL_HOSTS", "The request names its host more than once: send one Host header."
        )
    if hosts and not _is_host(hosts[0]):
        raise Declined(
            400, "BAD_HOST", "The Host header is no name of a host: send one such as tandem.example:8000."
        )


@lru_cache(maxsize=256)
def _is_host(value: bytes) -> bool:
    return _HOST.fullmatch(value) is not None
