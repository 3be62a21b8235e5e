"""The queue and the workers that take jobs from it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from redis.asyncio import Redis
from redis.exceptions import RedisError

from api.doctor.findings import Finding, Level
from api.queue import running_queue
from domain.settings import Settings
from workers.queue import anybody_at_work

_SUBJECT = "queue"


async def queue(settings: Settings) -> AsyncIterator[Finding]:
    """What is to be said of the queue."""
    url = running_queue(settings)
    if url is None:
        yield Finding(
            _SUBJECT, Level.NOTE, "The embedded Valkey is not running: it is looked at while Tandem runs."
        )
        return
    if urlsplit(url).password is None and urlsplit(url).scheme != "unix":
        yield Finding(
            _SUBJECT, Level.WARNING, "TANDEM_REDIS_URL has no password: whoever reaches it can stop all jobs."
        )
    try:
        async with Redis.from_url(url, socket_timeout=5, socket_connect_timeout=5) as connected:
            async for finding in _of(connected):
                yield finding
    except (RedisError, OSError, ValueError) as error:
        yield Finding(_SUBJECT, Level.WRONG, f"It does not answer ({error}): check TANDEM_REDIS_URL.")


async def _of(connected: Redis) -> AsyncIterator[Finding]:
    memory, role = await connected.info("memory"), (await connected.info("replication"))["role"]
    yield Finding(_SUBJECT, Level.OK, "It answers.")
    if role != "master":
        yield Finding(
            _SUBJECT, Level.WRONG, "It is a replica and takes no jobs: name its primary in TANDEM_REDIS_URL."
        )
    if memory["maxmemory"] and memory["maxmemory_policy"] != "noeviction":
        yield Finding(
            _SUBJECT,
            Level.WRONG,
            f"maxmemory-policy is {memory['maxmemory_policy']}: what somebody wrote or spent could be forgotten. "
            "Set it to noeviction.",
        )
    if await anybody_at_work(connected):
        yield Finding("worker", Level.OK, "One lives.")
    else:
        yield Finding(
            "worker", Level.WRONG, "None lives, so nothing is compiled or published: run tandem worker."
        )
