"""Who waits for what: a caller who hangs up stops the query, and one who waits is not kept for ever."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import httpx
import pytest

from api.app import create_app
from domain.database import Database
from domain.settings import Settings
from tests.api.conftest import Reach, transport_to
from tests.api.servers import GRANIAN, UVICORN, serving

QUERY = {"query": "{ programmes { totalCount } }"}
MUTATION = """mutation { organisationCreate(input: {
    idempotencyKey: "patience", code: "PAT", name: "Patience", kind: OTHER
}) { id userErrors { code } } }"""


@pytest.fixture
async def watcher(database: Database) -> AsyncIterator[asyncpg.Connection]:
    """A connection beside those of the server under test."""
    connection = await asyncpg.connect(database.url.replace("+asyncpg", ""))
    yield connection
    await connection.close()


@asynccontextmanager
async def locked(watcher: asyncpg.Connection, table: str) -> AsyncIterator[None]:
    """A table that everybody else has to wait for: a query of any length, whatever the data."""
    async with watcher.transaction():
        await watcher.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield


async def until(watcher: asyncpg.Connection, waiting: int) -> None:
    """Goes on when so many statements wait for a lock; fails if that does not come to be."""
    async with asyncio.timeout(30):
        while waiting != await watcher.fetchval(
            """SELECT count(*) FROM pg_stat_activity
               WHERE datname = current_database() AND state = 'active' AND wait_event_type = 'Lock'"""
        ):
            await watcher.execute("SELECT pg_stat_clear_snapshot()")


async def hang_up(port: int | None, request: bytes) -> asyncio.StreamWriter:
    """A caller who sends a request and hangs up when told to."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    await writer.drain()
    return writer


POST = b'{"query": "{ programmes { totalCount } }"}'
REQUESTS = {
    "POST": b"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\n\r\n%s" % (len(POST), POST),
    "GET": b"GET /graphql?query=%7Bprogrammes%7BtotalCount%7D%7D HTTP/1.1\r\nHost: localhost\r\n\r\n",
}


@pytest.mark.parametrize("command", [GRANIAN, UVICORN], ids=["granian", "litestar run"])
async def test_a_caller_who_hangs_up_stops_the_query_in_postgres(
    database: Database, watcher: asyncpg.Connection, command: tuple[str, ...]
) -> None:
    async with serving(command, TANDEM_DATABASE_URL=database.url) as url, locked(watcher, "programmes"):
        for request in REQUESTS.values():
            caller = await hang_up(url.port, request)
            await until(watcher, waiting=1)
            caller.close()
            await until(watcher, waiting=0)
        async with httpx.AsyncClient(base_url=url) as client:
            answer = await client.post("/graphql", json={"query": "{ people { totalCount } }"})
        assert answer.json()["data"] == {"people": {"totalCount": 0}}


async def test_of_many_who_wait_only_those_who_hang_up_are_given_up(
    database: Database, watcher: asyncpg.Connection
) -> None:
    async with serving(UVICORN, TANDEM_DATABASE_URL=database.url) as url, locked(watcher, "programmes"):
        callers = []
        for number in range(1, 7):
            # They come one after another, so that some are looked after before others are there.
            callers.append(await hang_up(url.port, REQUESTS["POST"]))
            await until(watcher, waiting=number)
        for some, left in (callers[::2], 3), (callers[1::2], 0):
            for caller in some:
                caller.close()
            await until(watcher, waiting=left)


@asynccontextmanager
async def impatient(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    """The application over a database that gives statements up after a tenth of a second."""
    hurried = Database(database.url, patience_s=0.1)
    app = create_app(Settings.read({}), hurried)
    transport = transport_to(app)
    async with app.lifespan(), httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client
    await hurried.close()


@pytest.mark.parametrize(
    "asked",
    [QUERY, {"query": MUTATION}, {"query": "{ programmes { totalCount } __schema { queryType { name } } }"}],
    ids=["query", "mutation", "query and introspection"],
)
async def test_what_takes_too_long_is_given_up_with_a_word_on_what_to_do(
    database: Database, watcher: asyncpg.Connection, asked: dict[str, str]
) -> None:
    async with impatient(database) as client, locked(watcher, "programmes, organisations"):
        answer = await client.post("/graphql", json=asked)
        [error] = answer.json()["errors"]
        assert (answer.status_code, error["extensions"]["code"]) == (200, "QUERY_TIMEOUT")
        assert "ask for less at once" in error["message"]
        await until(watcher, waiting=0)


async def test_who_waits_is_answered_when_the_lock_goes(
    reach: Reach, database: Database, watcher: asyncpg.Connection
) -> None:
    async with reach() as client:
        async with locked(watcher, "programmes"):
            asking = asyncio.create_task(client.post("/graphql", json=QUERY))
            await until(watcher, waiting=1)
        answer = await asking
    assert answer.json()["data"] == {"programmes": {"totalCount": 0}}
