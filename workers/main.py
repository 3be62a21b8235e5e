"""The worker: `tandem worker`, or `arq workers.main.WorkerSettings`. Run as many as there is work for."""

from __future__ import annotations

import atexit
from contextlib import AsyncExitStack, ExitStack
from typing import Any

from domain import embedded
from domain.assessments.closing import PUBLISH
from domain.database import Database
from domain.settings import Settings
from domain.summaries.commands import COMPILE
from domain.tracing import Tracing, tracing
from workers import logs, queue
from workers.relay import relaying
from workers.rounds import publish_round
from workers.running import job
from workers.schedule import scheduling
from workers.summaries import compile_summary

JOBS = [job(COMPILE, compile_summary), job(PUBLISH, publish_round)]


def worker_settings(servers: embedded.Servers, *, with_schedule: bool = True) -> dict[str, Any]:
    """What arq is to know of a worker that uses those servers, and keeps the calendar where nobody else does.

    A dictionary rather than a class, because arq reads no inherited attributes.
    """
    assert servers.redis_url is not None

    async def start(ctx: dict[str, Any]) -> None:
        stack = ctx["stack"] = AsyncExitStack()
        ctx["database"] = Database(servers.database_url)
        stack.push_async_callback(ctx["database"].close)
        await ctx["database"].require_settings()
        ctx["tracing"] = _traced(ctx["database"], stack)
        await stack.enter_async_context(relaying(ctx["database"], ctx["redis"]))
        if with_schedule:
            await stack.enter_async_context(scheduling(ctx["database"]))

    async def stop(ctx: dict[str, Any]) -> None:
        if "stack" in ctx:
            await ctx["stack"].aclose()

    return {
        "functions": JOBS,
        "redis_settings": queue.settings_of(servers.redis_url),
        "queue_name": queue.QUEUE,
        "job_serializer": queue.pack,
        "job_deserializer": queue.unpack,
        "health_check_key": queue.health_key(),
        "health_check_interval": queue.HEALTH_INTERVAL,
        "on_startup": start,
        "on_shutdown": stop,
        "keep_result": 0,
        "max_tries": 1,
        "retry_jobs": False,
        "log_results": False,
        "max_jobs": 4,
        # Told to stop, a worker takes no further job and gives those in hand this many seconds.
        "job_completion_wait": 10,
    }


def _traced(database: Database, stack: AsyncExitStack) -> Tracing | None:
    """What records jobs and their statements, where that is wanted."""
    traces = tracing("tandem-worker")
    if traces is not None:
        stack.callback(traces.close)
        database.observe(reads=traces.took("read"), writes=traces.took("write"))
    return traces


def __getattr__(name: str) -> dict[str, Any]:
    """`WorkerSettings`, made when arq asks for it: only a worker joins the servers, not everybody who imports."""
    if name != "WorkerSettings":
        raise AttributeError(name)
    logs.configure()
    stack = ExitStack()
    atexit.register(stack.close)
    servers = stack.enter_context(embedded.servers(Settings.read(), queue=True))
    settings = globals()["WorkerSettings"] = worker_settings(servers)
    return settings
