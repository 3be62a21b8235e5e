"""Somebody who has the whole database, and looks in it for what leads from an invitation to an answer.

They look at every table with every column, and at what Postgres keeps of every row besides: which transaction made
and touched it (`xmin`, `xmax`), as which of its commands (`cmin`, `cmax`), and where it lies (`ctid`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from domain.database import Database

SYSTEM = ("xmin", "xmax", "cmin", "cmax", "ctid", "tableoid")
INVITATIONS, ANSWERS = "round_invitations", "round_answers"


@dataclass(frozen=True, slots=True)
class Kept:
    """A row of a table: each of its values as text, the system's among them."""

    table: str
    values: dict[str, str]

    def within(self) -> Iterator[tuple[str, str]]:
        """Every value that could stand in another row too, by the name of its column."""
        for name, value in self.values.items():
            if name not in {"ctid", "tableoid"}:
                yield name, value


async def everything(database: Database) -> list[Kept]:
    """Every row of every table, in the order in which it lies in its file."""
    async with database.engine.connect() as connection:
        tables = await connection.execute(
            text("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        )
        kept: list[Kept] = []
        for (table,) in tables:
            system = ", ".join(f"t.{name}::text AS {name}" for name in SYSTEM)
            rows = await connection.execute(text(f"SELECT to_jsonb(t) AS row, {system} FROM ONLY {table} t"))
            kept += [_kept(_kind(table), row) for row in rows.mappings()]
        return kept


def _kind(table: str) -> str:
    """Answers of each round have a table of their own."""
    return ANSWERS if table.startswith(f"{ANSWERS}_") else table


def _kept(table: str, row: Any) -> Kept:
    own = {name: str(value) for name, value in row["row"].items() if value is not None}
    return Kept(table, own | {name: row[name] for name in SYSTEM})


def links(kept: Sequence[Kept]) -> set[tuple[str, str]]:
    """Pairs of columns by which some answers of a round are found from an invitation, and not all of them.

    A value that stands in an invitation and in an answer leads from one to the other, unless all answers have it.
    So does one that stands in some third row together with both.
    """
    invitations = [row for row in kept if row.table == INVITATIONS]
    answers = [row for row in kept if row.table == ANSWERS]
    holders: dict[str, set[int]] = defaultdict(set)
    names: dict[str, set[str]] = defaultdict(set)
    for number, answer in enumerate(answers):
        for name, value in answer.within():
            holders[value].add(number)
            names[value].add(name)
    some = {value for value, those in holders.items() if len(those) < len(answers)}
    found = {
        (name, other)
        for row in invitations
        for name, value in row.within()
        if value in some
        for other in names[value]
    }
    for row in kept:
        if row.table not in {INVITATIONS, ANSWERS}:
            found |= {(f"{row.table}.{name}", other) for name, value in row.within() if value in some
                      for other in names[value]}  # fmt: skip
    return found


def order_of(kept: Sequence[Kept], column: str) -> list[str]:
    """The answers in the order of a column of theirs, or as they lie in their file for `ctid`."""
    answers = [row for row in kept if row.table == ANSWERS]
    if column != "ctid":
        answers.sort(key=lambda row: row.values[column])
    return [row.values["comments"] for row in answers]
