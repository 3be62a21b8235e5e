"""What is kept of each request: a line of the log, and a count."""

from __future__ import annotations

from time import perf_counter
from typing import Any

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from api.http.metrics import answered, method_of, uncounted
from api.logs import log
from domain.assessments.inviting import PATH

OPERATION = "operation"
"""Where the state of a request says what it asked for, in a word of ours."""

# Asked every few seconds by whoever keeps the server running.
_OFTEN = frozenset({"/healthz", "/readyz", "/metrics"})


def log_requests(app: ASGIApp) -> ASGIApp:
    """Middleware: a line for each request that a route answered, with its path, not its query, which may hold names.

    Of questionnaires no line may be written: their addresses hold a token, and when somebody answered is nobody's
    business. Nor are they counted, or any statement of theirs.
    """
    # The log as it is set up when the first request comes: to look it up for each takes as long as to write it.
    bound: list[Any] = []

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if path.startswith(PATH):
            with uncounted():
                return await app(scope, receive, send)
        if path in _OFTEN:
            return await app(scope, receive, send)
        began, status = perf_counter(), 0

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await app(scope, receive, noting)
        finally:
            if not bound:
                bound.append(log.bind())
            seconds = perf_counter() - began
            milliseconds = round(seconds * 1000, 1)
            bound[0].info(
                "request", method=scope.get("method"), path=path, status=status, milliseconds=milliseconds
            )
            route, operation = scope.get("path_template") or "none", scope["state"].get(OPERATION, "")
            answered(route, method_of(scope), status, operation, seconds)

    return answer
