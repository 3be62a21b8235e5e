"""A pooler that swallows what connections are set to is noticed before anything is promised."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import unquote

import asyncpg
import pytest

from domain.database import Database
from domain.errors import Refused
from domain.poolers import is_pooled
from tests.api.processes import run
from tests.swallowing import swallowing


@pytest.fixture
async def pooled_url(database: Database) -> AsyncIterator[str]:
    """The database of the test as seen through a pooler."""
    found = re.search(r"/([^/]+)\?host=(.+)", database.url)
    assert found is not None
    name, directory = found.groups()
    async with swallowing(f"{unquote(directory)}/.s.PGSQL.5432") as address:
        yield f"postgresql://postgres@{address}/{name}?sslmode=disable"


async def test_a_connection_that_is_set_to_what_it_asks_for_is_fine(database: Database) -> None:
    await database.require_settings()
    limited = Database(database.url, patience_s=1.5)
    await limited.require_settings()
    await limited.close()


async def test_swallowed_settings_are_refused_by_name(pooled_url: str) -> None:
    database = Database(pooled_url, patience_s=10)
    with pytest.raises(Refused, match=r"\(.*statement_timeout.*\).*docs/operating.md") as refused:
        await database.require_settings()
    assert refused.value.code == "SETTINGS_SWALLOWED"
    await database.close()


async def test_they_may_come_from_the_role_instead(database: Database, pooled_url: str) -> None:
    name = pooled_url.rpartition("/")[2].partition("?")[0]
    async with database.engine.begin() as connection:
        for setting in (
            *("statement_timeout = '10s'", "jit = off", "timezone = 'UTC'", "work_mem = '16MB'"),
            *("random_page_cost = 1.1", "default_transaction_read_only = on"),
        ):
            await connection.exec_driver_sql(f"ALTER DATABASE {name} SET {setting}")
    pooled = Database(pooled_url, patience_s=10)
    await pooled.require_settings()
    await pooled.close()


@pytest.mark.parametrize("command", ["api", "stats"])
async def test_commands_say_so_at_once(pooled_url: str, command: str, empty_data_dir: Path) -> None:
    done = await asyncio.to_thread(run, empty_data_dir, command, TANDEM_DATABASE_URL=pooled_url)
    assert done.returncode == 1
    assert "TANDEM_DATABASE_URL" in done.stderr


async def test_who_listens_through_a_pooler_can_tell(database: Database, pooled_url: str) -> None:
    async with database.readers.acquire() as direct:
        assert not await is_pooled(direct)
    pooled = await asyncpg.connect(pooled_url)
    assert await is_pooled(pooled)
    await pooled.close()
