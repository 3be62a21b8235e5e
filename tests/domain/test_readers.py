"""Connections that read: used again where that is safe, and never more than there may be."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from domain.database import Database
from domain.readers import Readers

PID = "SELECT pg_backend_pid()"


async def _pid(database: Database) -> int:
    async with database.readers.acquire() as connection:
        pid = await connection.fetchval(PID)
        assert isinstance(pid, int)
        return pid


async def test_a_connection_is_used_again(database: Database) -> None:
    assert await _pid(database) == await _pid(database)


async def test_one_that_postgres_closed_is_replaced(database: Database) -> None:
    closed = await _pid(database)
    async with database.engine.connect() as other:
        await other.exec_driver_sql(f"SELECT pg_terminate_backend({closed}, 10000)")
    assert await _pid(database) != closed


async def test_one_whose_statement_failed_is_not_used_again(database: Database) -> None:
    failed = await _pid(database)
    with pytest.raises(asyncpg.DivisionByZeroError):
        async with database.readers.acquire() as connection:
            await connection.fetchval("SELECT 1 / 0")
    assert await _pid(database) != failed


async def test_who_comes_when_all_are_in_use_waits(database: Database) -> None:
    pids = await asyncio.gather(*(_pid(database) for _ in range(40)))
    assert len(set(pids)) <= 10


async def test_who_could_not_connect_leaves_the_place_to_the_next(empty_data_dir: Path) -> None:
    readers = Readers([f"postgresql://nobody@/nowhere?host={empty_data_dir}"], {})
    for _ in range(11):
        with pytest.raises(OSError, match="No such file"):
            await asyncio.wait_for(readers.take(), 10)
