"""What goes after a while, what does not go before, and what never goes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from domain import keeping
from domain.assessments.round_models import RoundInvitation
from domain.database import Database
from domain.journal.models import Job, JournalEntry
from domain.journal.repeats import earlier
from domain.keeping import Tidied, tidy
from domain.sessions import check_in
from domain.sessions.presence import CheckInLink
from tests import factories
from tests.domain.assessments.rounds import asked_team, both
from tests.domain.sessions.scenes import meeting
from tests.factories import NOW, acting

_KEEP = timedelta(days=90)


async def _tidied(database: Database, after: timedelta) -> Tidied:
    async with acting(database, on=factories.START, now=NOW + after) as work:
        return await tidy(work, keep=_KEEP)


async def _count(database: Database, model: type) -> int:
    async with acting(database) as work:
        return await work.session.scalar(select(func.count()).select_from(model)) or 0


async def test_nothing_goes_from_an_empty_database(database: Database) -> None:
    assert not (await _tidied(database, _KEEP)).more


async def test_jobs_that_were_done_go_and_others_stay(database: Database) -> None:
    async with acting(database) as work:
        for key in ("done", "given up", "waiting"):
            job = await work.enqueue("something", key)
            job.done_at = NOW if key == "done" else None
            job.failed_at = NOW if key == "given up" else None
    assert (await _tidied(database, _KEEP)).jobs == 0
    assert (await _tidied(database, _KEEP + timedelta(seconds=1))).jobs == 1
    async with acting(database) as work:
        assert set(await work.session.scalars(select(Job.key))) == {"given up", "waiting"}


async def test_keys_of_requests_go_and_the_journal_stays(database: Database) -> None:
    async with acting(database, idempotency_key="k1", request_hash="h1") as work:
        await factories.organisation(work)
    assert (await _tidied(database, _KEEP)).idempotency_keys == 0
    async with acting(database, idempotency_key="k1", request_hash="h1") as work:
        assert await earlier(work) is not None
    assert (await _tidied(database, _KEEP + timedelta(seconds=1))).idempotency_keys == 1
    async with acting(database, idempotency_key="k1", request_hash="other") as work:
        assert await earlier(work) is None
    assert await _count(database, JournalEntry) == 1


@pytest.mark.parametrize(
    "change",
    [
        "idempotency_key = 'k2'",
        "request_hash = 'h2'",
        "command = 'other'",
        "recorded_at = now()",
        "idempotency_key = NULL, changes = '{}'",
    ],
)
async def test_all_else_of_the_journal_stays_as_it_is(database: Database, change: str) -> None:
    async with acting(database, idempotency_key="k1", request_hash="h1") as work:
        await factories.organisation(work)
    with pytest.raises(DBAPIError, match="stays as it is"):
        async with database.engine.begin() as connection:
            await connection.execute(text(f"UPDATE journal SET {change}"))


async def test_the_answer_to_a_request_is_not_exchanged(database: Database) -> None:
    async with acting(database, idempotency_key="k1", request_hash="h1") as work:
        made = await factories.organisation(work)
        work.entries[0].answer_id = made.id
    for answer in ("gen_random_uuid()", "NULL"):
        with pytest.raises(DBAPIError, match="stays as it is"):
            async with database.engine.begin() as connection:
                await connection.execute(text(f"UPDATE journal SET answer_id = {answer}"))
    assert (await _tidied(database, _KEEP + timedelta(days=1))).idempotency_keys == 1


async def test_links_to_rounds_go_once_they_are_published(database: Database) -> None:
    it = await asked_team(database, 8)
    day = NOW.date()
    await it.ask("Published", [both(1 + number % 5, 3) for number in range(8)], on=day)
    await it.open("Open", on=day)
    assert (await _tidied(database, _KEEP)).round_links == 0
    assert (await _tidied(database, _KEEP + timedelta(days=1))).round_links == 8
    assert not (await _tidied(database, _KEEP + timedelta(days=1))).more
    async with acting(database) as work:
        linked = select(func.count()).where(RoundInvitation.token_hash.is_not(None))
        assert await work.session.scalar(linked) == 8
    # Who took part stays known.
    assert await _count(database, RoundInvitation) == 16


async def test_links_to_a_session_go_once_it_is_over(database: Database) -> None:
    async with acting(database) as work:
        it = await meeting(work)
        await check_in.issue(work, it.session.id)
    # It ends an hour after the moment at which tests act.
    assert (await _tidied(database, _KEEP)).check_in_links == 0
    assert (await _tidied(database, _KEEP + timedelta(hours=1, seconds=1))).check_in_links == 2
    assert await _count(database, CheckInLink) == 0


async def test_it_goes_on_where_it_was(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "MOST", 2)
    async with acting(database) as work:
        for number in range(5):
            (await work.enqueue("something", f"{number}")).done_at = NOW
    gone = [(await _tidied(database, _KEEP + timedelta(days=1))).jobs for _ in range(4)]
    assert gone == [2, 2, 1, 0]
