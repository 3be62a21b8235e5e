"""The standbys from which requests are answered."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import asyncpg

from api.doctor.findings import Finding, Level
from domain.errors import Refused
from domain.hosts import connect_to, host_in, hosts_of
from domain.settings import Settings

_FAR_S = 30


async def replicas(settings: Settings) -> AsyncIterator[Finding]:
    """What is to be said of each."""
    for host in hosts_of(settings.read_database_url) if settings.read_database_url else []:
        async for finding in _replica(host):
            yield finding


async def _replica(host: str) -> AsyncIterator[Finding]:
    subject = f"replica {host_in(host)}"
    try:
        connection = await connect_to(host, {})
    except (OSError, asyncpg.PostgresError, Refused) as error:
        yield Finding(
            subject, Level.WARNING, f"It does not let us in ({error}): others are read from meanwhile."
        )
        return
    try:
        found = await connection.fetchrow(_LOOK)
        assert found is not None
    finally:
        await connection.close()
    yield _standing(subject, found)
    if found["in_recovery"] and not found["monitors"]:
        yield Finding(
            subject,
            Level.WARNING,
            "After a fail-over it may not be read from for minutes: GRANT pg_monitor to Tandem's user.",
        )


# Where nothing is written the last transaction gets older, and nothing is missing.
_LOOK = """
SELECT
    pg_is_in_recovery() AS in_recovery,
    EXISTS (SELECT FROM pg_stat_wal_receiver) AS receives,
    pg_has_role('pg_monitor', 'USAGE') AS monitors,
    CASE WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
        ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) END::float8 AS late_s
"""


def _standing(subject: str, found: Any) -> Finding:
    if not found["in_recovery"]:
        return Finding(
            subject, Level.NOTE, "It is the primary, and is read from only where no standby answers."
        )
    if not found["receives"]:
        return Finding(
            subject,
            Level.WARNING,
            "It follows nobody, so it stays as it was: start its primary, or see its primary_conninfo.",
        )
    if (found["late_s"] or 0) > _FAR_S:
        return Finding(
            subject,
            Level.WARNING,
            f"It is {found['late_s']:.0f} s behind: whoever wrote reads from the primary.",
        )
    return Finding(subject, Level.OK, "It answers and keeps up.")
