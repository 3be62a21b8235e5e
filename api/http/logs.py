"""The server's log: one event a line, as JSON for machines or in columns on a terminal.

What people ask and what they are told stays out of it: operations and their variables may name people.
"""

from __future__ import annotations

import logging
import sys
from time import perf_counter
from typing import Any

import structlog
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from structlog.typing import Processor

log = structlog.stdlib.get_logger("tandem")


def configure() -> None:
    """Write events to standard error from now on, at level info and above."""
    shape = _columns() if sys.stderr.isatty() else _json()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *shape,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


# Neither shape writes the variables of a traceback's functions: what people asked would stand among them.
def _columns() -> list[Processor]:
    return [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]


def _json() -> list[Processor]:
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]


class RequestLog(ASGIMiddleware):
    """Writes a line for each request that a route answered: its path, not its query, which may hold names."""

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Answer the request, and then write how it went and how long it took."""
        began = perf_counter()
        status = 0

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await next_app(scope, receive, noting)
        finally:
            log.info("request", **_line(scope, status, perf_counter() - began))


def _line(scope: Scope, status: int, seconds: float) -> dict[str, Any]:
    return {
        "method": scope.get("method"),
        "path": scope["path"],
        "status": status,
        "milliseconds": round(seconds * 1000, 1),
    }
