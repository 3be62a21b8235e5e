"""Sees jobs through to their end: beside a worker that lives, or with one in this very process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any
from uuid import UUID

from arq.connections import ArqRedis
from arq.worker import create_worker
from redis.exceptions import RedisError
from sqlalchemy import select

from domain import embedded, outbox
from domain.calendar import today
from domain.database import Database
from domain.journal.models import Job
from workers.main import worker_settings
from workers.queue import anybody_at_work, queue

PAUSE = 0.2
"""How often, in seconds, it is looked how far the jobs are."""

GRACE = 5.0
"""How many seconds jobs in this process have to end by themselves when it is to leave."""


async def see_through(
    database: Database,
    servers: embedded.Servers,
    jobs: Sequence[UUID],
    *,
    ended: Callable[[int], None] = lambda _: None,
) -> list[Job]:
    """The jobs when all of them are done or given up. `ended` is told again and again how many are.

    Raises:
        redis.exceptions.RedisError: the queue's server is gone.
    """
    assert servers.redis_url is not None
    async with AsyncExitStack() as stack:
        connected = await stack.enter_async_context(queue(servers.redis_url))
        own: asyncio.Task[None] | None = None
        while True:
            found = await _found(database, jobs)
            over = [job for job in found if job.done_at or job.failed_at]
            ended(len(over))
            if len(over) == len(found):
                return found
            if own is None and not await anybody_at_work(connected):
                await _release(database, jobs)
                own = await stack.enter_async_context(worker_in_this_process(servers, connected))
            elif own is not None and own.done():
                own.result()
            await asyncio.sleep(PAUSE)


@asynccontextmanager
async def worker_in_this_process(
    servers: embedded.Servers, connected: ArqRedis
) -> AsyncIterator[asyncio.Task[None]]:
    """A worker for as long as the context lasts, without the calendar; its task ends if it fails."""
    settings = worker_settings(servers, with_schedule=False)
    worker = create_worker(settings, redis_pool=connected, handle_signals=False)
    task = asyncio.create_task(worker.async_run(), name="worker")
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await _settled(worker.tasks.values())
        await settings["on_shutdown"](worker.ctx)
        # Where the queue is gone, so is the key.
        with suppress(RedisError, OSError):
            await connected.delete(worker.health_check_key)


async def _settled(tasks: Collection[asyncio.Task[Any]]) -> None:
    """What the outbox calls done may still be leaving the queue, and other jobs may be half-way."""
    if not tasks:
        return
    _, unfinished = await asyncio.wait(tasks, timeout=GRACE)
    for task in unfinished:
        task.cancel()
    await asyncio.gather(*unfinished, return_exceptions=True)


async def _found(database: Database, jobs: Sequence[UUID]) -> list[Job]:
    async with database.transaction(effective_on=today()) as session:
        return list(await session.scalars(select(Job).where(Job.id.in_(jobs))))


async def _release(database: Database, jobs: Sequence[UUID]) -> None:
    """With no worker alive, what a worker once had in hand is in nobody's."""
    async with database.transaction(effective_on=today()) as session:
        await outbox.release(session, jobs)
