"""How a mutation is carried out: one transaction, one command, and the record read back as the answer.

A refusal is an answer (`userErrors`), not an error of the request. A dry run does everything and then takes it back, so
what it answers is what would happen. A request with an idempotency key that was carried out before is answered and not
repeated.
"""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any, TypeAlias
from uuid import UUID

import orjson
import strawberry
from strawberry.types import Info

from domain.calendar import today
from domain.errors import NotFound, Refused
from domain.journal import repeats
from domain.work import Work, work
from graph.context import Context
from graph.looking import Look
from graph.mutations.inputs import Command, Request, arguments_of, first_paragraph, given, subject_of
from graph.reads import Answer, read_back
from graph.reads.pieces import Row

Asking: TypeAlias = Info[Context, None]


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
    """What every mutation answers. Its name is that of the type of record, and `Payload`."""

    fetched: strawberry.Private[dict[str, Any]] = dataclasses.field(default_factory=dict)
    id: strawberry.ID | None = strawberry.field(
        default=None,
        description="The id of the record, even if the mutation removed it; null if it was refused.",
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Why it was refused; empty if it was carried out."
    )


def mutation(command: Command, asks: type[Request], answers: type[Payload]) -> Any:
    """A mutation that carries out a command of the domain, whose docstring describes it."""

    async def carry_out(info: Any, request: Any) -> Any:
        return await perform(info, command, request, answers)

    carry_out.__annotations__ = {
        "info": Asking,
        "request": Annotated[asks, strawberry.argument(name="input")],
        # Null only after an error of ours: it must not hide what the other mutations of a document answered.
        "return": answers | None,
    }
    return strawberry.mutation(carry_out, description=first_paragraph(command), metadata={"command": command})


async def perform(info: Asking, command: Command, request: Request, answers: type[Payload]) -> Payload:
    """Carry a command out for whoever asks, and answer with the record that it returned, or why it was refused."""
    # A document may have 200 of them, and those that are refused wait for nothing: others come in between.
    await asyncio.sleep(0)
    try:
        arguments = arguments_of(command, request)
        async with _transaction(info, request) as current:
            found = await _earlier(current) or await _carry_out(current, command, arguments)
            fetched = await _read_back(info, current, found)
            # What a dry run would hand out leads nowhere.
            handed = {} if request.dry_run else current.handed
    except Refused as refusal:
        return await _refused(info, request, refusal, answers)
    await info.context.leave_trail()
    kind = answers.__name__.removesuffix("Payload").removesuffix("Links")
    return answers(fetched=fetched, id=strawberry.ID(f"{kind}:{found}"), **handed)


@asynccontextmanager
async def _transaction(info: Asking, request: Request) -> AsyncIterator[Work]:
    context = info.context
    async with work(
        context.database,
        context.viewer,
        now=context.now,
        on=request.effective_on,
        idempotency_key=request.idempotency_key,
        request_hash=_hash(info, request),
    ) as current:
        yield current
        if request.dry_run:
            await current.session.rollback()


async def _earlier(current: Work) -> UUID | None:
    """What was answered to the same request before."""
    entry = await repeats.earlier(current)
    return None if entry is None else entry.answer_id or entry.subject_id


async def _carry_out(current: Work, command: Command, arguments: dict[str, Any]) -> UUID:
    subject = [arguments.pop("id")] if "id" in arguments else []
    row = await command(current, *subject, **arguments)
    # The first entry has the idempotency key. Where it speaks of another record, it says what the answer is.
    if current.entries and current.entries[0].subject_id != row.id:
        current.entries[0].answer_id = row.id
    await current.session.flush()
    return row.id


async def _read_back(info: Asking, current: Work, subject_id: UUID) -> dict[str, Any]:
    """The record as this transaction sees it, so that a dry run can show what it would become."""
    connection = await (await current.session.connection()).get_raw_connection()
    driver = connection.driver_connection
    assert driver is not None

    async def fetch(sql: str, *parameters: Any) -> Row:
        return [text and text.encode() for text in await driver.fetchrow(sql, *parameters)]

    return await read_back(info._raw_info, subject_id, _look(info.context), fetch, info.context.afford)


async def _refused(info: Asking, request: Request, refusal: Refused, answers: type[Payload]) -> Payload:
    field = refusal.field
    if field is None and isinstance(refusal, NotFound):
        field = subject_of(request)
    info.context.refusals.append(refusal.code)
    error = UserError(field=field, code=refusal.code, message=refusal.message)
    nothing = await read_back(
        info._raw_info, None, _look(info.context), info.context.fetch, info.context.afford
    )
    return answers(fetched=nothing, user_errors=[error])


def _look(context: Context) -> Look:
    return Look(context.viewer, today(context.now), past=False)


def _hash(info: Asking, request: Request) -> str:
    """What tells one request from another: the mutation's name and everything that was given to it."""
    content = [info.field_name, given(request)]
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS, default=str)).hexdigest()
