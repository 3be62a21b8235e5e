"""Two transactions at the same time, for certain: the second begins when the first has acted and not yet committed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import text

from domain.database import Database
from domain.errors import Refused
from domain.work import Work
from tests.factories import acting

Act = Callable[[Work], Awaitable[Any]]

_WAITING = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


async def race(database: Database, first: Act, second: Act, **given: Any) -> str:
    """What becomes of the second: the code of its refusal, or `done`. It must have had to wait for the first."""
    async with acting(database, **given) as work:
        await first(work)
        later = asyncio.create_task(_outcome(database, second, given))
        async with asyncio.timeout(20):
            await _waits(database, later)
    return await later


async def _outcome(database: Database, act: Act, given: dict[str, Any]) -> str:
    try:
        async with acting(database, **given) as work:
            await act(work)
    except Refused as refusal:
        return refusal.code
    return "done"


async def _waits(database: Database, later: asyncio.Task[str]) -> None:
    async with database.engine.connect() as connection:
        while not (await connection.execute(_WAITING)).scalar_one():
            assert not later.done(), f"the second did not wait: {later.result()}"
            await connection.rollback()
            await asyncio.sleep(0.01)
