"""Somebody who has the database and the disk it lies on, and looks everywhere for words that somebody once wrote.

They ask PostgreSQL for every row of every table, its own among them, and then read the files themselves: what is on a
page is there for them, whether a row still says so or not. Tables, indexes, TOAST tables and temporary files are all
files there. The write-ahead log is left out, which docs/anonymity.md names.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import text

from domain.database import Database

_TABLES = text(
    "SELECT oid::regclass::text FROM pg_class WHERE relkind IN ('r', 'm') AND NOT relisshared ORDER BY 1"
)


async def places_of(words: str, database: Database) -> set[str]:
    """Where the words stand: names of tables, and of files of this database and of its server."""
    async with database.engine.connect() as connection:
        alone = await connection.execution_options(isolation_level="AUTOCOMMIT")
        found = set()
        for table in (await alone.scalars(_TABLES)).all():
            said = text(f"SELECT true FROM ONLY {table} t WHERE t::text LIKE :words LIMIT 1")
            if await alone.scalar(said, {"words": f"%{words}%"}):
                found.add(table)
        # What is in memory only is written to the files, and the files of dropped tables go.
        await alone.execute(text("CHECKPOINT"))
        home = Path(await alone.scalar(text("SHOW data_directory")))
        own = await alone.scalar(text("SELECT oid FROM pg_database WHERE datname = current_database()"))
    return found | {
        str(file.relative_to(home)) for file in _files(home, own) if words.encode() in _content(file)
    }


def _files(home: Path, database: int) -> Iterator[Path]:
    """All that PostgreSQL keeps, but for its write-ahead log and for databases of other tests, which come and go."""
    for top in home.iterdir():
        below = [top / str(database), top / "pgsql_tmp"] if top.name == "base" else [top]
        for place in below if top.name != "pg_wal" else []:
            yield from (file for file in (place, *place.rglob("*")) if file.is_file())


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        # What was temporary is gone since it was listed.
        return b""
