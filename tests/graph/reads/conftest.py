"""One told story for all tests that only read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import uuid4

import asyncpg
import orjson
import pytest
from graphql import parse
from hypothesis import strategies as st

from domain import embedded
from domain.access.viewers import ADMINISTRATOR, Viewer
from domain.database import Database
from graph.asking import execute
from tests.factories import NOW, TODAY
from tests.graph.reads import slow
from tests.graph.reads.questions import Question, questions
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


Ask = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
def ask(story: Story) -> Ask:
    """Asks a question of the story; the whole answer."""

    async def asked(text: str, variables: dict[str, Any] | None = None, **given: Any) -> dict[str, Any]:
        usual: dict[str, Any] = {"viewer": ADMINISTRATOR, "now": NOW}
        found = await execute(story.database, query=text, variables=variables, **(usual | given))
        answer: dict[str, Any] = orjson.loads(found.body)
        answer.pop("extensions", None)
        return answer

    return asked


@pytest.fixture
def agreed(ask: Ask, world: World) -> Ask:
    """Asks a question of the story both ways, which have to agree; the data."""

    async def asked(
        text: str, variables: dict[str, Any] | None = None, viewer: Viewer = ADMINISTRATOR
    ) -> dict[str, Any]:
        quickly = await ask(text, variables, viewer=viewer)
        slowly = slow.answer(world, viewer, parse(text), variables or {}, today=TODAY)
        assert "errors" not in quickly, quickly["errors"]
        assert not slowly.errors
        assert orjson.dumps(quickly["data"]) == orjson.dumps(slowly.data)
        data: dict[str, Any] = quickly["data"]
        return data

    return asked


@pytest.fixture(scope="session")
def asked(world: World) -> st.SearchStrategy[Question]:
    """Questions about the story."""
    return questions(world)
