"""What a database holds, in figures that an upgrade may not change: asked in SQL, of any version's tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg

_TABLES = (
    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1"
)
_COLUMNS = """
    SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY 1
"""
# Answers have no id that means anything: they are written anew all the time.
_NOT_COMPARED = {("round_answers", "id")}
_LEDGER = """
    SELECT json_object_agg(ref, json_build_array(moves, days)) FROM (
        SELECT ref, count(*) AS moves, sum(to_on - from_on) AS days FROM ledger_entries e
        JOIN milestones m ON m.id = e.milestone_id JOIN programmes p ON p.id = m.programme_id
        GROUP BY ref ORDER BY ref
    ) of_programmes
"""
_SUMMARIES = """
    SELECT json_object_agg(id, json_build_array(state, hash, sha256(convert_to(html, 'UTF8'))::text)) FROM summaries
"""


async def columns(connection: asyncpg.Connection) -> dict[str, list[str]]:
    """The tables of a database, with the columns that are compared."""
    tables = [name for (name,) in await connection.fetch(_TABLES) if name != "alembic_version"]
    return {
        table: [
            name for (name,) in await connection.fetch(_COLUMNS, table) if (table, name) not in _NOT_COMPARED
        ]
        for table in tables
    }


async def figures(connection: asyncpg.Connection, of: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """How many rows those tables have and a sum of what is in those columns; ledgers and summaries in words."""
    return {
        "tables": {table: await _table(connection, table, names) for table, names in of.items()},
        "ledger": await connection.fetchval(_LEDGER),
        "summaries": await connection.fetchval(_SUMMARIES),
    }


async def _table(connection: asyncpg.Connection, table: str, names: Sequence[str]) -> list[Any]:
    row = "ROW(" + ", ".join(f'"{name}"' for name in names) + ")::text"
    counted = f"SELECT count(*), md5(string_agg({row}, '' ORDER BY {row})) FROM {table}"
    [found] = await connection.fetch(counted)
    return list(found)
