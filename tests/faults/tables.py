"""The tables as they are, read past the server: a short connection for each look."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection of our own."""
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


async def rows(url: str, statement: str, *given: Any) -> Sequence[Any]:
    """What a statement answers."""
    async with connected(url) as connection:
        found: Sequence[Any] = await connection.fetch(statement, *given)
        return found


async def counts(url: str, statement: str, *given: Any) -> dict[str, int]:
    """Numbers by names, of a statement that answers with a name and a number."""
    return dict(await rows(url, statement, *given))
