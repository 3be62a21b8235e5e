"""`/graphql`: GraphQL over HTTP, by POST for everything and by GET for what only reads.

See https://graphql.github.io/graphql-over-http/draft/. An operation that was executed is answered with 200,
whatever it ran into. One that never was (syntax, validation, variables) is 400 to those who ask for
`application/graphql-response+json`, and 200 to those who ask for `application/json` and expect that.
"""

from __future__ import annotations

from typing import Any

from litestar import Request, get, post
from litestar.response.base import ASGIResponse

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


@post("/graphql", status_code=200, request_max_body_size=None)
async def operate(request: Request[Any, Any, Any]) -> ASGIResponse:
    """Carry out an operation that was sent as JSON."""
    viewer, form = _admit(request)
    require_json(request.headers.get("content-type"), request.headers.get("content-encoding"))
    asked = asked_in_body(await body_of(request))
    return await _answer(request, viewer, form, asked)


@get("/graphql")
async def read(request: Request[Any, Any, Any]) -> ASGIResponse:
    """Answer a query that was sent in the address. Addresses are followed by chance: they change nothing."""
    viewer, form = _admit(request)
    asked = asked_in_address(request.query_params.dict())
    return await _answer(request, viewer, form, asked, queries_only=True)


def _admit(request: Request[Any, Any, Any]) -> tuple[Viewer, AnswerType]:
    """Who asks and in which form they are answered, decided before anything of the operation is read."""
    require_same_origin(request)
    viewer = viewer_of(request, serving(request).settings.admin_token)
    return viewer, answer_type(request.headers.get("accept"))


async def _answer(
    request: Request[Any, Any, Any],
    viewer: Viewer,
    form: AnswerType,
    asked: Asked,
    *,
    queries_only: bool = False,
) -> ASGIResponse:
    server = serving(request)
    answer = await asking.execute(
        server.database,
        viewer,
        query=asked.query,
        document_id=asked.document_id,
        variables=asked.variables,
        operation_name=asked.operation_name,
        now=now(),
        queries_only=queries_only,
        waiting=Caller(request.receive).waiting,
        pay=server.purse(viewer, token_of(request)),
    )
    # Litestar's own Response would look for a thread in which to be made: the body is JSON already.
    return ASGIResponse(
        body=answer.body,
        media_type=form.header,
        status_code=_status(answer, form),
        headers=_headers(answer),
    )


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
