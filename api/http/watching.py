"""What a server looks at in itself, a few times a second: whether it keeps up, and how many connections it has."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from api.http import metrics
from domain.database import Database

_EVERY_S = 0.25


@asynccontextmanager
async def watching(database: Database) -> AsyncIterator[None]:
    """Look at it, and have counted what was noted, for as long as the context lasts."""
    task = asyncio.create_task(_watch(database), name="watching")
    try:
        yield
    finally:
        metrics.count()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _watch(database: Database) -> None:
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + _EVERY_S
        await asyncio.sleep(_EVERY_S)
        metrics.late(loop.time() - due)
        metrics.count()
        for pool, opened in database.connections().items():
            metrics.connected(pool, opened.used, opened.idle)
