"""A line of the log for each request: which path, how it went, how long it took."""

from __future__ import annotations

from functools import cached_property
from time import perf_counter
from typing import Any

from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from api.logs import log
from domain.assessments.inviting import PATH


class RequestLog(ASGIMiddleware):
    """Writes a line for each request that a route answered: its path, not its query, which may hold names."""

    # The first two are asked every few seconds by whoever keeps the server running. Of questionnaires no line may be
    # written: their addresses hold a token, and when somebody answered is nobody's business.
    exclude_path_pattern = ("^/healthz$", "^/readyz$", f"^{PATH}")

    @cached_property
    def _log(self) -> Any:
        """The log as it is set up when the first request comes: to look it up for each takes as long as to write it."""
        return log.bind()

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
            self._log.info("request", **_line(scope, status, perf_counter() - began))


def _line(scope: Scope, status: int, seconds: float) -> dict[str, Any]:
    return {
        "method": scope.get("method"),
        "path": scope["path"],
        "status": status,
        "milliseconds": round(seconds * 1000, 1),
    }
