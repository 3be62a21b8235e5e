"""A worker as it is run: killed half-way, with a queue that forgets, told to stop."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis
from sqlalchemy import ColumnElement, Select, func, select, text

from domain import embedded, outbox
from domain.calendar import now, today
from domain.database import Database
from domain.models import Job, JournalEntry, Summary
from domain.people.models import Person
from domain.summaries import commands
from domain.summaries.period import Period
from tests import factories as make
from workers.main import worker_settings
from workers.schedule import add_up_portfolio, close_rounds
from workers.waiting import see_through

ROOT = Path(__file__).parents[2]
PATIENCE = 60

Run = Callable[[], AbstractAsyncContextManager[asyncio.subprocess.Process]]


@pytest.fixture
async def ada(database: Database) -> Person:
    """A sponsor of a programme."""
    async with make.acting(database) as work:
        return (await make.joint(work)).lead_sponsor


@pytest.fixture
def run(database: Database, valkey: str, tmp_path: Path) -> Run:
    """Run a worker in a process of its own, as `arq` does; what it says goes to `said` in `tmp_path`."""

    @asynccontextmanager
    async def run() -> AsyncIterator[asyncio.subprocess.Process]:
        with (tmp_path / "said").open("ab") as said:
            process = await asyncio.create_subprocess_exec(
                str(Path(sys.executable).parent / "arq"),
                "workers.main.WorkerSettings",
                cwd=ROOT,
                env=os.environ | {"TANDEM_DATABASE_URL": database.url, "TANDEM_REDIS_URL": valkey},
                stderr=said,
            )
        try:
            yield process
        except TimeoutError:
            pytest.fail((tmp_path / "said").read_text())
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()

    return run


# Of this database alone: other tests wait for locks in others of the same server.
_WAITING = text(
    """SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
       WHERE NOT granted AND datname = current_database()"""
)


async def _request(database: Database, person: Person) -> Job:
    async with make.acting(database, on=today(), now=now()) as work:
        period = Period.last_quarter(today())
        return await commands.request(work, person_id=person.id, **period.as_dates())


async def _until(database: Database, statement: Any, wanted: Any = True) -> None:
    """Wait until the database answers so."""
    async with asyncio.timeout(PATIENCE):
        while True:
            async with database.transaction(effective_on=today()) as session:
                if await session.scalar(statement) == wanted:
                    return
            await asyncio.sleep(0.05)


async def _keys(queue: Redis) -> list[bytes]:
    """Wait until a worker says that it lives."""
    async with asyncio.timeout(PATIENCE):
        while True:
            keys: list[bytes] = await queue.keys("tandem:worker:*")
            if keys:
                return keys
            await asyncio.sleep(0.05)


def _done(job: Job) -> Select[bool]:
    return select(Job.done_at.is_not(None)).where(Job.id == job.id)


async def _count(database: Database, model: type[Any], *conditions: ColumnElement[bool]) -> int:
    async with database.transaction(effective_on=today()) as session:
        return await session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


async def test_a_compile_that_is_killed_half_way_and_run_again_leaves_one_summary(
    database: Database, ada: Person, run: Run
) -> None:
    period = Period.last_quarter(today())
    async with make.acting(database, on=today(), now=now()) as holding:
        # The compile has read everything and waits to keep it: half-way.
        await holding.alone(f"summary {ada.id} {period.starts} {period.ends}")
        job = await _request(database, ada)
        async with run() as worker:
            await _until(database, _WAITING, 1)
            worker.send_signal(signal.SIGKILL)
            assert await worker.wait() == -signal.SIGKILL
    assert await _count(database, Summary) == 0
    async with database.transaction(effective_on=today()) as session:
        left = await session.get_one(Job, job.id)
        assert (left.done_at, left.attempts) == (None, 1)
        # As if the time had passed after which it counts as lost.
        left.handed_at = now() - outbox.HAND_AGAIN_AFTER
    async with run():
        await _until(database, _done(job))
    assert await _count(database, Summary) == 1
    assert await _count(database, JournalEntry, JournalEntry.command == "summary.compiled") == 1


async def test_a_queue_that_forgets_loses_nothing(
    database: Database, ada: Person, run: Run, valkey: str
) -> None:
    job = await _request(database, ada)
    async with database.transaction(effective_on=today()) as session:
        # It was handed to a queue that has lost it since.
        (await session.get_one(Job, job.id)).handed_at = now() - outbox.HAND_AGAIN_AFTER
    async with Redis.from_url(valkey) as queue:
        assert await queue.dbsize() == 0
    async with run():
        await _until(database, _done(job))
    assert await _count(database, Summary) == 1


async def test_a_worker_that_is_told_to_stop_does_so_and_takes_its_key_away(
    ada: Person, run: Run, valkey: str, tmp_path: Path
) -> None:
    async with run() as worker, Redis.from_url(valkey) as queue:
        await _keys(queue)
        worker.send_signal(signal.SIGTERM)
        assert await worker.wait() == 0
        assert "Traceback" not in (tmp_path / "said").read_text()
        assert await queue.keys("tandem:worker:*") == []


async def test_without_a_worker_jobs_are_seen_through_in_this_process(
    database: Database, ada: Person, valkey: str
) -> None:
    job = await _request(database, ada)
    async with database.transaction(effective_on=today()) as session:
        # A worker that is gone by now had it in hand.
        (await session.get_one(Job, job.id)).handed_at = now()
    counts: list[int] = []
    (done,) = await see_through(
        database, embedded.Servers(database.url, valkey), [job.id], ended=counts.append
    )
    assert done.done_at is not None
    assert (counts[0], counts[-1]) == (0, 1)
    async with Redis.from_url(valkey) as queue:
        assert await queue.keys("tandem:worker:*") == []


async def test_beside_a_worker_that_lives_jobs_are_left_to_it(
    database: Database, ada: Person, run: Run, valkey: str
) -> None:
    job = await _request(database, ada)
    async with run(), Redis.from_url(valkey) as queue:
        keys = await _keys(queue)
        (done,) = await see_through(database, embedded.Servers(database.url, valkey), [job.id])
        assert done.done_at is not None
        assert await queue.keys("tandem:worker:*") == keys


async def test_what_the_calendar_asks_for_is_part_of_the_worker() -> None:
    settings = worker_settings(embedded.Servers("postgresql+asyncpg://", "redis://localhost"))
    monthly, hourly, each_minute = settings["cron_jobs"]
    assert (hourly.coroutine, hourly.hour, hourly.minute) == (close_rounds, None, 5)
    assert (each_minute.coroutine, each_minute.minute, each_minute.second) == (add_up_portfolio, None, 30)
    assert (monthly.day, monthly.hour, str(settings["timezone"])) == (
        {1, 2, 3, 4, 5, 6, 7},
        5,
        "Europe/London",
    )
