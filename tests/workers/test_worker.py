"""A worker as it is run: killed half-way, with a queue that forgets, told to stop."""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis
from sqlalchemy import ColumnElement, Select, func, select, text

from domain import embedded, outbox
from domain.calendar import now, today
from domain.database import Database
from domain.models import Job, JournalEntry, ScheduleRun, Summary
from domain.people.models import Person
from domain.summaries import commands
from domain.summaries.period import Period
from tests import factories as make
from tests.collector import collecting
from workers.schedule import SCHEDULE
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


_END_WAITING = text(
    """SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
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


async def _keys(queue: Redis, many: int = 1) -> list[bytes]:
    """Wait until so many workers say that they live."""
    async with asyncio.timeout(PATIENCE):
        while True:
            keys: list[bytes] = await queue.keys("tandem:worker:*")
            if len(keys) >= many:
                return keys
            await asyncio.sleep(0.05)


async def _alive(valkey: str, many: int) -> None:
    async with Redis.from_url(valkey) as queue:
        await _keys(queue, many)


async def _said(tmp_path: Path, words: str) -> None:
    """Wait until a worker has said that."""
    async with asyncio.timeout(PATIENCE):
        while True:
            if words in (tmp_path / "said").read_text():
                return
            await asyncio.sleep(0.05)


def _done(job: Job) -> Select[bool]:
    return select(Job.done_at.is_not(None)).where(Job.id == job.id)


async def _count(database: Database, model: type[Any], *conditions: ColumnElement[bool]) -> int:
    async with database.transaction(effective_on=today()) as session:
        return await session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


async def test_a_compile_that_is_killed_half_way_is_done_by_another_worker_within_15_s(
    database: Database, ada: Person, run: Run, valkey: str
) -> None:
    period = Period.last_quarter(today())
    async with AsyncExitStack() as stack:
        async with make.acting(database, on=today(), now=now()) as holding:
            # The compile has read everything and waits to keep it: half-way.
            await holding.alone(f"summary {ada.id} {period.starts} {period.ends}")
            job = await _request(database, ada)
            worker = await stack.enter_async_context(run())
            await _until(database, _WAITING, 1)
            await stack.enter_async_context(run())
            await _alive(valkey, 2)
            killed_at = time.monotonic()
            worker.send_signal(signal.SIGKILL)
            assert await worker.wait() == -signal.SIGKILL
        await _until(database, _done(job))
        seconds = time.monotonic() - killed_at
    print(f"done by another worker {seconds:.1f} s after the kill")
    assert seconds < 15
    assert await _count(database, Job, Job.attempts == 2) == 1
    assert await _count(database, Summary) == 1
    assert await _count(database, JournalEntry, JournalEntry.command == "summary.compiled") == 1


async def test_a_long_job_of_a_worker_that_lives_is_left_to_it(
    database: Database, ada: Person, run: Run, valkey: str
) -> None:
    period = Period.last_quarter(today())
    async with run(), run():
        await _alive(valkey, 2)
        async with make.acting(database, on=today(), now=now()) as holding:
            await holding.alone(f"summary {ada.id} {period.starts} {period.ends}")
            job = await _request(database, ada)
            await _until(database, _WAITING, 1)
            await asyncio.sleep((outbox.SILENT_AFTER + outbox.BEAT).total_seconds())
        await _until(database, _done(job))
    assert await _count(database, Job, Job.attempts == 1) == 1


async def test_a_worker_that_stood_still_writes_nothing_of_what_another_has_taken_over(
    database: Database, ada: Person, run: Run, valkey: str, tmp_path: Path
) -> None:
    period = Period.last_quarter(today())
    async with AsyncExitStack() as stack:
        async with make.acting(database, on=today(), now=now()) as holding:
            await holding.alone(f"summary {ada.id} {period.starts} {period.ends}")
            job = await _request(database, ada)
            worker = await stack.enter_async_context(run())
            await _until(database, _WAITING, 1)
            # As a virtual machine that is paused: its connections stay, and so does its place before the lock.
            worker.send_signal(signal.SIGSTOP)
            await stack.enter_async_context(run())
            await _until(database, _WAITING, 2)
        worker.send_signal(signal.SIGCONT)
        await _until(database, _done(job))
        await _said(tmp_path, "taken over")
    assert await _count(database, Job, Job.attempts == 2) == 1
    assert await _count(database, JournalEntry, JournalEntry.command == "summary.compiled") == 1


async def test_work_goes_on_within_15_s_after_its_connection_is_lost(
    database: Database, ada: Person, run: Run
) -> None:
    period = Period.last_quarter(today())
    async with run():
        async with make.acting(database, on=today(), now=now()) as holding:
            await holding.alone(f"summary {ada.id} {period.starts} {period.ends}")
            job = await _request(database, ada)
            await _until(database, _WAITING, 1)
            await holding.session.execute(_END_WAITING)
            lost_at = time.monotonic()
        await _until(database, _done(job))
    assert time.monotonic() - lost_at < 15
    assert await _count(database, Job, Job.attempts == 2) == 1


async def test_a_queue_that_forgets_loses_nothing(
    database: Database, ada: Person, run: Run, valkey: str
) -> None:
    job = await _request(database, ada)
    async with database.transaction(effective_on=today()) as session:
        # It was handed to a queue that has lost it since.
        (await session.get_one(Job, job.id)).handed_at = now() - outbox.UNBEGUN_AFTER
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
        assert await outbox.begin(session, job.id, due_at=job.due_at, now=now())
    counts: list[int] = []
    (done,) = await see_through(
        database, embedded.Servers(database.url, valkey), [job.id], ended=counts.append
    )
    assert done.done_at is not None
    assert (counts[0], counts[-1]) == (0, 1)
    async with Redis.from_url(valkey) as queue:
        assert await queue.keys("tandem:worker:*") == []


async def test_a_job_and_its_statements_are_one_trace(
    database: Database, ada: Person, valkey: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with collecting() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        job = await _request(database, ada)
        await see_through(database, embedded.Servers(database.url, valkey), [job.id])
    (span,) = collector.named("compile_summary")
    within = [one.name for one in collector.spans() if one.parent_span_id == span.span_id]
    assert {"read", "write"} <= set(within)
    assert "tandem-worker" in str(collector.received[0].resource_spans[0].resource)


async def test_beside_a_worker_that_lives_jobs_are_left_to_it(
    database: Database, ada: Person, run: Run, valkey: str
) -> None:
    job = await _request(database, ada)
    async with run(), Redis.from_url(valkey) as queue:
        keys = await _keys(queue)
        (done,) = await see_through(database, embedded.Servers(database.url, valkey), [job.id])
        assert done.done_at is not None
        assert await queue.keys("tandem:worker:*") == keys


async def test_two_workers_keep_the_calendar_once(
    database: Database, run: Run, valkey: str, tmp_path: Path
) -> None:
    await _missed(database)
    async with run(), run():
        await _alive(valkey, 2)
        await _until(database, _KEPT, len(SCHEDULE))
        # Long enough for the other one to have looked, too.
        await asyncio.sleep(3)
    said = [json.loads(line) for line in (tmp_path / "said").read_text().splitlines() if line[0] == "{"]
    kept = [(entry["line"], entry["occurrence"]) for entry in said if "line" in entry]
    assert {line for line, _ in kept} == {"close rounds", "request summaries", "tidy"}
    assert len(kept) == len(set(kept))


async def test_the_calendar_needs_no_queue(database: Database, empty_data_dir: Path) -> None:
    await _missed(database)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "api.cli", "worker", "--parent", str(os.getpid())),
        cwd=ROOT,
        env=os.environ
        | {"TANDEM_DATABASE_URL": database.url, "TANDEM_REDIS_URL": f"unix://{empty_data_dir}/nothing.sock"},
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await _until(database, _KEPT, len(SCHEDULE))
    finally:
        process.terminate()
        await process.wait()


_LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
_KEPT = select(func.count()).select_from(ScheduleRun).where(ScheduleRun.occurred_at > _LONG_AGO)


async def _missed(database: Database) -> None:
    """As after an outage of months."""
    async with database.transaction(effective_on=today()) as session:
        for line in SCHEDULE:
            session.add(ScheduleRun(name=line.name, occurred_at=_LONG_AGO))
