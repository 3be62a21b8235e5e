"""Hands jobs that are due from the outbox to the queue, and again those of which nothing was heard."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Any

import structlog
from arq.connections import ArqRedis

from domain import outbox
from domain.calendar import now, today
from domain.database import Database
from domain.poolers import is_pooled
from workers.background import end
from workers.queue import QUEUE, lost, put

# Most waits in the outbox, where it can be asked for anew, and where it is looked at in the order of what is due.
LONGEST_QUEUE = 100
# A request wakes the relay at once. The clock finds what became due, and what was lost.
PAUSE = 2.0

log = structlog.get_logger("tandem.relay")


async def hand_over(database: Database, queue: ArqRedis, *, at: datetime) -> int:
    """Hand over what is due at a moment, as far as the queue has room; how many jobs were taken up.

    Several relays share the work. A job is in the queue before the outbox says so: the other way round, a relay that
    is killed in between would leave a job that counts as handed and is nowhere.
    """
    await _look_for_lost(database, queue, at=at)
    room = LONGEST_QUEUE - await queue.zcard(QUEUE)
    if room <= 0:
        return 0
    async with database.transaction(effective_on=today(at)) as session:
        jobs = await outbox.take_due(session, now=at, limit=room)
        for job in jobs:
            if outbox.hand(job, now=at):
                await put(queue, job)
            else:
                log.error("given up", job=str(job.id), function=job.function, attempts=job.attempts)
    return len(jobs)


async def _look_for_lost(database: Database, queue: ArqRedis, *, at: datetime) -> None:
    """Have what the queue has lost handed over again. What only waits there for long is not lost."""
    async with database.transaction(effective_on=today(at)) as session:
        gone = await lost(queue, await outbox.unbegun(session, now=at))
        if gone:
            log.warning("lost by the queue", count=len(gone))
            await outbox.hand_again(session, [job.id for job in gone])


@asynccontextmanager
async def relaying(database: Database, queue: ArqRedis) -> AsyncIterator[None]:
    """Relay in the background for as long as the context lasts."""
    task = asyncio.create_task(_relay(database, queue), name="relay")
    try:
        yield
    finally:
        await end(task)


async def _relay(database: Database, queue: ArqRedis) -> None:
    while True:
        try:
            await _listen(database, queue)
        except Exception as error:  # noqa: BLE001 - a relay that ends would stop every job; it says so and goes on
            log.warning("relay interrupted", error=type(error).__name__)
            await asyncio.sleep(PAUSE)


async def _listen(database: Database, queue: ArqRedis) -> None:
    called = asyncio.Event()

    def call(*_: Any) -> None:
        called.set()

    async with database.readers.acquire() as connection:
        await connection.add_listener(outbox.CHANNEL, call)
        if await is_pooled(connection):
            log.warning(
                "a pooler hears for us: jobs begin up to two seconds late", setting="TANDEM_DATABASE_URL"
            )
        try:
            while not connection.is_closed():
                called.clear()
                await hand_over(database, queue, at=now())
                with suppress(TimeoutError):
                    await asyncio.wait_for(called.wait(), PAUSE)
        finally:
            await connection.remove_listener(outbox.CHANNEL, call)
