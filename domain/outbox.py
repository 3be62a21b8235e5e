"""The outbox: what is still to be done because of what was recorded, kept beside it in the database.

A job waits until it is due, is *handed* to the queue, *begun* by a worker and in the end *done* or *failed*.
The queue is only a messenger: a job that it forgot is handed anew, and so is one whose run is not heard of any
more. While it runs, a run says again and again that it goes on, by the clock of the database. `due_at` is the stamp
of a request: asked for again, a job gets a new one. Stamp and number of the attempt tell runs apart: one that was
taken for lost, and whose job another one has begun since, can neither go on nor finish it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Update, and_, case, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from domain.journal.models import Job

CHANNEL = "tandem_jobs"
"""Where the database says that a job was asked for."""

JOB_TIMEOUT = timedelta(minutes=2)
"""How long one run may take."""

BEAT = timedelta(seconds=3)
"""How often a run says that it goes on."""

SILENT_AFTER = timedelta(seconds=10)
"""How long nothing may be heard of a run before its job counts as in nobody's hands."""

UNBEGUN_AFTER = timedelta(seconds=5)
"""How long a job may be handed over and not begun before it is looked whether the queue still has it."""

MOST_ATTEMPTS = 5
"""How often a job is begun before it is given up."""

AFTER_OUTAGE = timedelta(seconds=5)
"""How long after a run that was broken off the job is begun again."""

AFTER_NO_ROOM = timedelta(seconds=10)
"""How long after a run for which the database had no room the job is begun again."""

LONGEST_FAILURE = 500
"""How many characters of a failure are kept."""


class TakenOver(Exception):  # noqa: N818 - it says what happened
    """A run was taken for lost, and its job is somebody else's, or will be."""


_OPEN = Job.done_at.is_(None), Job.failed_at.is_(None)
# By the database's clock: those of workers may differ.
_SILENT = Job.heard_at < func.clock_timestamp() - SILENT_AFTER


async def enqueue(
    session: AsyncSession, function: str, key: str, *, due_at: datetime, arguments: dict[str, Any]
) -> Job:
    """Ask for a job; the same key asked for again is the same job.

    While the job waits, a repeat changes nothing but makes it due no later than asked. A job that a worker
    has in hand, or that was done or given up, is due anew with all its attempts.
    """
    new = insert(Job).values(
        id=uuid7(), function=function, key=key, due_at=due_at, arguments=arguments, attempts=0
    )
    waits = and_(Job.handed_at.is_(None), Job.done_at.is_(None), Job.failed_at.is_(None))
    again = new.on_conflict_do_update(
        index_elements=[Job.key],
        set_={
            "function": new.excluded.function,
            "arguments": new.excluded.arguments,
            "due_at": case((waits, func.least(Job.due_at, new.excluded.due_at)), else_=new.excluded.due_at),
            "attempts": 0,
            **dict.fromkeys(("handed_at", "heard_at", "done_at", "failed_at", "failure", "result")),
        },
    )
    job = (await session.scalars(again.returning(Job), execution_options={"populate_existing": True})).one()
    await session.execute(text(f"NOTIFY {CHANNEL}"))
    return job


async def enqueue_once(
    session: AsyncSession, function: str, key: str, *, due_at: datetime, arguments: dict[str, Any]
) -> bool:
    """Ask for a job unless one with that key was ever asked for; whether it was asked for now."""
    new = insert(Job).values(
        id=uuid7(), function=function, key=key, due_at=due_at, arguments=arguments, attempts=0
    )
    made = await session.scalar(new.on_conflict_do_nothing(index_elements=[Job.key]).returning(Job.id))
    await session.execute(text(f"NOTIFY {CHANNEL}"))
    return made is not None


async def take_due(session: AsyncSession, *, now: datetime, limit: int) -> list[Job]:
    """Jobs to hand over, longest due first, locked for this transaction and passed over by everybody else."""
    jobs = await session.scalars(
        select(Job)
        .where(*_OPEN, Job.due_at <= now, or_(Job.handed_at.is_(None), _SILENT))
        .order_by(Job.due_at, Job.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(jobs)


def hand(job: Job, *, now: datetime) -> bool:
    """Mark a job as handed over, or give it up if it was begun too often; whether it is to be handed."""
    if job.attempts >= MOST_ATTEMPTS:
        job.failed_at = now
        job.failure = (
            job.failure or f"Begun {job.attempts} times and never finished: its worker stopped each time."
        )
        return False
    job.handed_at, job.heard_at = now, None
    return True


async def unbegun(session: AsyncSession, *, now: datetime) -> list[Job]:
    """Jobs that were handed over some seconds ago, by whatever clock, and that nobody has begun."""
    lately = Job.handed_at.between(now - UNBEGUN_AFTER, now)
    return list(
        await session.scalars(
            select(Job).where(*_OPEN, Job.handed_at.is_not(None), Job.heard_at.is_(None), ~lately)
        )
    )


async def hand_again(session: AsyncSession, job_ids: Sequence[UUID]) -> None:
    """Have jobs handed over again that the queue has lost, unless they were begun after all."""
    await session.execute(
        update(Job).where(Job.id.in_(job_ids), *_OPEN, Job.heard_at.is_(None)).values(handed_at=None)
    )


async def release(session: AsyncSession, job_ids: Sequence[UUID]) -> None:
    """Have jobs handed over again at once, because whoever had them in hand is known to be gone."""
    await session.execute(
        update(Job).where(Job.id.in_(job_ids), *_OPEN).values(handed_at=None, heard_at=None)
    )


async def begin(session: AsyncSession, job_id: UUID, *, due_at: datetime, now: datetime) -> Job | None:
    """The job, begun once more.

    None if it is done or given up, was asked for anew since that stamp, or is in the hands of a run that is heard of:
    the queue may have it twice.
    """
    begun: Job | None = await session.scalar(
        update(Job)
        .where(Job.id == job_id, Job.due_at == due_at, *_OPEN, or_(Job.heard_at.is_(None), _SILENT))
        .values(handed_at=now, heard_at=func.clock_timestamp(), attempts=Job.attempts + 1)
        .returning(Job)
        .execution_options(populate_existing=True, synchronize_session=False)
    )
    return begun


async def beat(session: AsyncSession, job: Job) -> bool:
    """Say that a run goes on; whether its job is still in its hands."""
    return await _settle(session, _this_run(job).values(heard_at=func.clock_timestamp()))


async def require_in_hand(session: AsyncSession, job: Job) -> None:
    """Go on only if a run still has its job, and keep it until this transaction ends: the last look before a commit.

    Raises:
        TakenOver: it has not.
    """
    if await session.scalar(select(Job.id).where(*_is_this_run(job)).with_for_update()) is None:
        raise TakenOver


async def finish(session: AsyncSession, job: Job, *, result: dict[str, Any] | None, now: datetime) -> bool:
    """Mark a run's job as done, unless the job is not this run's any more; whether it was marked."""
    return await _settle(session, _this_run(job).values(done_at=now, result=result, failure=None))


async def fail(session: AsyncSession, job: Job, *, failure: str, final: bool, now: datetime) -> bool:
    """Keep why a run failed, and have it tried again later, each time after a longer while, or not at all.

    `final` says that no repeat can help. The failure must not carry anything secret.
    """
    if final or job.attempts >= MOST_ATTEMPTS:
        return await _settle(session, _this_run(job).values(failed_at=now, failure=_kept(failure)))
    return await _again(session, job, failure, now + timedelta(seconds=5 * 4 ** (job.attempts - 1)))


async def give_back(session: AsyncSession, job: Job, *, failure: str, now: datetime) -> bool:
    """Have a job begun again soon whose run was broken off, by an outage or because its worker was to stop.

    It counts as an attempt: a job that kills what it runs on must not do so for ever.
    """
    if job.attempts >= MOST_ATTEMPTS:
        return await fail(session, job, failure=failure, final=True, now=now)
    return await _again(session, job, failure, now + AFTER_OUTAGE)


async def put_off(session: AsyncSession, job: Job, *, failure: str, now: datetime) -> bool:
    """Have a job begun again for which there was no room, as often as that takes: it is no attempt."""
    return await _again(session, job, failure, now + AFTER_NO_ROOM, attempts=job.attempts - 1)


async def _again(session: AsyncSession, job: Job, failure: str, due_at: datetime, **values: Any) -> bool:
    # The new stamp is what keeps numbers of attempts apart where one is given twice.
    waits = {"handed_at": None, "heard_at": None, "due_at": due_at, "failure": _kept(failure)}
    return await _settle(session, _this_run(job).values(waits | values))


def _kept(failure: str) -> str:
    return failure[:LONGEST_FAILURE]


def _is_this_run(job: Job) -> tuple[ColumnElement[bool], ...]:
    return Job.id == job.id, Job.due_at == job.due_at, Job.attempts == job.attempts, *_OPEN


def _this_run(job: Job) -> Update:
    return update(Job).where(*_is_this_run(job))


async def _settle(session: AsyncSession, statement: Update) -> bool:
    settled = await session.scalar(statement.returning(Job.id).execution_options(synchronize_session=False))
    return settled is not None
