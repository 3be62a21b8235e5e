"""The outbox: what is still to be done because of what was recorded, kept beside it in the database.

A job waits until it is due, is *handed* to the queue, *begun* by a worker and in the end *done* or *failed*.
The queue is only a messenger: a job that was handed or begun and is not heard of again is handed anew, so
whatever the queue forgets is not lost. `due_at` is the stamp of a request: asked for again, a job gets a new
one, and a run that began for an older stamp can no longer finish it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Update, and_, case, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from domain.journal.models import Job

CHANNEL = "tandem_jobs"
"""Where the database says that a job was asked for."""

JOB_TIMEOUT = timedelta(minutes=2)
"""How long one run may take."""

HAND_AGAIN_AFTER = JOB_TIMEOUT + timedelta(seconds=15)
"""How long a job may stay unheard of, after it was handed over or begun, before it counts as lost."""

MOST_ATTEMPTS = 5
"""How often a job is begun before it is given up."""

LONGEST_FAILURE = 500
"""How many characters of a failure are kept."""


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
            **dict.fromkeys(("handed_at", "done_at", "failed_at", "failure", "result")),
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
    waiting = or_(Job.handed_at.is_(None), Job.handed_at < now - HAND_AGAIN_AFTER)
    jobs = await session.scalars(
        select(Job)
        .where(Job.done_at.is_(None), Job.failed_at.is_(None), Job.due_at <= now, waiting)
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
    job.handed_at = now
    return True


async def begin(session: AsyncSession, job_id: UUID, *, due_at: datetime, now: datetime) -> Job | None:
    """The job, begun once more; None if it is done or given up, or was asked for anew since that stamp."""
    job = await session.scalar(select(Job).where(Job.id == job_id).with_for_update())
    if job is None or job.done_at or job.failed_at or job.due_at != due_at:
        return None
    job.handed_at = now
    job.attempts += 1
    return job


async def finish(session: AsyncSession, job: Job, *, result: dict[str, Any] | None, now: datetime) -> bool:
    """Mark a run's job as done, unless it was asked for anew in the meantime; whether it was marked."""
    return await _settle(session, _this_run(job).values(done_at=now, result=result, failure=None))


async def fail(session: AsyncSession, job: Job, *, failure: str, final: bool, now: datetime) -> bool:
    """Keep why a run failed, and have it tried again later, each time after a longer while, or not at all.

    `final` says that no repeat can help. The failure must not carry anything secret.
    """
    kept = failure[:LONGEST_FAILURE]
    if final or job.attempts >= MOST_ATTEMPTS:
        return await _settle(session, _this_run(job).values(failed_at=now, failure=kept))
    pause = timedelta(seconds=5 * 4 ** (job.attempts - 1))
    return await _settle(session, _this_run(job).values(handed_at=None, due_at=now + pause, failure=kept))


def _this_run(job: Job) -> Update:
    return update(Job).where(
        Job.id == job.id, Job.due_at == job.due_at, Job.done_at.is_(None), Job.failed_at.is_(None)
    )


async def _settle(session: AsyncSession, statement: Update) -> bool:
    settled = await session.scalar(statement.returning(Job.id).execution_options(synchronize_session=False))
    return settled is not None


async def release(session: AsyncSession, job_ids: Sequence[UUID]) -> None:
    """Have jobs handed over again at once, because whoever had them in hand is known to be gone."""
    unsettled = Job.id.in_(job_ids), Job.done_at.is_(None), Job.failed_at.is_(None)
    await session.execute(update(Job).where(*unsettled).values(handed_at=None))
