"""A refusal is tested together with: and nothing happened."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import pytest
from sqlalchemy import text

from domain.database import Database
from domain.errors import Refused
from domain.models import metadata
from domain.work import Work

Scene = TypeVar("Scene")

Attempt = Callable[[Work, Scene], Awaitable[Any]]
"""What is tried on a scene of the test's own."""

Refusal = tuple[str, Attempt[Scene], str]
"""The name of a case, what is tried in it, and the code of its refusal."""


@asynccontextmanager
async def refused(database: Database, code: str) -> AsyncIterator[None]:
    """What is done inside is refused with that code, and leaves the whole database as it was."""
    before = await contents(database)
    with pytest.raises(Refused) as refusal:
        yield
    assert refusal.value.code == code
    assert refusal.value.message.endswith(".")
    assert await contents(database) == before


async def contents(database: Database) -> dict[str, str]:
    """For each table something that differs as soon as a row does."""
    tables = " UNION ALL ".join(
        f"SELECT '{name}', (SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM {name} t)"
        for name in metadata.tables
    )
    async with database.engine.connect() as connection:
        rows = await connection.execute(text(tables))
        return {row[0]: row[1] for row in rows}
