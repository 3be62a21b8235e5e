"""One told story for all tests that only read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest

from domain import embedded
from domain.database import Database
from tests.graph.reads.story import Story, tell
from tests.graph.reads.world import World


@pytest.fixture(scope="session")
async def story(server: asyncpg.Connection, servers: embedded.Servers) -> AsyncIterator[Story]:
    """A database with the whole story in it, which nobody changes."""
    name = f"story_{uuid4().hex}"
    await server.execute(f"CREATE DATABASE {name} TEMPLATE migrated STRATEGY file_copy")
    database = Database(servers.database_url.replace("/tandem?", f"/{name}?"))
    yield await tell(database)
    await database.close()
    await server.execute(f"DROP DATABASE {name} (FORCE)")


@pytest.fixture(scope="session")
async def world(story: Story) -> World:
    """The same in memory."""
    return await World.load(story.database)
