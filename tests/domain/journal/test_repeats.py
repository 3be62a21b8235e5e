from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from domain.access.viewers import ADMINISTRATOR, Viewer
from domain.database import Database
from domain.journal.repeats import earlier
from domain.models import JournalEntry, Organisation
from domain.organisations import commands
from domain.work import Work
from tests import factories
from tests.factories import acting, as_sponsor, organisation
from tests.races import race
from tests.refusals import refused


def _with_key(
    database: Database, key: str = "k1", request: str = "h1", viewer: Viewer = ADMINISTRATOR
) -> AbstractAsyncContextManager[Work]:
    return acting(database, viewer=viewer, idempotency_key=key, request_hash=request)


async def _once(work: Work) -> UUID | None:
    """What a caller does: answer what was done before, or do it."""
    before = await earlier(work)
    if before is not None:
        return before.subject_id
    return (await organisation(work, "RX4")).id


async def _count(database: Database, model: type[Any]) -> int:
    async with acting(database) as work:
        return len((await work.session.scalars(select(model))).all())


async def test_without_a_key_nothing_was_done_before(database: Database) -> None:
    async with acting(database) as work:
        await organisation(work, "RX4")
        assert await earlier(work) is None


async def test_a_repeat_is_answered_and_not_done_again(database: Database) -> None:
    async with _with_key(database) as work:
        made = await _once(work)
    async with _with_key(database) as work:
        assert await _once(work) == made
    assert (await _count(database, Organisation), await _count(database, JournalEntry)) == (1, 1)


async def test_a_key_stands_for_one_request(database: Database) -> None:
    async with _with_key(database) as work:
        await _once(work)
    async with refused(database, "IDEMPOTENCY_KEY_REUSED"), _with_key(database, request="h2") as work:
        await _once(work)


async def test_a_key_that_cannot_be_kept_is_refused(database: Database, subtests: pytest.Subtests) -> None:
    for key in ("", "  ", "k" * 201, "k\n"):
        with subtests.test(repr(key[:9])):
            async with refused(database, "BAD_IDEMPOTENCY_KEY"), _with_key(database, key=key) as work:
                await _once(work)


async def test_each_person_has_keys_of_their_own(database: Database) -> None:
    async with acting(database) as work:
        ada, ben = await factories.person(work), await factories.person(work, "Ben Okri")
    async with _with_key(database) as work:
        await _once(work)
    for who in (ada, ben):
        async with _with_key(database, viewer=as_sponsor(who)) as work:
            assert await earlier(work) is None


async def test_what_was_refused_can_be_tried_again_with_the_same_key(database: Database) -> None:
    async with acting(database) as work:
        await organisation(work, "RX4")
    async with refused(database, "CODE_TAKEN"), _with_key(database) as work:
        await _once(work)
    async with _with_key(database) as work:
        assert await earlier(work) is None


async def test_a_command_that_calls_another_keeps_the_key_at_the_first(database: Database) -> None:
    async with _with_key(database) as work:
        made = await factories.programme(work, lead=await organisation(work), ends_on=factories.TODAY)
    assert [entry.idempotency_key for entry in work.entries] == ["k1", None, None]
    assert work.entries[1].subject_id == made.id


async def test_one_key_used_by_two_at_once_ends_in_one_change(database: Database) -> None:
    async def act(work: Work) -> None:
        answers.append(await _once(work))

    answers: list[object] = []
    assert await race(database, act, act, idempotency_key="k1", request_hash="h1") == "done"
    assert answers[0] == answers[1]
    assert (await _count(database, Organisation), await _count(database, JournalEntry)) == (1, 1)


async def test_one_key_used_by_many_at_once_ends_in_one_change(database: Database) -> None:
    async def act() -> UUID | None:
        async with _with_key(database) as work:
            return await _once(work)

    assert len(set(await asyncio.gather(*(act() for _ in range(8))))) == 1
    assert (await _count(database, Organisation), await _count(database, JournalEntry)) == (1, 1)


async def test_the_database_itself_refuses_a_key_twice(database: Database) -> None:
    """A caller that forgets to ask first cannot do it twice either, and is told so as by any conflict."""
    async with _with_key(database) as work:
        trust = await organisation(work)
    async with refused(database, "IDEMPOTENCY_KEY_REUSED"), _with_key(database) as work:
        await commands.update(work, trust.id, name="Again")
