"""What surrounds every job: it is begun in the outbox, and what became of it is kept there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from arq.worker import Function, func

from domain import outbox
from domain.calendar import now, today
from domain.database import Database
from domain.errors import Refused
from domain.journal.models import Job

Errand = Callable[..., Awaitable[dict[str, Any] | None]]
"""A job as we write them: it gets the database and the arguments of its request, and answers with plain data."""

log = structlog.get_logger("tandem.jobs")


def job(name: str, errand: Errand) -> Function:
    """An errand as a function of the queue's. It may run more than once, so it must not mind.

    The queue never repeats a job by itself, and keeps no results: both belong to the outbox.
    """

    async def run(ctx: dict[str, Any], job_id: str, due_at: str) -> None:
        await carry_out(ctx["database"], errand, UUID(job_id), due_at=datetime.fromisoformat(due_at))

    # The outbox ends a run that takes too long; the queue's own limit must not come first.
    limit = outbox.JOB_TIMEOUT.total_seconds() + 5
    return func(run, name=name, timeout=limit, keep_result=0, max_tries=1)


async def carry_out(database: Database, errand: Errand, job_id: UUID, *, due_at: datetime) -> bool:
    """Run a job that was handed over, unless there is nothing left to do; whether it was done."""
    async with database.transaction(effective_on=today()) as session:
        begun = await outbox.begin(session, job_id, due_at=due_at, now=now())
    if begun is None:
        log.info("nothing left to do", job=str(job_id))
        return False
    with structlog.contextvars.bound_contextvars(
        job=str(job_id), function=begun.function, attempt=begun.attempts
    ):
        return await _attempt(database, errand, begun)


async def _attempt(database: Database, errand: Errand, begun: Job) -> bool:
    try:
        async with asyncio.timeout(outbox.JOB_TIMEOUT.total_seconds()):
            result = await errand(database, **begun.arguments)
    except Refused as refused:
        log.warning("refused", code=refused.code)
        await _failed(database, begun, f"{refused.code}: {refused.message}", final=True)
    except TimeoutError:
        log.warning("took too long")
        await _failed(
            database, begun, f"It took longer than {outbox.JOB_TIMEOUT.total_seconds():.0f} seconds."
        )
    except asyncio.CancelledError:
        log.warning("interrupted")
        await asyncio.shield(_failed(database, begun, "The worker was stopped before it was done."))
        raise
    except Exception as error:
        # Messages of drivers may quote data, so the outbox keeps only of what kind it was.
        log.exception("failed")
        await _failed(database, begun, f"{type(error).__name__}: see the worker's log for job {begun.id}.")
    else:
        async with database.transaction(effective_on=today()) as session:
            await outbox.finish(session, begun, result=result, now=now())
        log.info("done")
        return True
    return False


async def _failed(database: Database, begun: Job, failure: str, *, final: bool = False) -> None:
    async with database.transaction(effective_on=today()) as session:
        await outbox.fail(session, begun, failure=failure, final=final, now=now())
