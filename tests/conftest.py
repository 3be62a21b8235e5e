"""What every test may ask for: a database of its own, a queue of its own, a data directory of its own.

One PostgreSQL and one Valkey serve a whole run, whatever the number of its processes (`pytest -n 2`). They are the
embedded servers of Tandem itself, in a directory of the run, so that each process of the run is one of their users.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from hypothesis import settings
from redis.asyncio import Redis

from domain import embedded, migrations
from domain.database import Database
from domain.settings import Settings

_HOME = "TANDEM_TESTS_HOME"
# How many cases the tests with generated teams try is said by TANDEM_TEST_CASES.
_OF_TESTS = (_HOME, "TANDEM_TEST_CASES")
_TEMPLATE = "migrated"
_SHARED_MEMORY = Path("/dev/shm")

# The suite tries the same cases every time, so that it is green or red for a reason in the code. A search for new
# cases is a run with TANDEM_TEST_CASES set.
settings.register_profile("repeatable", derandomize=True)
if "TANDEM_TEST_CASES" not in os.environ:
    settings.load_profile("repeatable")


def _memory() -> Path | None:
    """A file system in memory, where there is one with room: a database has 900 files, and most tests make one."""
    roomy = _SHARED_MEMORY.is_dir() and shutil.disk_usage(_SHARED_MEMORY).free > 4 * 2**30
    return _SHARED_MEMORY if roomy else None


def pytest_configure(config: pytest.Config) -> None:
    """The first process of a run makes its directory; those that it starts find it in their environment."""
    for name in [n for n in os.environ if n.startswith("TANDEM_") and n not in _OF_TESTS]:
        del os.environ[name]
    if not hasattr(config, "workerinput"):
        os.environ[_HOME] = tempfile.mkdtemp(prefix="tandem-tests-", dir=_memory())


def pytest_unconfigure(config: pytest.Config) -> None:
    """The first process of a run, which ends last, removes its directory."""
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ.pop(_HOME), ignore_errors=True)


@pytest.fixture(scope="session")
def home() -> Path:
    """The directory of this run."""
    return Path(os.environ[_HOME])


@pytest.fixture(scope="session")
def servers(home: Path) -> Iterator[embedded.Servers]:
    """The servers of this run."""
    settings = Settings.read({"TANDEM_DATA_DIR": str(home / "servers")})
    with embedded.servers(settings, queue=True, durable=False) as running:
        yield running


@pytest.fixture(scope="session")
async def server(servers: embedded.Servers, home: Path) -> AsyncIterator[asyncpg.Connection]:
    """A connection on which databases are made; the template of all of them is there and migrated."""
    connection = await asyncpg.connect(_url(servers, "postgres").replace("+asyncpg", ""))
    with _turn(home / "template"):
        if not await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", _TEMPLATE):
            await connection.execute("CREATE DATABASE unmigrated")
            await migrations.upgrade(_url(servers, "unmigrated"))
            await connection.execute(f"ALTER DATABASE unmigrated RENAME TO {_TEMPLATE}")
    yield connection
    await connection.close()


@pytest.fixture
async def empty_database_url(server: asyncpg.Connection, servers: embedded.Servers) -> AsyncIterator[str]:
    """The URL of a fresh database without a table."""
    name = f"empty_{uuid4().hex}"
    await server.execute(f"CREATE DATABASE {name}")
    yield _url(servers, name)
    await server.execute(f"DROP DATABASE {name} (FORCE)")


class _Databases:
    """Fresh databases with every table and no row. While a test uses one, the next is made and the last removed."""

    def __init__(self, server: asyncpg.Connection) -> None:
        self._server = server
        self._used: list[str] = []
        self._next = asyncio.create_task(self._make())

    async def take(self) -> str:
        """The name of one that nobody has."""
        name = await self._next
        self._next = asyncio.create_task(self._make())
        return name

    def give_back(self, name: str) -> None:
        """Say that it is not needed any more."""
        self._used.append(name)

    async def close(self) -> None:
        """Remove them all."""
        self._used.append(await self._next)
        await self._remove()

    async def _make(self) -> str:
        await self._remove()
        name = f"test_{uuid4().hex}"
        await self._server.execute(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE} STRATEGY file_copy")
        return name

    async def _remove(self) -> None:
        while self._used:
            await self._server.execute(f"DROP DATABASE {self._used.pop()} (FORCE)")


@pytest.fixture(scope="session")
async def databases(server: asyncpg.Connection, servers: embedded.Servers) -> AsyncIterator[_Databases]:
    """What this process takes its databases from, on a connection of its own."""
    connection = await asyncpg.connect(_url(servers, "postgres").replace("+asyncpg", ""))
    databases = _Databases(connection)
    yield databases
    await databases.close()
    await connection.close()


@pytest.fixture
async def database(databases: _Databases, servers: embedded.Servers) -> AsyncIterator[Database]:
    """A fresh database with every table and no row."""
    name = await databases.take()
    database = Database(_url(servers, name))
    yield database
    await database.close()
    databases.give_back(name)


@pytest.fixture
async def valkey(servers: embedded.Servers, worker_id: str) -> AsyncIterator[str]:
    """The URL of an empty Valkey database, which no other process of this run uses."""
    number = int(worker_id.removeprefix("gw")) if worker_id != "master" else 0
    url = f"{servers.redis_url}?db={number}"
    async with Redis.from_url(url) as client:
        await client.flushdb()
        yield url
        await client.flushdb()


@pytest.fixture
def empty_data_dir() -> Iterator[Path]:
    """A data directory that is not there yet, with a short path: what a first command finds."""
    with tempfile.TemporaryDirectory(prefix="tandem-", dir=_memory()) as directory:
        yield Path(directory) / "data"


@pytest.fixture
def data_dir(prepared: Path, empty_data_dir: Path) -> Path:
    """A data directory with every table and no row, for what is run as a command."""
    # With owners and permissions, since PostgreSQL insists on them.
    subprocess.run(["cp", "-a", prepared, empty_data_dir], check=True)
    return empty_data_dir


@pytest.fixture(scope="session")
async def prepared(home: Path) -> Path:
    """What data directories are copied from: making the first tables takes a second or two."""
    directory = home / "prepared"
    settings = Settings.read({"TANDEM_DATA_DIR": str(directory)})
    with _turn(home / "preparing"):
        if not directory.exists():
            with embedded.servers(settings, queue=True, durable=False) as running:
                await migrations.upgrade(running.database_url)
    return directory


@contextmanager
def _turn(file: Path) -> Iterator[None]:
    """One process of the run at a time."""
    with file.open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield


def _url(servers: embedded.Servers, database: str) -> str:
    before, after = servers.database_url.split("/tandem?")
    return f"{before}/{database}?{after}"
