"""`/graphql`: GraphQL over HTTP, by POST for everything and by GET for what only reads.

See https://graphql.github.io/graphql-over-http/draft/. An operation that was executed is answered with 200,
whatever it ran into. One that never was (syntax, validation, variables) is 400 to those who ask for
`application/graphql-response+json`, and 200 to those who ask for `application/json` and expect that.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from litestar import Request, asgi
from litestar.datastructures import Headers
from litestar.exceptions import MethodNotAllowedException
from litestar.types import Receive, Scope, Send

from api.http.asked import Asked, asked_in_address, asked_in_body
from api.http.bodies import body_of
from api.http.callers import Caller
from api.http.identity import token_of, viewer_of
from api.http.media import AnswerType, answer_type, require_json
from api.http.origins import require_same_origin
from api.http.serving import Serving, serving
from domain.access.viewers import Viewer
from domain.calendar import now
from graph import asking
from graph.answers import Answer


@asgi("/graphql", copy_scope=False)
async def operate(scope: Scope, receive: Receive, send: Send) -> None:
    """Carry out an operation that was sent as JSON, or answer a query that was sent in the address.

    Litestar's own handlers would first look for arguments that this has none of, in a tenth of the time of a lookup.
    """
    request = _Request(scope, receive, send)
    method = scope.get("method")
    if method not in {"GET", "POST"}:
        raise MethodNotAllowedException(headers={"Allow": "GET, POST"})
    admitted = _admit(request)
    asked = await _sent(request) if method == "POST" else asked_in_address(request.query_params.dict())
    # Addresses are followed by chance: they change nothing.
    answer = await _answer(request, admitted, asked, queries_only=method == "GET")
    await _send(send, answer, admitted.form)


class _Request(Request[Any, Any, Any]):
    """A request as everybody knows it; Litestar's own would make its headers anew whenever it is asked for them."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        super().__init__(scope, receive, send)
        self._made = super().headers

    @property
    def headers(self) -> Headers:
        """The headers, made once."""
        return self._made


async def _sent(request: _Request) -> Asked:
    require_json(request.headers.get("content-type"), request.headers.get("content-encoding"))
    return asked_in_body(await body_of(request))


@dataclass(frozen=True, slots=True)
class _Admitted:
    """Who asks which server, and in which form they are answered."""

    server: Serving
    viewer: Viewer
    form: AnswerType


def _admit(request: _Request) -> _Admitted:
    """Decide who asks before anything of the operation is read."""
    server = serving(request)
    require_same_origin(request.headers)
    viewer = viewer_of(request, server.settings.admin_token)
    return _Admitted(server, viewer, answer_type(request.headers.get("accept")))


async def _answer(request: _Request, admitted: _Admitted, asked: Asked, *, queries_only: bool) -> Answer:
    server, viewer = admitted.server, admitted.viewer
    return await asking.execute(
        server.database,
        viewer,
        query=asked.query,
        document_id=asked.document_id,
        variables=asked.variables,
        operation_name=asked.operation_name,
        now=now(),
        queries_only=queries_only,
        waiting=partial(Caller, request.receive),
        pay=server.purse(viewer, token_of(request.headers.get("authorization"))),
    )


async def _send(send: Send, answer: Answer, form: AnswerType) -> None:
    headers = {"Content-Type": form.header, "Content-Length": str(len(answer.body)), **_headers(answer)}
    await send(
        {
            "type": "http.response.start",
            "status": _status(answer, form),
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        }
    )
    await send({"type": "http.response.body", "body": answer.body, "more_body": False})


def _status(answer: Answer, form: AnswerType) -> int:
    if answer.retry_after_s is not None:
        return 429
    if answer.refused == "MUTATION_BY_GET":
        return 405
    return 400 if form is AnswerType.GRAPHQL and not answer.executed else 200


def _headers(answer: Answer) -> dict[str, str]:
    if answer.retry_after_s is not None:
        return {"Retry-After": str(answer.retry_after_s)}
    return {"Allow": "POST"} if answer.refused == "MUTATION_BY_GET" else {}
