"""A span for each request, where traces are wanted."""

from __future__ import annotations

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from api.http.logs import OPERATION
from api.http.metrics import method_of
from api.http.serving import serving
from domain.assessments.inviting import PATH

_TRACEPARENT = b"traceparent"
_SERVER_ERROR = 500


def trace_requests(app: ASGIApp) -> ASGIApp:
    """Middleware: a span by the route and the status of each request; never of answering a questionnaire."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        tracing = serving(scope).tracing
        if tracing is None or scope["path"].startswith(PATH):
            await app(scope, receive, send)
            return
        route, method = scope.get("path_template") or "none", method_of(scope)
        with tracing.serving(f"{method} {route}", _parent(scope)) as span:

            async def noting(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                    if message["status"] >= _SERVER_ERROR:
                        span.set_attribute("error.type", str(message["status"]))
                await send(message)

            span.set_attributes({"http.request.method": method, "http.route": route})
            await app(scope, receive, noting)
            if operation := scope["state"].get(OPERATION):
                span.set_attribute("tandem.operation", operation)

    return answer


def _parent(scope: Scope) -> dict[str, str]:
    found = dict(scope["headers"]).get(_TRACEPARENT)
    return {} if found is None else {"traceparent": found.decode("latin-1")}
