"""Poolers may stand before PostgreSQL; those that pool by transaction swallow what a connection was set to."""

from __future__ import annotations

from collections.abc import Mapping

import asyncpg

from domain.errors import Refused
from domain.hosts import connect

# Each value as PostgreSQL has it beside the same in our words, which it may write in another unit.
_SWALLOWED = """
SELECT name::text COLLATE "C" AS name FROM unnest($1::text[], $2::text[]) AS asked(name, value)
WHERE current_setting(name) IS DISTINCT FROM set_config(name, value, true)
ORDER BY 1
"""


async def require_settings(hosts: list[str], session: Mapping[str, str]) -> None:
    """Go on only if a connection is set to what it asks for: time limits and the like are promised to others.

    Raises:
        Refused: SETTINGS_SWALLOWED, where something between us and PostgreSQL does not hand the settings on.
        OSError: no host answers.
    """
    try:
        connection = await connect(hosts, session)
    except asyncpg.ProtocolViolationError as error:
        raise _swallowed(sorted(session)) from error
    try:
        rows = await connection.fetch(_SWALLOWED, list(session), list(session.values()))
    finally:
        await connection.close()
    if rows:
        raise _swallowed([row["name"] for row in rows])


async def is_pooled(connection: asyncpg.Connection) -> bool:
    """Whether a pooler stands in between: the process that answers is then not the one that let us in."""
    return bool(await connection.fetchval("SELECT pg_backend_pid()") != connection.get_server_pid())


def _swallowed(names: list[str]) -> Refused:
    return Refused(
        "SETTINGS_SWALLOWED",
        f"What stands between Tandem and PostgreSQL does not hand on what a connection is set to "
        f"({', '.join(names)}): give PostgreSQL's own address in TANDEM_DATABASE_URL, have the pooler pool by session, "
        "or set these values where docs/operating.md says under Poolers.",
    )
