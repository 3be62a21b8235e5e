"""Answers as they go out: data, errors as their reader may see them, and what it cost."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import structlog
from asyncpg import QueryCanceledError
from graphql import ExecutionResult, GraphQLError
from sqlalchemy.exc import DBAPIError

from domain.errors import Refused
from domain.outages import Outage, outage_of
from graph.context import TOO_LONG
from graph.costs import BudgetSpent, Charge
from graph.outages import MESSAGES

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer as JSON; `executed` is false where the question was not understood.

    `refused` is then the code of the reason; `retry_after_s` says after how many seconds it may be answered. `outage`
    is there where nothing could be answered because of the database. `codes` are those of all errors and refusals,
    `cost` is what it was charged, in rows. `operation` is the name of the trusted document, or the kind of the
    operation (`query`, `mutation`), or empty where none was found.
    """

    body: bytes
    executed: bool
    refused: str | None = None
    retry_after_s: int | None = None
    outage: Outage | None = None
    codes: tuple[str, ...] = ()
    cost: int = 0
    operation: str = ""


def refused(code: str, message: str) -> Answer:
    """The answer to a request that nothing was looked up for."""
    body = orjson.dumps({"errors": [{"message": message, "extensions": {"code": code}}]})
    return Answer(body, executed=False, refused=code, codes=(code,))


def complete(
    result: ExecutionResult,
    charge: Charge,
    *,
    operation: str = "",
    refusals: Sequence[str] = (),
    reads_go_on: bool = False,
) -> Answer:
    """The answer to a request: errors first, where a reader looks; no `data` where execution never began.

    `refusals` are the codes of what mutations refused, `reads_go_on` says that standbys answer, whatever became of the
    primary.
    """
    errors = result.errors or []
    body: dict[str, Any] = {}
    outages = [_outage(error, reads_go_on=reads_go_on) for error in errors]
    if errors:
        body["errors"] = [_error(error, outage) for error, outage in zip(errors, outages, strict=True)]
    executed = result.data is not None or any(_began(error) for error in errors)
    if executed:
        body["data"] = result.data
    body["extensions"] = {"cost": charge.report}
    return Answer(
        orjson.dumps(body),
        executed,
        refused=None if executed else body["errors"][0]["extensions"]["code"],
        retry_after_s=next((e.retry_after_s for e in errors if isinstance(e, BudgetSpent)), None),
        outage=None if _has_answered(result) else next(filter(None, outages), None),
        codes=(*(error["extensions"]["code"] for error in body.get("errors", ())), *refusals),
        cost=charge.requested,
        operation=operation,
    )


def _has_answered(result: ExecutionResult) -> bool:
    """Whether there is anything besides errors: an earlier change of the same document, for example."""
    return result.data is not None and not (
        isinstance(result.data, dict) and all(value is None for value in result.data.values())
    )


def _outage(error: GraphQLError, *, reads_go_on: bool) -> Outage | None:
    outage = outage_of(error.original_error) if error.original_error else None
    # Only changes have a place in the document: a query is answered as a whole.
    return Outage.READ_ONLY if outage is Outage.UNAVAILABLE and error.path and reads_go_on else outage


def _began(error: GraphQLError) -> bool:
    """Whether an error arose in execution: that of a field has a path, those of a request as a whole have none."""
    return bool(error.path) or _is_ours(error) or (error.extensions or {}).get("code") in _MEANWHILE


def _is_ours(error: GraphQLError) -> bool:
    """Whether it is a mistake of ours that nobody foresaw."""
    return error.original_error is not None and not isinstance(error.original_error, Refused | GraphQLError)


# What the statement of a query can end with.
_MEANWHILE = frozenset({"QUERY_TIMEOUT", "CALLER_GONE"})


def _error(error: GraphQLError, outage: Outage | None) -> dict[str, Any]:
    """An error as the caller may see it: what is not theirs to know is logged and named by a reference."""
    original = error.original_error
    shown = dict[str, Any](error.formatted)
    if isinstance(original, Refused):
        shown["extensions"] = {"code": original.code}
    elif outage is not None:
        # What is missing stands in the error, which only the log may have.
        why = {"exc_info": original} if outage is Outage.ALTERED else {"reason": type(original).__name__}
        log.warning("graphql.outage", outage=outage.value, **why)
        shown |= {"message": MESSAGES[outage], "extensions": {"code": outage.value}}
    elif _took_too_long(original):
        shown |= {"message": TOO_LONG, "extensions": {"code": "QUERY_TIMEOUT"}}
    elif not _is_ours(error):
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
