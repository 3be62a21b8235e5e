"""A generated portfolio of any size, in a database of its own that is kept between runs.

Everything in it follows from the number of a row and from the day on which it was loaded. It is loaded in batches of
one transaction each, so a load that was stopped goes on where it was.
"""

from __future__ import annotations

import asyncio
import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import asyncpg
from sqlalchemy import ColumnElement, Index, Insert, Table, exists, insert, literal_column, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, DropIndex

from domain import embedded, migrations, models
from domain.programmes.portfolio import ADD_UP
from domain.settings import Settings
from domain.tables import Tracked

MILESTONES = 100
"""How many milestones a programme has."""

_SQL = Path(__file__).parent / "sql"
_BATCH = 1000
Progress = Callable[[str], None]


@contextmanager
def portfolio(home: Path, scale: int, progress: Progress) -> Iterator[embedded.Servers]:
    """The servers with the portfolio of that many programmes, loaded if it is not there yet."""
    directory = home / f"portfolio-{scale}-{_version()}"
    for stale in home.glob(f"portfolio-{scale}-*"):
        if stale != directory:
            shutil.rmtree(stale)
    home.mkdir(parents=True, exist_ok=True)
    settings = Settings.read({"TANDEM_DATA_DIR": str(directory)})
    with embedded.servers(settings, queue=True, durable=False) as servers:
        asyncio.run(_complete(servers.database_url, scale, progress))
        yield servers


def plain(database_url: str) -> str:
    """The URL as asyncpg takes it."""
    return database_url.replace("+asyncpg", "")


def for_node(database_url: str) -> str:
    """The URL as Node's driver takes it: the socket's directory stands where the host would."""
    return f"socket://postgres@{quote(database_url.partition('?host=')[2].replace('%2F', '/'))}?db=tandem"


async def _complete(database_url: str, scale: int, progress: Progress) -> None:
    await migrations.upgrade(database_url)
    connection = await asyncpg.connect(plain(database_url))
    try:
        await connection.execute(_statements("helpers"))
        for name, value in _settings(scale).items():
            await connection.execute("SELECT set_config('bench.' || $1, $2, false)", name, str(value))
        await _load(connection, scale, progress)
    finally:
        await connection.close()


def _settings(scale: int) -> dict[str, Any]:
    """What the statements know. A sponsor has ten programmes at any scale; a country has some hundred organisations.

    Their number is in step with no other cycle: in life, too, who leads says nothing of how a programme is doing.
    """
    tenth = max(5, scale // 10)
    return {"milestones": MILESTONES, "organisations": min(499, 2 * tenth - 1), "people": tenth}


async def _load(connection: asyncpg.Connection, scale: int, progress: Progress) -> None:
    loaded = int(await connection.fetchval("SELECT count(*) FROM programmes") or 0)
    # Statistics are what a load ends with.
    if loaded == scale and await connection.fetchval(
        "SELECT reltuples >= 0 FROM pg_class WHERE relname = 'milestones'"
    ):
        return
    # Keys and the ledger need no check here, and indexes are made faster at the end.
    await connection.execute("SET session_replication_role = replica")
    await connection.execute("SET maintenance_work_mem = '1GB'; SET synchronous_commit = off")
    await _execute(connection, (DropIndex(index, if_exists=True) for index in _indexes()))
    await connection.execute(_statements("first"))
    for first in range(loaded, scale, _BATCH):
        last = min(first + _BATCH, scale) - 1
        progress(f"loading programmes {first:,} to {last:,} of {scale:,}")
        bounds = f"SET bench.first = {first}; SET bench.last = {last};"
        async with connection.transaction():
            await connection.execute(bounds + _statements("batch"))
    progress("keeping the present with the past")
    await _execute(connection, (_present(model, past) for model, past in models.HISTORY.items()))
    progress("making indexes")
    await _execute(connection, (CreateIndex(index, if_not_exists=True) for index in _indexes()))
    for first in range(0, scale, _BATCH):
        progress(f"counting programmes {first:,} to {min(first + _BATCH, scale) - 1:,}")
        await connection.execute(_DERIVE, _ref(first), _ref(first + _BATCH))
        await connection.execute(ADD_UP)
    progress("collecting statistics")
    await connection.execute("VACUUM ANALYZE")


_DERIVE = """
SELECT derive_figures(id, valid_from) FROM programmes_history WHERE version = 1 AND ref >= $1 AND ref < $2
"""


def _ref(number: int) -> str:
    """How the programme of that number is called."""
    return f"programme-{number:06}"


async def _execute(connection: asyncpg.Connection, statements: Iterator[Any]) -> None:
    for statement in statements:
        await connection.execute(str(statement.compile(dialect=postgresql.dialect())))  # type: ignore[no-untyped-call]


def _present(model: type[Tracked], past: Table) -> Insert:
    """The versions of now in the history of a table, as its trigger would have put them there."""
    table = model.__table__
    kept = exists().where(past.c.id == table.c.id, past.c.version == table.c.version)
    infinity: ColumnElement[Any] = literal_column("'infinity'::date")
    return insert(past).from_select([*table.c.keys(), "valid_until"], select(table, infinity).where(~kept))


def _indexes() -> list[Index]:
    """Those that a load can do without: an index of a constraint stays."""
    return [
        index
        for table in models.metadata.sorted_tables
        for index in sorted(table.indexes, key=lambda index: str(index.name))
        if not index.unique
    ]


def _statements(name: str) -> str:
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8")


def _version() -> str:
    """Which tables and which contents: a portfolio of others is loaded anew."""
    files = sorted([*_SQL.glob("*.sql"), *(migrations.DIRECTORY / "versions").glob("*.py")])
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:8]
