"""The standbys from which requests are answered."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg

from api.doctor.findings import Finding, Level
from domain.hosts import connect_to, host_in, hosts_of
from domain.settings import Settings

_FAR_S = 30


async def replicas(settings: Settings) -> AsyncIterator[Finding]:
    """What is to be said of each."""
    for host in hosts_of(settings.read_database_url) if settings.read_database_url else []:
        yield await _replica(host)


async def _replica(host: str) -> Finding:
    subject = f"replica {host_in(host)}"
    try:
        connection = await connect_to(host, {})
    except (OSError, asyncpg.PostgresError) as error:
        return Finding(
            subject, Level.WARNING, f"It does not let us in ({error}): others are read from meanwhile."
        )
    try:
        if not await connection.fetchval("SELECT pg_is_in_recovery()"):
            return Finding(
                subject, Level.NOTE, "It is the primary, and is read from only where no standby answers."
            )
        # Where nothing is written the last transaction gets older, and nothing is missing.
        late = await connection.fetchval(
            "SELECT CASE WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0 "
            "ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) END::float8"
        )
    finally:
        await connection.close()
    if late is not None and late > _FAR_S:
        return Finding(
            subject, Level.WARNING, f"It is {late:.0f} s behind: whoever wrote reads from the primary."
        )
    return Finding(subject, Level.OK, "It answers and keeps up.")
