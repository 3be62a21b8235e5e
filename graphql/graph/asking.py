"""Asking the schema from inside Tandem: the API, the workers and the command line all come through here."""

from __future__ import annotations

import uuid
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import structlog
from asyncpg import QueryCanceledError
from graphql import GraphQLError
from sqlalchemy.exc import DBAPIError
from strawberry.schema.exceptions import CannotGetOperationTypeError
from strawberry.types import ExecutionResult

from domain.access.viewers import Viewer
from domain.calendar import now as present
from domain.database import Database
from domain.errors import Refused
from graph.context import TOO_LONG, Context, Waiting
from graph.trusted import TrustedDocument, by_id

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer as JSON; `executed` is false where the question was not understood."""

    body: bytes
    executed: bool


class AskingFailed(Exception):  # noqa: N818 - it says what happened
    """A question that Tandem itself asked was answered with errors: a bug, or a database that is gone."""


async def execute(
    database: Database,
    viewer: Viewer,
    *,
    query: str | None = None,
    document_id: str | None = None,
    variables: dict[str, Any] | None = None,
    operation_name: str | None = None,
    now: datetime | None = None,
    queries_only: bool = False,
    waiting: Waiting = nullcontext,
) -> Answer:
    """Answer a question, sent as text or as the id of a trusted document.

    `waiting` is a context in which somebody waits for the answer to a query; see `graph.context`.
    """
    trusted = by_id().get(document_id) if document_id is not None else None
    if document_id is not None and trusted is None:
        return _refused(
            "UNKNOWN_DOCUMENT", "There is no trusted document with this id: send the query's text."
        )
    text = trusted.text if trusted else query
    if not text:
        return _refused("NO_QUERY", "Send a `query`, or the `documentId` of a trusted document.")
    context = Context(database, viewer, now or present(), trusted=trusted is not None, waiting=waiting)
    try:
        result = await _run(text, variables, operation_name, context, queries_only=queries_only)
    except CannotGetOperationTypeError:
        return _refused("UNKNOWN_OPERATION", "The document has no such operation: check `operationName`.")
    return Answer(_body(result), executed=_executed(result))


async def _run(
    text: str,
    variables: dict[str, Any] | None,
    operation_name: str | None,
    context: Context,
    *,
    queries_only: bool,
) -> ExecutionResult:
    from strawberry.types.graphql import OperationType  # noqa: PLC0415

    from graph.schema import schema  # noqa: PLC0415 - a second to build; not every command asks

    allowed = {OperationType.QUERY} if queries_only else {OperationType.QUERY, OperationType.MUTATION}
    return await schema.execute(
        text,
        variable_values=variables,
        operation_name=operation_name,
        context_value=context,
        allowed_operation_types=allowed,
    )


async def ask(
    database: Database,
    viewer: Viewer,
    document: TrustedDocument,
    variables: dict[str, Any] | None = None,
    *,
    now: datetime | None = None,
) -> dict[str, Any]:
    """The data that a trusted document gives this viewer.

    Raises:
        AskingFailed: the answer has errors.
    """
    answer = await execute(database, viewer, document_id=document.id, variables=variables, now=now)
    body = orjson.loads(answer.body)
    if body.get("errors"):
        raise AskingFailed(f"{document.name}: {body['errors'][0]['message']}")
    data: dict[str, Any] = body["data"]
    return data


def _refused(code: str, message: str) -> Answer:
    return Answer(
        orjson.dumps({"errors": [{"message": message, "extensions": {"code": code}}]}), executed=False
    )


def _executed(result: ExecutionResult) -> bool:
    """Whether execution began: an error of a field has a path, one of the request as a whole has none."""
    return result.data is not None or any(error.path for error in result.errors or ())


def _body(result: ExecutionResult) -> bytes:
    body: dict[str, Any] = {}
    if result.errors:
        body["errors"] = [_error(error) for error in result.errors]
    if _executed(result):
        body["data"] = result.data
    if result.extensions:
        body["extensions"] = result.extensions
    return orjson.dumps(body)


def _error(error: GraphQLError) -> dict[str, Any]:
    """An error as the caller may see it: what is not theirs to know is logged and named by a reference."""
    original = error.original_error
    shown = dict[str, Any](error.formatted)
    if isinstance(original, Refused):
        shown["extensions"] = {"code": original.code}
    elif _took_too_long(original):
        shown |= {"message": TOO_LONG, "extensions": {"code": "QUERY_TIMEOUT"}}
    elif original is None or isinstance(original, GraphQLError):
        shown["extensions"] = {"code": "BAD_REQUEST", **shown.get("extensions", {})}
    else:
        reference = uuid.uuid4().hex[:12]
        log.error("graphql.failed", reference=reference, exc_info=original)
        shown["message"] = (
            f"Something went wrong on our side. Tell your administrator this reference: {reference}."
        )
        shown["extensions"] = {"code": "INTERNAL", "reference": reference}
    return shown


def _took_too_long(error: Exception | None) -> bool:
    """Whether Postgres gave a statement of a mutation up."""
    return (
        isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) == QueryCanceledError.sqlstate
    )
