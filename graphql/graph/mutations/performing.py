"""How a mutation is carried out: one transaction, one command, and the record read back as the answer.

A refusal is an answer (`userErrors`), not an error of the request. A dry run does everything and then takes it back, so
what it answers is what would happen. A request with an idempotency key that was carried out before is answered and not
repeated.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

import orjson
import strawberry
from strawberry import UNSET
from strawberry.types import Info

from domain.calendar import today
from domain.errors import NotFound, Refused
from domain.journal import repeats
from domain.tables import Identified
from domain.work import Work, work
from graph.context import Context
from graph.looking import Look
from graph.reads import Answer, read_back
from graph.reads.identity import key_of

Command = Callable[..., Awaitable[Identified]]
_OF = "id of"


def id_of(type_name: str) -> Any:
    """An input field that takes the id of a record of that type."""
    return strawberry.field(metadata={_OF: type_name}, description=f"The id of a {type_name}.")


def optional_id_of(type_name: str) -> Any:
    """The same, where it may be left out."""
    return strawberry.field(metadata={_OF: type_name}, default=UNSET, description=f"The id of a {type_name}.")


@strawberry.input
class Request:
    """What every mutation takes."""

    idempotency_key: str | None = strawberry.field(
        default=None,
        description="Of your choice, one for each request: sent again, the request is not repeated.",
    )
    dry_run: bool = strawberry.field(
        default=False, description="Answer what would happen, and change nothing."
    )
    effective_on: date | None = strawberry.field(
        default=None,
        description="The day from which the change holds; today if it is left out, never in the future.",
    )


@strawberry.input
class Change(Request):
    """What every mutation of an existing record takes."""

    expected_version: int | None = strawberry.field(
        default=UNSET,
        description="The version that you read: if it has changed since, the mutation is refused.",
    )


@strawberry.type(description="Why a mutation was refused; then nothing was changed.")
class UserError:
    """One refusal."""

    field: str | None = strawberry.field(
        description="The input field it speaks of; null: the request as a whole."
    )
    code: str = strawberry.field(description="Stable, for programs.")
    message: str = strawberry.field(description="What is wrong and what to do, for people.")


@strawberry.type
class Payload(Answer):
    """What every mutation answers."""

    fetched: strawberry.Private[dict[str, Any]] = dataclasses.field(default_factory=dict)
    id: strawberry.ID | None = strawberry.field(
        default=None,
        description="The id of the record, even if the mutation removed it; null if it was refused.",
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Why it was refused; empty if it was carried out."
    )


Answered = TypeVar("Answered", bound=Payload)


async def perform(
    info: Info[Context, None], command: Command, request: Request, payload: type[Answered]
) -> Answered:
    """Carry a command out for whoever asks, and answer with what it returned."""
    try:
        arguments = _arguments(request)
        async with _transaction(info.context, command, request) as work:
            earlier = await repeats.earlier(work)
            found = (
                earlier.answer_id or earlier.subject_id
                if earlier
                else await _carry_out(work, command, arguments)
            )
            fetched = await _read_back(info, work, found)
            return payload(fetched=fetched, id=strawberry.ID(f"{_subject(payload)}:{found}"))
    except Refused as refusal:
        error = UserError(field=refusal.field, code=refusal.code, message=refusal.message)
        nothing = await read_back(info._raw_info, None, _look(info.context), info.context.fetch)
        return payload(fetched=nothing, user_errors=[error])


@asynccontextmanager
async def _transaction(context: Context, command: Command, request: Request) -> Any:
    async with work(
        context.database,
        context.viewer,
        now=context.now,
        on=request.effective_on,
        idempotency_key=request.idempotency_key,
        request_hash=_hash(command, request),
    ) as current:
        yield current
        if request.dry_run:
            await current.session.rollback()


async def _carry_out(work: Work, command: Command, arguments: dict[str, Any]) -> UUID:
    first = [arguments.pop("id")] if "id" in arguments else []
    row = await command(work, *first, **arguments)
    if work.entries:
        work.entries[0].answer_id = row.id
    await work.session.flush()
    return row.id


async def _read_back(info: Info[Context, None], work: Work, subject_id: UUID) -> dict[str, Any]:
    """The record as this transaction sees it, so that a dry run can show what it would become."""
    connection = await (await work.session.connection()).get_raw_connection()
    driver = connection.driver_connection
    assert driver is not None
    return await read_back(info._raw_info, subject_id, _look(info.context), driver.fetchval)


def _look(context: Context) -> Look:
    return Look(context.viewer, today(context.now), past=False)


def _arguments(request: Request) -> dict[str, Any]:
    """The command's arguments: what was given, with ids as keys."""
    own = {field.name for field in dataclasses.fields(Request)}
    arguments: dict[str, Any] = {}
    for field in dataclasses.fields(request):
        value = getattr(request, field.name)
        if field.name in own or value is UNSET:
            continue
        kind = field.metadata.get(_OF)
        arguments[field.name] = _key(value, kind, field.name) if kind and value is not None else value
    return arguments


def _key(value: str, kind: str, name: str) -> UUID:
    key = key_of(value, kind)
    if key is None:
        raise NotFound(kind.lower(), field=_camel(name))
    return key


def _hash(command: Command, request: Request) -> str:
    """What tells one request from another: the command and everything that was given to it."""
    given = {
        field.name: getattr(request, field.name)
        for field in dataclasses.fields(request)
        if field.name != "idempotency_key" and getattr(request, field.name) is not UNSET
    }
    content = [command.__module__, command.__qualname__, given]
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS, default=str)).hexdigest()


def _subject(payload: type[Payload]) -> str:
    """The type of record that a payload answers with: its name is the payload's."""
    return payload.__name__.removesuffix("Payload")


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)
