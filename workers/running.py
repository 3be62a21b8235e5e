"""What surrounds every job: it is begun in the outbox, and what became of it is kept there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from arq.worker import Function, func
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from domain import outbox
from domain.calendar import now, today
from domain.database import Database
from domain.errors import Refused
from domain.journal.models import Job
from domain.outages import Outage, lacks_room
from domain.outbox import TakenOver
from graph.asking import outage_behind
from workers.holding import holding

InHand = Callable[[AsyncSession], Awaitable[None]]
"""Goes on only if a run still has its job in hand: what an errand asks last in the transaction that it writes in."""

Errand = Callable[..., Awaitable[dict[str, Any] | None]]
"""A job as we write them: it gets the database, `in_hand` and the arguments of its request, and answers with data."""

Settle = Callable[..., Awaitable[bool]]


async def without_a_job(_session: AsyncSession) -> None:
    """What an errand gets as `in_hand` where it is no run of a job, so that nobody else can have that."""


log = structlog.get_logger("tandem.jobs")


def job(name: str, errand: Errand) -> Function:
    """An errand as a function of the queue's. It may run more than once, so it must not mind.

    The queue never repeats a job by itself, and keeps no results: both belong to the outbox.
    """

    async def run(ctx: dict[str, Any], job_id: str, due_at: str) -> None:
        traces = ctx["tracing"]
        with nullcontext() if traces is None else traces.working(name):
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
    in_hand = partial(outbox.require_in_hand, job=begun)
    try:
        async with asyncio.timeout(outbox.JOB_TIMEOUT.total_seconds()), holding(database, begun):
            result = await errand(database, in_hand, **begun.arguments)
    except Refused as refused:
        log.warning("refused", code=refused.code)
        await _settle(database, begun, outbox.fail, f"{refused.code}: {refused.message}", final=True)
    except TakenOver:
        log.warning("taken over")
    except TimeoutError:
        log.warning("took too long")
        words = f"It took longer than {outbox.JOB_TIMEOUT.total_seconds():.0f} seconds."
        await _settle(database, begun, outbox.fail, words, final=False)
    except asyncio.CancelledError:
        log.warning("interrupted")
        words = "The worker was stopped before it was done."
        await asyncio.shield(_settle(database, begun, outbox.give_back, words))
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the outbox is told
        await _broken(database, begun, error)
    else:
        return await _done(database, begun, result)
    return False


async def _broken(database: Database, begun: Job, error: Exception) -> None:
    if outage_behind(error) in {None, Outage.ALTERED}:
        # Messages of drivers may quote data, so the outbox keeps only of what kind it was.
        log.error("failed", exc_info=error)
        words = f"{type(error).__name__}: see the worker's log for job {begun.id}."
        await _settle(database, begun, outbox.fail, words, final=False)
        return
    log.warning("broken off", error=type(error).__name__)
    settle = outbox.put_off if lacks_room(error) else outbox.give_back
    await _settle(database, begun, settle, "The database was away, or had no room.")


async def _done(database: Database, begun: Job, result: dict[str, Any] | None) -> bool:
    try:
        async with database.transaction(effective_on=today()) as session:
            done = await outbox.finish(session, begun, result=result, now=now())
    except (DBAPIError, OSError) as error:
        return _left(error)
    log.info("done" if done else "done for nobody: it was asked for anew, or taken over")
    return done


async def _settle(database: Database, begun: Job, settle: Settle, failure: str, **given: Any) -> None:
    try:
        async with database.transaction(effective_on=today()) as session:
            await settle(session, begun, failure=failure, now=now(), **given)
    except (DBAPIError, OSError) as error:
        _left(error)


def _left(error: Exception) -> bool:
    """What became of a run could not be kept: nothing more is heard of it, so its job is begun again soon."""
    log.warning("not settled", error=type(error).__name__)
    return False
