"""What becomes of a job that is run."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update
from structlog.testing import capture_logs

from domain import outbox
from domain.calendar import now, today
from domain.database import Database
from domain.errors import Refused
from domain.models import Job
from workers.running import Errand, InHand, carry_out


@pytest.fixture
async def job(database: Database) -> Job:
    """A job that was asked for and handed over."""
    async with database.transaction(effective_on=today()) as session:
        job = await outbox.enqueue(session, "tidy", "tidy", due_at=now(), arguments={"room": "green"})
        outbox.hand(job, now=now())
        return job


async def _only(database: Database) -> Job:
    async with database.transaction(effective_on=today()) as session:
        return (await session.scalars(select(Job))).one()


async def _run(database: Database, job: Job, errand: Errand) -> tuple[bool, Job]:
    done = await carry_out(database, errand, job.id, due_at=job.due_at)
    return done, await _only(database)


async def test_what_is_done_keeps_its_result(database: Database, job: Job) -> None:
    async def errand(database: Database, in_hand: InHand, room: str) -> dict[str, Any]:
        return {"room": room}

    done, kept = await _run(database, job, errand)
    assert done
    assert (kept.result, kept.attempts, kept.failure) == ({"room": "green"}, 1, None)
    assert kept.done_at is not None


async def test_what_is_done_is_not_done_again(database: Database, job: Job) -> None:
    runs: list[str] = []

    async def errand(database: Database, in_hand: InHand, room: str) -> None:
        runs.append(room)

    assert [(await _run(database, job, errand))[0] for _ in range(2)] == [True, False]
    assert runs == ["green"]


async def test_a_refusal_is_kept_and_not_repeated(database: Database, job: Job) -> None:
    async def errand(database: Database, in_hand: InHand, room: str) -> None:
        raise Refused("NO_ROOM", "There is no such room. Choose another.")

    done, kept = await _run(database, job, errand)
    assert not done
    assert kept.failure == "NO_ROOM: There is no such room. Choose another."
    assert kept.failed_at is not None


async def test_a_bug_is_tried_again_and_its_words_stay_in_the_log(database: Database, job: Job) -> None:
    async def errand(database: Database, in_hand: InHand, room: str) -> None:
        raise ValueError("the password is swordfish")

    with capture_logs() as logs:
        _, kept = await _run(database, job, errand)
    assert kept.failure == f"ValueError: see the worker's log for job {job.id}."
    assert (kept.failed_at, kept.handed_at) == (None, None)
    assert kept.due_at > now()
    assert [entry["event"] for entry in logs] == ["failed"]


async def test_a_run_that_takes_too_long_is_ended(
    database: Database, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "JOB_TIMEOUT", timedelta(milliseconds=20))

    async def errand(database: Database, in_hand: InHand, room: str) -> None:
        await asyncio.Event().wait()

    done, kept = await _run(database, job, errand)
    assert not done
    assert kept.failure == "It took longer than 0 seconds."


async def test_a_run_that_is_interrupted_is_given_back(database: Database, job: Job) -> None:
    begun = asyncio.Event()

    async def errand(database: Database, in_hand: InHand, room: str) -> None:
        begun.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(carry_out(database, errand, job.id, due_at=job.due_at))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    kept = await _only(database)
    assert kept.failure == "The worker was stopped before it was done."
    assert (kept.handed_at, kept.failed_at) == (None, None)


async def test_a_run_that_is_taken_over_ends_and_keeps_nothing(
    database: Database, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "BEAT", timedelta(milliseconds=20))

    async def errand(database: Database, in_hand: InHand, room: str) -> None:
        await _take_over(database)
        await asyncio.Event().wait()

    done, kept = await _run(database, job, errand)
    assert not done
    assert (kept.attempts, kept.failure, kept.done_at) == (2, None, None)


async def test_what_it_would_still_have_written_is_rolled_back(database: Database, job: Job) -> None:
    async def errand(database: Database, in_hand: InHand, room: str) -> None:
        await _take_over(database)
        async with database.transaction(effective_on=today()) as session:
            await outbox.enqueue(session, "tidy", "more", due_at=now(), arguments={})
            await in_hand(session)

    done, _ = await _run(database, job, errand)
    assert not done


async def test_a_run_of_which_the_database_does_not_hear_ends(
    database: Database, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "BEAT", timedelta(milliseconds=20))
    monkeypatch.setattr(outbox, "SILENT_AFTER", timedelta(milliseconds=200))

    async def errand(database: Database, in_hand: InHand, room: str) -> None:
        async with database.engine.begin() as holding:
            await holding.execute(text("LOCK TABLE jobs"))
            await asyncio.Event().wait()

    with capture_logs() as logs:
        done, kept = await _run(database, job, errand)
    assert not done
    assert (kept.failure, kept.done_at) == (None, None)
    assert [entry["event"] for entry in logs] == ["taken over"]


@pytest.mark.parametrize(("state", "attempts"), [("57P01", 1), ("53100", 0)])
async def test_an_outage_is_no_bug(database: Database, job: Job, state: str, attempts: int) -> None:
    async def errand(database: Database, in_hand: InHand, room: str) -> None:
        async with database.engine.begin() as connection:
            raising = f"DO $$ BEGIN RAISE EXCEPTION 'no more' USING ERRCODE = '{state}'; END $$"
            await connection.execute(text(raising))

    with capture_logs() as logs:
        _, kept = await _run(database, job, errand)
    assert kept.failure == "The database was away, or had no room."
    assert (kept.attempts, kept.failed_at, kept.handed_at) == (attempts, None, None)
    assert [entry["event"] for entry in logs] == ["broken off"]


async def test_a_run_that_cannot_be_settled_is_left_to_whoever_comes(database: Database, job: Job) -> None:
    async def errand(database: Database, in_hand: InHand, room: str) -> None:
        # From here on nothing can be written, as while a fail-over is under way.
        async with database.engine.begin() as connection:
            name = await connection.scalar(text("SELECT current_database()"))
            await connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
        await database.engine.dispose()

    with capture_logs() as logs:
        done, kept = await _run(database, job, errand)
    assert not done
    assert (kept.attempts, kept.done_at, kept.failed_at) == (1, None, None)
    assert [entry["event"] for entry in logs] == ["not settled"]


async def _take_over(database: Database) -> None:
    async with database.transaction(effective_on=today()) as session:
        await session.execute(update(Job).values(attempts=Job.attempts + 1))
