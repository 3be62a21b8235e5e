"""The outbox: no job is lost, none is done twice for one request, none is tried for ever."""

from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from domain import outbox
from domain.calendar import today
from domain.database import Database
from domain.models import Job

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)


def _session(database: Database) -> AbstractAsyncContextManager[AsyncSession]:
    return database.transaction(effective_on=today(NOW))


async def _enqueue(database: Database, key: str = "tidy", *, due_at: datetime = NOW, **arguments: Any) -> Job:
    async with _session(database) as session:
        return await outbox.enqueue(session, "tidy", key, due_at=due_at, arguments=arguments)


async def _take(database: Database, now: datetime = NOW) -> list[str]:
    async with _session(database) as session:
        return [
            job.key for job in await outbox.take_due(session, now=now, limit=10) if outbox.hand(job, now=now)
        ]


async def _begin(database: Database, job: Job, now: datetime = NOW) -> Job | None:
    async with _session(database) as session:
        return await outbox.begin(session, job.id, due_at=job.due_at, now=now)


async def _silence(database: Database, seconds: int) -> None:
    """Have the last sign of a run be so old, by the clock that counts."""
    heard_at = func.clock_timestamp() - timedelta(seconds=seconds)
    async with _session(database) as session:
        await session.execute(update(Job).values(heard_at=heard_at))


async def _beat(database: Database, job: Job) -> bool:
    async with _session(database) as session:
        return await outbox.beat(session, job)


async def _finish(database: Database, job: Job, now: datetime = NOW) -> bool:
    async with _session(database) as session:
        return await outbox.finish(session, job, result={"said": "yes"}, now=now)


async def _fail(
    database: Database, job: Job, *, final: bool = False, now: datetime = NOW, failure: str = "It broke."
) -> bool:
    async with _session(database) as session:
        return await outbox.fail(session, job, failure=failure, final=final, now=now)


async def _only(database: Database) -> Job:
    async with _session(database) as session:
        return (await session.scalars(select(Job))).one()


async def test_a_job_is_taken_once_when_it_is_due(database: Database) -> None:
    await _enqueue(database, due_at=LATER)
    assert await _take(database) == []
    assert await _take(database, LATER) == ["tidy"]
    assert await _take(database, LATER) == []


async def test_what_is_longest_due_goes_first(database: Database) -> None:
    await _enqueue(database, "second", due_at=NOW - timedelta(hours=1))
    await _enqueue(database, "first", due_at=NOW - timedelta(hours=2))
    assert await _take(database) == ["first", "second"]


async def test_what_one_relay_has_in_hand_another_passes_over(database: Database) -> None:
    await _enqueue(database, "one")
    await _enqueue(database, "two")
    async with _session(database) as mine, _session(database) as yours:
        (first,) = await outbox.take_due(mine, now=NOW, limit=1)
        (second,) = await outbox.take_due(yours, now=NOW, limit=10)
    assert {first.key, second.key} == {"one", "two"}


async def test_a_transaction_that_fails_asks_for_nothing(database: Database) -> None:
    async def fail() -> None:
        async with _session(database) as session:
            await outbox.enqueue(session, "tidy", "tidy", due_at=NOW, arguments={})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await _take(database) == []


async def test_a_request_repeated_while_it_waits_is_due_no_later(database: Database) -> None:
    first = await _enqueue(database, due_at=LATER)
    assert (await _enqueue(database, due_at=LATER + timedelta(1))).due_at == LATER
    sooner = await _enqueue(database, due_at=NOW)
    assert (sooner.id, sooner.due_at) == (first.id, NOW)


async def test_what_was_done_can_be_asked_for_again(database: Database) -> None:
    await _enqueue(database, round=1)
    await _take(database)
    begun = await _begin(database, await _only(database))
    assert begun is not None
    assert await _finish(database, begun)
    assert (await _only(database)).result == {"said": "yes"}
    again = await _enqueue(database, due_at=LATER, round=2)
    assert (again.done_at, again.result, again.attempts, again.arguments) == (None, None, 0, {"round": 2})
    assert await _take(database, LATER) == ["tidy"]


async def test_asked_for_once_is_not_asked_for_again(database: Database) -> None:
    for expected in (True, False):
        async with _session(database) as session:
            asked = await outbox.enqueue_once(session, "tidy", "tidy", due_at=NOW, arguments={})
        assert asked is expected


async def test_a_run_cannot_finish_a_request_that_came_after_it_began(database: Database) -> None:
    await _enqueue(database)
    await _take(database)
    begun = await _begin(database, await _only(database))
    assert begun is not None
    await _enqueue(database, due_at=LATER)
    assert not await _finish(database, begun)
    assert not await _fail(database, begun)
    assert await _begin(database, begun) is None
    assert await _take(database, LATER) == ["tidy"]


async def test_a_job_whose_run_is_heard_of_is_not_begun_again(database: Database) -> None:
    await _enqueue(database)
    job = await _only(database)
    begun = await _begin(database, job)
    assert begun is not None
    await _silence(database, 9)
    assert await _begin(database, job) is None
    assert await _take(database, LATER) == []
    await _silence(database, 11)
    assert await _beat(database, begun)
    assert await _take(database, LATER) == []


async def test_a_run_that_was_taken_over_can_do_nothing_more(database: Database) -> None:
    await _enqueue(database)
    first = await _begin(database, await _only(database))
    assert first is not None
    await _silence(database, 11)
    assert await _take(database) == ["tidy"]
    second = await _begin(database, await _only(database))
    assert second is not None
    assert not await _beat(database, first)
    assert not await _fail(database, first)
    async with _session(database) as session:
        assert not await outbox.give_back(session, first, failure="It was stopped.", now=NOW)
        assert not await outbox.put_off(session, first, failure="No room.", now=NOW)
        with pytest.raises(outbox.TakenOver):
            await outbox.require_in_hand(session, first)
        await outbox.require_in_hand(session, second)
    assert [await _finish(database, run) for run in (first, second)] == [False, True]
    assert await _begin(database, first) is None


async def test_a_run_that_was_taken_for_lost_goes_on_until_another_begins(database: Database) -> None:
    await _enqueue(database)
    first = await _begin(database, await _only(database))
    assert first is not None
    await _silence(database, 11)
    assert await _take(database) == ["tidy"]
    assert await _beat(database, first)
    assert await _begin(database, first) is None
    assert await _finish(database, first)


async def test_a_number_that_is_given_twice_is_not_mistaken(database: Database) -> None:
    """Put off, a job is begun under the number of a run that was taken for lost before: the stamp is another."""
    await _enqueue(database)
    first = await _begin(database, await _only(database))
    assert first is not None
    await _silence(database, 11)
    second = await _begin(database, first)
    assert second is not None
    async with _session(database) as session:
        await outbox.put_off(session, second, failure="No room.", now=NOW)
    third = await _begin(database, await _only(database))
    assert third is not None
    assert (third.attempts, second.attempts) == (2, 2)
    assert [await _beat(database, run) for run in (first, second, third)] == [False, False, True]


async def test_what_the_queue_lost_is_handed_again_and_what_was_begun_is_not(database: Database) -> None:
    await _enqueue(database)
    assert await _take(database) == ["tidy"]
    job = await _only(database)
    for seconds, told in ((4, []), (6, [job.id]), (-1, [job.id])):
        async with _session(database) as session:
            found = await outbox.unbegun(session, now=NOW + timedelta(seconds=seconds))
            assert [each.id for each in found] == told
    for expected in (["tidy"], []):
        async with _session(database) as session:
            await outbox.hand_again(session, [job.id])
        assert await _take(database) == expected
        await _begin(database, job)


async def test_a_run_that_was_broken_off_is_begun_again_soon_and_not_for_ever(database: Database) -> None:
    await _enqueue(database)
    for attempt in range(1, outbox.MOST_ATTEMPTS + 1):
        begun = await _begin(database, await _only(database))
        assert begun is not None
        async with _session(database) as session:
            assert await outbox.give_back(session, begun, failure="It was stopped.", now=NOW)
        job = await _only(database)
        assert job.failure == "It was stopped."
        assert (job.attempts, job.failed_at) == (attempt, NOW if attempt == outbox.MOST_ATTEMPTS else None)
        assert job.due_at <= NOW + outbox.AFTER_OUTAGE


async def test_no_room_is_no_attempt(database: Database) -> None:
    await _enqueue(database)
    for _ in range(2 * outbox.MOST_ATTEMPTS):
        begun = await _begin(database, await _only(database))
        assert begun is not None
        async with _session(database) as session:
            assert await outbox.put_off(session, begun, failure="No room.", now=NOW)
    job = await _only(database)
    assert (job.attempts, job.failed_at, job.handed_at) == (0, None, None)


async def test_a_job_whose_worker_always_stops_is_given_up(database: Database) -> None:
    await _enqueue(database)
    now = NOW
    for _ in range(outbox.MOST_ATTEMPTS):
        assert await _take(database, now) == ["tidy"]
        await _begin(database, await _only(database), now)
        await _silence(database, 11)
        now += timedelta(hours=1)
    assert await _take(database, now) == []
    job = await _only(database)
    assert job.failed_at == now
    assert job.failure == "Begun 5 times and never finished: its worker stopped each time."


async def test_what_fails_is_tried_again_each_time_after_a_longer_while(database: Database) -> None:
    await _enqueue(database)
    now, pauses = NOW, []
    for _ in range(outbox.MOST_ATTEMPTS):
        assert await _take(database, now) == ["tidy"]
        begun = await _begin(database, await _only(database), now)
        assert begun is not None
        await _fail(database, begun, now=now)
        job = await _only(database)
        if job.failed_at is None:
            pauses.append((job.due_at - now).total_seconds())
            now = job.due_at
    assert pauses == [5, 20, 80, 320]
    job = await _only(database)
    assert (job.failed_at, job.failure, job.attempts) == (now, "It broke.", 5)


async def test_what_no_repeat_can_help_is_not_repeated(database: Database) -> None:
    await _enqueue(database)
    begun = await _begin(database, await _only(database))
    assert begun is not None
    await _fail(database, begun, final=True, failure="x" * 600)
    job = await _only(database)
    assert (job.failed_at, len(job.failure or "")) == (NOW, outbox.LONGEST_FAILURE)
    assert await _take(database, NOW + timedelta(days=1)) == []


async def test_what_failed_is_tried_again_on_request(database: Database) -> None:
    await _enqueue(database)
    begun = await _begin(database, await _only(database))
    assert begun is not None
    await _fail(database, begun, final=True)
    again = await _enqueue(database, due_at=LATER)
    assert (again.failed_at, again.failure) == (None, None)
    assert await _take(database, LATER) == ["tidy"]


async def test_what_a_worker_left_behind_can_be_released(database: Database) -> None:
    await _enqueue(database)
    await _take(database)
    async with _session(database) as session:
        await outbox.release(session, [(await _only(database)).id])
    assert await _take(database) == ["tidy"]
