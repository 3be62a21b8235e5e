"""The relay: what is due comes into the queue, and what the queue forgets comes again."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from arq.connections import ArqRedis
from arq.constants import in_progress_key_prefix
from arq.jobs import SerializationError
from sqlalchemy import select

from domain import outbox
from domain.calendar import now, today
from domain.database import Database
from domain.models import Job
from workers.queue import QUEUE, anybody_at_work, health_key, queue
from workers.relay import LONGEST_QUEUE, hand_over, relaying


@pytest.fixture
async def connected(valkey: str) -> AsyncIterator[ArqRedis]:
    """An empty queue."""
    async with queue(valkey) as connected:
        yield connected


async def _enqueue(database: Database, *keys: str) -> None:
    async with database.transaction(effective_on=today()) as session:
        for key in keys:
            await outbox.enqueue(session, "tidy", key, due_at=now(), arguments={"secret": key})


async def _queued(connected: ArqRedis) -> list[tuple[Any, ...]]:
    return [(job.function, *job.args) for job in await connected.queued_jobs()]


async def _only(database: Database) -> Job:
    async with database.transaction(effective_on=today()) as session:
        return (await session.scalars(select(Job))).one()


async def test_the_queue_gets_the_id_and_the_stamp_and_nothing_else(
    database: Database, connected: ArqRedis
) -> None:
    await _enqueue(database, "tidy")
    assert await hand_over(database, connected, at=now()) == 1
    job = await _only(database)
    assert await _queued(connected) == [("tidy", str(job.id), job.due_at.isoformat())]
    assert job.handed_at is not None


async def test_what_is_in_the_queue_is_not_handed_again(database: Database, connected: ArqRedis) -> None:
    await _enqueue(database, "tidy")
    assert [await hand_over(database, connected, at=now()) for _ in range(2)] == [1, 0]


async def test_a_queue_that_lost_everything_gets_it_again(database: Database, connected: ArqRedis) -> None:
    await _enqueue(database, "one", "two")
    at = now()
    await hand_over(database, connected, at=at)
    await connected.flushdb()
    assert await hand_over(database, connected, at=at + outbox.UNBEGUN_AFTER) == 0
    later = at + outbox.UNBEGUN_AFTER + timedelta(seconds=1)
    assert await hand_over(database, connected, at=later) == 2
    assert len(await _queued(connected)) == 2


async def test_what_waits_for_hours_in_the_queue_is_not_handed_again(
    database: Database, connected: ArqRedis
) -> None:
    await _enqueue(database, "one", "two")
    assert await hand_over(database, connected, at=now()) == 2
    assert await hand_over(database, connected, at=now() + timedelta(hours=5)) == 0
    assert len(await _queued(connected)) == 2


async def test_what_was_given_to_a_worker_that_never_began_it_is_handed_again(
    database: Database, connected: ArqRedis
) -> None:
    await _enqueue(database, "tidy")
    assert await hand_over(database, connected, at=now()) == 1
    # As arq does it when it gives a job to a worker.
    (place,) = await connected.zrange(QUEUE, 0, -1)
    await connected.set(in_progress_key_prefix + place.decode(), b"1")
    assert await hand_over(database, connected, at=now() + timedelta(seconds=6)) == 1


async def test_little_waits_in_the_queue_and_the_rest_in_the_outbox(
    database: Database, connected: ArqRedis
) -> None:
    await _enqueue(database, *(f"job {number}" for number in range(LONGEST_QUEUE + 20)))
    assert [await hand_over(database, connected, at=now()) for _ in range(2)] == [LONGEST_QUEUE, 0]
    await connected.delete(QUEUE)
    assert await hand_over(database, connected, at=now()) == 20


async def test_a_hand_over_that_fails_leaves_the_job_in_the_outbox(
    database: Database, connected: ArqRedis
) -> None:
    def full(_: Any) -> bytes:
        raise MemoryError

    await _enqueue(database, "tidy")
    connected.job_serializer = full
    with pytest.raises(SerializationError):
        await hand_over(database, connected, at=now())
    assert (await _only(database)).handed_at is None


async def test_a_request_wakes_the_relay(database: Database, connected: ArqRedis) -> None:
    async with relaying(database, connected):
        await _enqueue(database, "early")
        first = await connected.bzpopmin(QUEUE, timeout=5)
        await _enqueue(database, "late")
        second = await connected.bzpopmin(QUEUE, timeout=5)
    assert first != second


async def test_a_worker_is_seen_by_its_own_key(connected: ArqRedis) -> None:
    assert not await anybody_at_work(connected)
    mine, yours = health_key(), health_key()
    assert mine != yours
    await connected.set(mine, "well")
    assert await anybody_at_work(connected)
