from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest

from domain import embedded
from domain.database import Database
from tests.graph.mutations.scenes import Scene, scene


@pytest.fixture(scope="module")
async def shared_database(server: asyncpg.Connection, servers: embedded.Servers) -> AsyncIterator[Database]:
    """One database for the tests of a file: each makes a scene of its own and looks at nothing else."""
    name = f"shared_{uuid4().hex}"
    await server.execute(f"CREATE DATABASE {name} TEMPLATE migrated STRATEGY file_copy")
    database = Database(servers.database_url.replace("/tandem?", f"/{name}?"))
    yield database
    await database.close()
    await server.execute(f"DROP DATABASE {name} (FORCE)")


@pytest.fixture
async def it(shared_database: Database) -> Scene:
    return await scene(shared_database)


@pytest.fixture(scope="module")
async def untouched(shared_database: Database) -> Scene:
    """A scene for tests that change nothing of it."""
    return await scene(shared_database)
