"""`/graphql`: GraphQL over HTTP, by POST for everything and by GET for what only reads.

See https://graphql.github.io/graphql-over-http/draft/. An operation that was executed is answered with 200,
whatever it ran into. One that never was (syntax, validation, variables) is 400 to those who ask for
`application/graphql-response+json`, and 200 to those who ask for `application/json` and expect that.
"""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get, post
from strawberry.schema.exceptions import InvalidOperationTypeError

from api.http.asked import Asked, asked_in_address, asked_in_body
from api.http.bodies import body_of
from api.http.callers import Caller
from api.http.declined import Declined
from api.http.identity import viewer_of
from api.http.media import AnswerType, answer_type, require_json
from api.http.origins import require_same_origin
from api.http.serving import serving
from domain.access.viewers import Viewer
from domain.calendar import now
from graph import asking


@post("/graphql", status_code=200, request_max_body_size=None)
async def operate(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Carry out an operation that was sent as JSON."""
    viewer, form = _admit(request)
    require_json(request.headers.get("content-type"), request.headers.get("content-encoding"))
    asked = asked_in_body(await body_of(request))
    return await _answer(request, viewer, form, asked)


@get("/graphql")
async def read(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Answer a query that was sent in the address. Addresses are followed by chance: they change nothing."""
    viewer, form = _admit(request)
    asked = asked_in_address(request.query_params.dict())
    try:
        return await _answer(request, viewer, form, asked, queries_only=True)
    except InvalidOperationTypeError as error:
        raise Declined(
            405, "MUTATION_BY_GET", "A GET only reads: send this mutation by POST.", headers={"Allow": "POST"}
        ) from error


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
) -> Response[bytes]:
    answer = await asking.execute(
        serving(request).database,
        viewer,
        query=asked.query,
        document_id=asked.document_id,
        variables=asked.variables,
        operation_name=asked.operation_name,
        now=now(),
        queries_only=queries_only,
        waiting=Caller(request.receive).waiting,
    )
    status = 400 if form is AnswerType.GRAPHQL and not answer.executed else 200
    return Response(answer.body, media_type=form.header, status_code=status)
