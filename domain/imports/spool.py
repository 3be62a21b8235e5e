"""The rows of a file between reading and writing: on disk, so that a large file does not fill the memory.

A file is checked whole before anything is written, and its reports are applied in date order, whatever the order of
its rows. The spool is a private temporary database of SQLite that is gone when it is closed; nothing of Tandem's own
is ever kept there.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Generic, TypeVar

import msgspec

BATCH = 500
"""How many rows are held in memory at a time."""

Item = TypeVar("Item")

_TABLE = """
CREATE TABLE rows (number INTEGER PRIMARY KEY, day TEXT NOT NULL, key TEXT NOT NULL, item BLOB NOT NULL,
                   UNIQUE (day, key))
"""


class Spool(Generic[Item]):
    """Rows of one type, each under a date and a key that is unique on that date."""

    def __init__(self, connection: sqlite3.Connection, of: type[Item]) -> None:
        self._connection = connection
        self._decode = msgspec.msgpack.Decoder(of).decode
        self._encode = msgspec.msgpack.Encoder().encode

    def put(self, number: int, day: date, key: str, item: Item) -> int | None:
        """Keep the row with that number; the number of the row that has its date and key already, if there is one."""
        kept = self._connection.execute(
            "INSERT OR IGNORE INTO rows VALUES (?, ?, ?, ?)",
            (number, day.isoformat(), key, self._encode(item)),
        )
        return None if kept.rowcount else self.number(day, key)

    def count(self) -> int:
        """How many rows there are."""
        return int(self._connection.execute("SELECT count(*) FROM rows").fetchone()[0])

    def number(self, day: date, key: str) -> int | None:
        """The number of the row with that date and key, if there is one."""
        found = self._connection.execute(
            "SELECT number FROM rows WHERE day = ? AND key = ?", (day.isoformat(), key)
        ).fetchone()
        return None if found is None else int(found[0])

    def days(self) -> dict[date, int]:
        """The dates, from the earliest on, each with the number of its rows."""
        found = self._connection.execute("SELECT day, count(*) FROM rows GROUP BY day ORDER BY day")
        return {date.fromisoformat(day): count for day, count in found}

    def first(self, day: date) -> int:
        """The number of the first row with that date."""
        found = self._connection.execute("SELECT min(number) FROM rows WHERE day = ?", (day.isoformat(),))
        return int(found.fetchone()[0])

    def batches(self, day: date | None = None) -> Iterator[list[Item]]:
        """The rows with that date, or all, in the order of the file, a batch at a time."""
        where, values = ("", ()) if day is None else ("WHERE day = ?", (day.isoformat(),))
        cursor = self._connection.execute(f"SELECT item FROM rows {where} ORDER BY number", values)  # noqa: S608
        while batch := cursor.fetchmany(BATCH):
            yield [self._decode(item) for (item,) in batch]


@contextmanager
def spool(of: type[Item]) -> Iterator[Spool[Item]]:
    """An empty spool for rows of that type (a dataclass); it is gone afterwards, also after a crash."""
    # An empty name is a temporary database on disk, which SQLite deletes at once from the directory's listing.
    connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute(_TABLE)
        connection.execute("BEGIN")
        yield Spool(connection, of)
    finally:
        connection.close()
