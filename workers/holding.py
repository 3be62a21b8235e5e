"""Keeps a job in the hands of its run: it says again and again that it goes on, and ends when nobody hears it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from domain import outbox
from domain.calendar import today
from domain.database import Database
from domain.journal.models import Job
from domain.outbox import TakenOver

log = structlog.get_logger("tandem.jobs")


@asynccontextmanager
async def holding(database: Database, job: Job) -> AsyncIterator[None]:
    """Keep a job that was begun in hand, as long as the context lasts.

    A task beside the work is heard in time: compiling for a sponsor of 50,000 milestones takes 9 s and keeps the event
    loop to itself for 0.3 s at most (measured on 1 December 2026).

    Raises:
        TakenOver: the job is in somebody else's hands, or the database has not answered for so long that it may be.
    """
    hold = asyncio.timeout(outbox.SILENT_AFTER.total_seconds())
    try:
        async with hold:
            beating = asyncio.create_task(_beat(database, job, hold), name=f"heartbeat of {job.id}")
            try:
                yield
            finally:
                beating.cancel()
                await asyncio.gather(beating, return_exceptions=True)
    except TimeoutError as error:
        if hold.expired():
            raise TakenOver from error
        raise


async def _beat(database: Database, job: Job, hold: asyncio.Timeout) -> None:
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(outbox.BEAT.total_seconds())
        # From before it is said: whoever hears it counts from later.
        until = loop.time() + outbox.SILENT_AFTER.total_seconds()
        try:
            async with database.transaction(effective_on=today()) as session:
                in_hand = await outbox.beat(session, job)
        except Exception as error:  # noqa: BLE001 - whatever it is, it passes, or the run ends
            log.warning("not heard", error=type(error).__name__)
            continue
        hold.reschedule(until if in_hand else loop.time())
