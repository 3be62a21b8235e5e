"""`/graphql`: GraphQL over HTTP, by POST for everything, by GET and HEAD for what only reads.

See https://graphql.github.io/graphql-over-http/draft/. An operation that was executed is answered with 200,
whatever it ran into. One that never was (syntax, validation, variables) is 400 to those who ask for
`application/graphql-response+json`, and 200 to those who ask for `application/json` and expect that.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from litestar import Request, asgi
from litestar.exceptions import MethodNotAllowedException
from litestar.types import Receive, Scope, Send

from api.http import metrics
from api.http.asked import Asked, asked_in_address, asked_in_body
from api.http.bodies import body_of
from api.http.callers import Caller
from api.http.identity import token_of, viewer_of
from api.http.logs import OPERATION
from api.http.media import AnswerType, answer_type, require_json
from api.http.origins import require_same_origin
from api.http.serving import serving
from domain.access.viewers import Viewer
from domain.calendar import now
from domain.database import Database
from graph import asking
from graph.answers import Answer
from graph.context import Trail, Waiting
from graph.costs import Pay
from graph.outages import RETRY_AFTER_S


@asgi("/graphql", copy_scope=False)
async def operate(scope: Scope, receive: Receive, send: Send) -> None:
    """Carry out an operation that was sent as JSON, or answer a query that was sent in the address.

    Litestar's own handlers would first look for arguments that this has none of, in a tenth of the time of a lookup.
    Nor does it need more of a request than its headers and its body.
    """
    read = _READ.get(str(scope.get("method")))
    if read is None:
        raise MethodNotAllowedException(headers={"Allow": ", ".join(_READ)})
    headers = _headers(scope)
    # Who asks is decided before anything of the operation is read.
    server = serving(scope)
    require_same_origin(headers)
    viewer = viewer_of(scope, headers, server.settings.admin_token)
    form = answer_type(headers.get("accept"))
    asked = await read(scope, headers, receive)
    token = token_of(headers.get("authorization"))
    # Addresses are followed by chance: they change nothing.
    queries_only = read is _in_address
    waiting = partial(Caller, server.callers, receive)
    answer = await _answer(
        server.database,
        viewer,
        asked,
        queries_only=queries_only,
        waiting=waiting,
        pay=server.purse(viewer, token),
        trail=server.trail(token),
    )
    metrics.charged(answer)
    scope["state"][OPERATION] = answer.operation
    await _send(send, answer, form, only_head=scope.get("method") == "HEAD")


def _headers(scope: Scope) -> dict[str, str]:
    """The headers by their names, which servers give in small letters; of several of one name the first."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in reversed([*scope["headers"]])}


async def _in_body(_scope: Scope, headers: Mapping[str, str], receive: Receive) -> Asked:
    # Heard out before its type is declined: many clients listen only when they have sent everything.
    raw = await body_of(receive, headers)
    require_json(headers.get("content-type"), headers.get("content-encoding"))
    return await asked_in_body(raw)


async def _in_address(scope: Scope, _sent: Mapping[str, str], _receive: Receive) -> Asked:
    request: Request[Any, Any, Any] = Request(scope)
    return asked_in_address(request.query_params.dict())


_READ = {"GET": _in_address, "HEAD": _in_address, "POST": _in_body}


async def _answer(
    database: Database,
    viewer: Viewer,
    asked: Asked,
    *,
    queries_only: bool,
    waiting: Waiting,
    pay: Pay | None,
    trail: Trail | None,
) -> Answer:
    return await asking.execute(
        database,
        viewer,
        query=asked.query,
        document_id=asked.document_id,
        variables=asked.variables,
        operation_name=asked.operation_name,
        now=now(),
        queries_only=queries_only,
        waiting=waiting,
        pay=pay,
        trail=trail,
    )


_TYPES = {form: form.header.encode() for form in AnswerType}


async def _send(send: Send, answer: Answer, form: AnswerType, *, only_head: bool) -> None:
    headers = [(b"content-type", _TYPES[form]), (b"content-length", b"%d" % len(answer.body))]
    retry_after_s = RETRY_AFTER_S[answer.outage] if answer.outage else answer.retry_after_s
    if retry_after_s is not None:
        headers.append((b"retry-after", b"%d" % retry_after_s))
    elif answer.refused == "MUTATION_BY_GET":
        headers.append((b"allow", b"POST"))
    await send({"type": "http.response.start", "status": _status(answer, form), "headers": headers})
    await send({"type": "http.response.body", "body": b"" if only_head else answer.body, "more_body": False})


def _status(answer: Answer, form: AnswerType) -> int:
    if answer.outage is not None:
        return 503
    if answer.retry_after_s is not None:
        return 429
    if answer.refused == "MUTATION_BY_GET":
        return 405
    return 400 if form is AnswerType.GRAPHQL and not answer.executed else 200
