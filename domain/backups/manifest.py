"""What a backup says of itself: its version and moment, and the figures by which a restore is held against it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

FORMAT: Final = 1
"""Counts the changes of a backup's shape."""

ANSWERS: Final = "round_answers"
"""The table that all tables of answers are called after (`domain.assessments.partitions`)."""

Tell = Callable[[str, int, int], None]
"""Is told what is being done, and how far that is: so many of so many."""


class Head(msgspec.Struct, frozen=True):
    """What every manifest says, of whichever format."""

    format: int
    tandem: str


class Ledger(msgspec.Struct, frozen=True):
    """Of all milestones: how many, by how many days their dates are apart, and what their moves come to.

    `sums` changes if the sum of any one milestone does.
    """

    milestones: int
    slip_days: int
    moves: int
    moved_days: int
    sums: str


class Issued(msgspec.Struct, frozen=True):
    """Of a summary that was issued: the hash of its content that is kept, and the SHA-256 of its page."""

    hash: str
    page: str


class Figures(msgspec.Struct, frozen=True):
    """What is counted of a database: rows by table, ledgers, and each issued summary by its id."""

    tables: dict[str, int]
    ledger: Ledger
    issued: dict[str, Issued]

    def differences(self, other: Figures) -> Iterator[str]:
        """Where another database is not as this one, in words."""
        for table in sorted(self.tables.keys() | other.tables.keys()):
            here, there = self.tables.get(table), other.tables.get(table)
            if here != there:
                yield f"{table} has {_rows(there)}, and had {_rows(here)}"
        if self.ledger != other.ledger:
            yield "the ledgers of milestones do not come to the same sums"
        for summary in sorted(self.issued.keys() | other.issued.keys()):
            if self.issued.get(summary) != other.issued.get(summary):
                yield f"the issued summary {summary} is not as it was"


class Manifest(msgspec.Struct, frozen=True):
    """What lies beside the dump. `step` is that of the migrations, `taken_at` the moment that everything is of."""

    format: int
    tandem: str
    step: str
    taken_at: datetime
    with_answers: bool
    figures: Figures


def _rows(count: int | None) -> str:
    return "no such table" if count is None else f"{count:,} rows"


# As of the first version, so that a database that is not brought along yet can be counted too.
_TABLES: Final = text(
    """
    SELECT relname, format('%I.%I', nspname, relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE nspname = current_schema() AND relkind = 'r' AND relname <> :marker ORDER BY relname
    """
)
_LEDGER: Final = text(
    """
    SELECT count(*), coalesce(sum(forecast_on - baseline_on), 0), coalesce(sum(moves), 0), coalesce(sum(days), 0),
        coalesce(sum(('x' || left(md5(milestones.id || ' ' || coalesce(days, 0)), 15))::bit(60)::bigint), 0)::text
    FROM milestones LEFT JOIN (
        SELECT milestone_id, count(*) AS moves, sum(days) AS days FROM ledger_entries GROUP BY milestone_id
    ) ledger ON milestone_id = milestones.id
    """
)
_ISSUED: Final = text(
    "SELECT id::text, hash, encode(sha256(convert_to(html, 'UTF8')), 'hex') FROM summaries WHERE state = 'ISSUED'"
)

MARKER: Final = "restore_unfinished"
"""The table that a database has while it is restored; it is no part of what is backed up."""


async def count(connection: AsyncConnection, tell: Tell, *, with_answers: bool) -> Figures:
    """The figures of a database; of one moment if its transaction has a snapshot of its own."""
    found = await connection.execute(_TABLES, {"marker": MARKER})
    tables = {name: quoted for name, quoted in found if with_answers or not name.startswith(ANSWERS)}
    rows = {}
    for number, (name, quoted) in enumerate(tables.items()):
        tell("Counting", number, len(tables))
        # Not what inherits from it, which may be dropped as its round is published.
        rows[name] = (await connection.execute(text(f"SELECT count(*) FROM ONLY {quoted}"))).scalar_one()  # noqa: S608 - quoted by PostgreSQL
    *sums, each = (await connection.execute(_LEDGER)).one()
    milestones, slip_days, moves, moved_days = map(int, sums)
    issued = await connection.execute(_ISSUED)
    return Figures(
        rows,
        Ledger(milestones, slip_days, moves, moved_days, each),
        {id_: Issued(*said) for id_, *said in issued},
    )
