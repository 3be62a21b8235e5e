"""The queue between the outbox and the workers. It may lose everything; the outbox is the truth."""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from uuid import uuid4

import msgspec
from arq.connections import ArqRedis, RedisSettings, create_pool
from arq.constants import in_progress_key_prefix
from redis.asyncio import Redis

from domain.journal.models import Job

QUEUE = "tandem:queue"
_HEALTH = "tandem:worker:"
HEALTH_INTERVAL = 4
"""How often, in seconds, a worker says that it lives. One second after the next time is missed, it counts as gone."""


def settings_of(redis_url: str) -> RedisSettings:
    """How the queue's server is reached, by its URL: it is tried twice, a second apart."""
    return replace(RedisSettings.from_dsn(redis_url), conn_retries=1)


def pack(message: dict[str, Any]) -> bytes:
    """A message as bytes. MessagePack carries data only; pickle, the default, would run what a message says."""
    return msgspec.msgpack.encode(message)


def unpack(packed: bytes) -> dict[str, Any]:
    """The message in the bytes."""
    message: dict[str, Any] = msgspec.msgpack.decode(packed)
    return message


def health_key() -> str:
    """A key of this worker's own: one worker that stops takes nobody else's away."""
    return f"{_HEALTH}{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"


@asynccontextmanager
async def queue(redis_url: str) -> AsyncIterator[ArqRedis]:
    """A connection to the queue."""
    connected = await create_pool(
        settings_of(redis_url), job_serializer=pack, job_deserializer=unpack, default_queue_name=QUEUE
    )
    try:
        yield connected
    finally:
        await connected.aclose(close_connection_pool=True)


async def put(connected: ArqRedis, job: Job) -> None:
    """Put a job that is handed over into the queue: its id and its stamp, and nothing of what it is about."""
    await connected.enqueue_job(job.function, str(job.id), job.due_at.isoformat(), _job_id=_place(job))


async def lost(connected: ArqRedis, jobs: Sequence[Job]) -> list[Job]:
    """Those of the jobs, handed over and not begun, of which the queue knows nothing, or that it has given to somebody.

    Whoever was given one begins it at once, unless they are gone.
    """
    if not jobs:
        return []
    places = [_place(job) for job in jobs]
    async with connected.pipeline(transaction=True) as asked:
        for place in places:
            asked.zscore(QUEUE, place)
            asked.exists(in_progress_key_prefix + place)
        told = await asked.execute()
    return [
        job for job, score, given in zip(jobs, told[::2], told[1::2], strict=True) if score is None or given
    ]


def _place(job: Job) -> str:
    """What stands in the queue for this hand-over of a job: for the next one it is something else."""
    assert job.handed_at is not None
    return f"{job.id}:{job.handed_at.isoformat()}"


async def anybody_at_work(connected: Redis) -> bool:
    """Whether a worker lives that takes jobs from this queue."""
    async for _ in connected.scan_iter(match=f"{_HEALTH}*", count=1000):
        return True
    return False
