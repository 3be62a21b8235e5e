"""A server as users have it, on a port of this machine, and the application as seen from any address."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from api.app import create_app
from domain import embedded
from domain.database import Database
from domain.settings import Settings
from tests.api.servers import GRANIAN, serving

Reach = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


def transport_to(app: Litestar, **given: Any) -> httpx.ASGITransport:
    """A way for a client to reach an application in this process."""
    # Litestar tells apart what it is sent and what it sends; to httpx they are mappings of anything.
    any_app: Any = app
    return httpx.ASGITransport(any_app, **given)


@pytest.fixture(scope="session")
async def site_url(server: asyncpg.Connection, servers: embedded.Servers) -> AsyncIterator[str]:
    """The URL of the empty database that the server of this run answers from."""
    name = f"site_{uuid4().hex}"
    await server.execute(f"CREATE DATABASE {name} TEMPLATE migrated STRATEGY file_copy")
    yield servers.database_url.replace("/tandem?", f"/{name}?")
    await server.execute(f"DROP DATABASE {name} (FORCE)")


@pytest.fixture(scope="session")
async def site(site_url: str, server: asyncpg.Connection) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a real server without a token, at a loopback address, over that database."""
    async with (
        serving(GRANIAN, TANDEM_DATABASE_URL=site_url) as url,
        httpx.AsyncClient(base_url=url) as client,
    ):
        yield client


@pytest.fixture
def reach_database() -> Reach:
    """Reaches the application in this process, from any address, by any name, with or without a token."""
    return _reaching


@pytest.fixture
def reach(database: Database) -> Reach:
    """The same, over the database of the test."""
    return partial(_reaching, database)


@asynccontextmanager
async def _reaching(
    database: Database,
    *,
    token: str | None = None,
    metrics_token: str | None = None,
    client: str = "127.0.0.1",
    host: str = "localhost:8000",
) -> AsyncIterator[httpx.AsyncClient]:
    tokens = {"TANDEM_ADMIN_TOKEN": token or "", "TANDEM_METRICS_TOKEN": metrics_token or ""}
    settings = Settings.read(tokens)
    app = create_app(settings, database)
    transport = transport_to(app, client=(client, 50000), raise_app_exceptions=False)
    async with (
        AsyncTestClient(app),
        httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as reached,
    ):
        yield reached
