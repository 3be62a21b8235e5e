"""`/graphql`: GraphQL over HTTP, by POST for everything and by GET for what only reads.

See https://graphql.github.io/graphql-over-http/draft/. An operation that was executed is answered with 200,
whatever it ran into. One that never was (syntax, validation, variables) is 400 to those who ask for
`application/graphql-response+json`, and 200 to those who ask for `application/json` and expect that.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from litestar import Request, asgi
from litestar.exceptions import MethodNotAllowedException
from litestar.types import Receive, Scope, Send

from api.http.asked import Asked, asked_in_address, asked_in_body
from api.http.bodies import body_of
from api.http.callers import Caller
from api.http.identity import token_of, viewer_of
from api.http.media import AnswerType, answer_type, require_json
from api.http.origins import require_same_origin
from api.http.serving import serving
from domain.access.viewers import Viewer
from domain.calendar import now
from graph import asking
from graph.answers import Answer


@asgi("/graphql", copy_scope=False)
async def operate(scope: Scope, receive: Receive, send: Send) -> None:
    """Carry out an operation that was sent as JSON, or answer a query that was sent in the address.

    Litestar's own handlers would first look for arguments that this has none of, in a tenth of the time of a lookup.
    """
    request: Request[Any, Any, Any] = Request(scope, receive, send)
    match scope.get("method"):
        case "POST":
            answer, form = await _operate(request)
        case "GET":
            answer, form = await _read(request)
        case _:
            raise MethodNotAllowedException(headers={"Allow": "GET, POST"})
    await _send(send, answer, form)


async def _operate(request: Request[Any, Any, Any]) -> tuple[Answer, AnswerType]:
    viewer, form = _admit(request)
    headers = request.headers
    require_json(headers.get("content-type"), headers.get("content-encoding"))
    asked = asked_in_body(await body_of(request))
    return await _answer(request, viewer, asked), form


async def _read(request: Request[Any, Any, Any]) -> tuple[Answer, AnswerType]:
    """Addresses are followed by chance: they change nothing."""
    viewer, form = _admit(request)
    asked = asked_in_address(request.query_params.dict())
    return await _answer(request, viewer, asked, queries_only=True), form


def _admit(request: Request[Any, Any, Any]) -> tuple[Viewer, AnswerType]:
    """Who asks and in which form they are answered, decided before anything of the operation is read."""
    require_same_origin(request)
    viewer = viewer_of(request, serving(request).settings.admin_token)
    return viewer, answer_type(request.headers.get("accept"))


async def _answer(
    request: Request[Any, Any, Any],
    viewer: Viewer,
    asked: Asked,
    *,
    queries_only: bool = False,
) -> Answer:
    server = serving(request)
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
        pay=server.purse(viewer, token_of(request)),
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
