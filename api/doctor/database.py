"""The database that takes changes: whether it is there, safe, and has what this version needs."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import asyncpg
from sqlalchemy.exc import SQLAlchemyError

from api.doctor.findings import Finding, Level
from domain import migrations
from domain.backlog import Backlog, backlog
from domain.backups.unfinished import require_finished
from domain.database import Database
from domain.embedded.postgres import Cluster
from domain.errors import Refused
from domain.hosts import OnlyStandbys, connect, hosts_of
from domain.settings import Settings

_SUBJECT = "database"
_CLOCKS_APART_S = 2.0
_WAITS_S = 120
# Two processes that serve, and a worker: docs/operating.md, Sizes.
_CONNECTIONS = 2 * 30 + 33

_LOOK = """
SELECT
    current_setting('server_version') AS version,
    current_setting('server_encoding') AS encoding,
    current_setting('fsync') AS fsync,
    current_setting('full_page_writes') AS full_page_writes,
    current_setting('synchronous_commit') AS synchronous_commit,
    current_setting('synchronous_standby_names') AS synchronous_standbys,
    current_setting('autovacuum') AS autovacuum,
    current_setting('transaction_read_only') AS read_only,
    least(
        current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
            - current_setting('reserved_connections')::int,
        (SELECT nullif(rolconnlimit, -1) FROM pg_roles WHERE rolname = current_user),
        (SELECT nullif(datconnlimit, -1) FROM pg_database WHERE datname = current_database())
    ) AS connections,
    pg_is_in_recovery() AS in_recovery,
    (SELECT count(*) FROM pg_stat_replication) AS standbys,
    -- Who may not see how a standby is waited for takes it for one that is.
    (SELECT count(*) FROM pg_stat_replication WHERE coalesce(sync_state, 'sync') IN ('sync', 'quorum')) AS awaited,
    extract(epoch FROM clock_timestamp())::float8 AS clock
"""


async def database(settings: Settings) -> AsyncIterator[Finding]:
    """What is to be said of the database."""
    url = settings.database_url
    if url is None:
        cluster = Cluster(settings.data_dir.resolve() / "postgres")
        if not os.access(settings.data_dir, os.X_OK) or not cluster.runs():
            yield Finding(
                _SUBJECT,
                Level.NOTE,
                "The embedded PostgreSQL is not running: it is looked at while Tandem runs.",
            )
            return
        url = cluster.url
    try:
        connection = await connect(hosts_of(url), {})
    except OnlyStandbys as error:
        yield Finding(_SUBJECT, Level.WRONG, f"{error} Start the primary or promote a standby.")
        return
    except Refused as refusal:
        yield Finding(_SUBJECT, Level.WRONG, refusal.message)
        return
    except (OSError, asyncpg.PostgresError) as error:
        yield Finding(_SUBJECT, Level.WRONG, f"It does not let us in ({error}): check TANDEM_DATABASE_URL.")
        return
    try:
        async for finding in _of(connection, embedded=settings.database_url is None):
            yield finding
    finally:
        await connection.close()
    async for finding in _tables(url):
        yield finding


async def _of(connection: asyncpg.Connection, *, embedded: bool) -> AsyncIterator[Finding]:
    before = time.time()
    found = await connection.fetchrow(_LOOK)
    assert found is not None
    yield Finding(_SUBJECT, Level.OK, f"PostgreSQL {found['version'].split()[0]} answers.")
    for finding in (*_safety(found), *_size(found, embedded=embedded), *_clocks(found, before)):
        yield finding
    if not found["in_recovery"] and await connection.fetchval("SELECT to_regclass('jobs') IS NOT NULL"):
        for finding in _jobs(await backlog(connection)):
            yield finding


def _safety(found: Any) -> Iterator[Finding]:
    if found["in_recovery"]:
        yield Finding(
            _SUBJECT,
            Level.WRONG,
            "It is a standby and takes no changes: name the primary in TANDEM_DATABASE_URL.",
        )
    elif found["read_only"] == "on":
        yield Finding(
            _SUBJECT,
            Level.WRONG,
            "It takes no changes from us: reset default_transaction_read_only for role, database and server.",
        )
    if found["encoding"] != "UTF8":
        yield Finding(
            _SUBJECT, Level.WRONG, f"It is encoded in {found['encoding']}: make one with ENCODING 'UTF8'."
        )
    for name in ("fsync", "full_page_writes", "synchronous_commit"):
        if found[name] == "off":
            yield Finding(
                _SUBJECT, Level.WRONG, f"{name} is off: a crash can lose what was answered. Switch it on."
            )
    yield from _fail_over(found)


def _fail_over(found: Any) -> Iterator[Finding]:
    waits = found["synchronous_standbys"] and found["synchronous_commit"] not in {"off", "local"}
    if waits and not found["awaited"]:
        yield Finding(
            _SUBJECT,
            Level.WRONG,
            "Commits wait for a standby and none follows, so every change waits for ever: start one, or empty "
            "synchronous_standby_names.",
        )
    elif found["standbys"] and not waits:
        yield Finding(
            _SUBJECT,
            Level.WARNING,
            "Commits do not wait for a standby: a fail-over can lose what was answered. Set synchronous_standby_names.",
        )


def _size(found: Any, *, embedded: bool) -> Iterator[Finding]:
    if found["autovacuum"] == "off":
        yield Finding(
            _SUBJECT, Level.WRONG, "autovacuum is off: questions get slower and slower. Switch it on."
        )
    if not embedded and found["connections"] < _CONNECTIONS:
        yield Finding(
            _SUBJECT,
            Level.WARNING,
            f"It lets {found['connections']} connections in, and two processes and a worker may take {_CONNECTIONS}: "
            "raise max_connections, or the limit of the role or the database.",
        )


def _clocks(found: Any, before: float) -> Iterator[Finding]:
    after = time.time()
    apart = max(before - found["clock"], found["clock"] - after, 0.0)
    if apart > _CLOCKS_APART_S:
        yield Finding(
            "clock",
            Level.WARNING,
            f"The clocks of this machine and of the database are {apart:.0f} s apart: set both by NTP.",
        )


def _jobs(waiting: Backlog) -> Iterator[Finding]:
    if waiting.oldest_s > _WAITS_S:
        yield Finding(
            "jobs",
            Level.WRONG,
            f"{waiting.due} wait, the oldest for {waiting.oldest_s / 60:.0f} minutes: start a worker by tandem worker.",
        )
    if waiting.given_up:
        yield Finding(
            "jobs",
            Level.WARNING,
            f"{waiting.given_up} were given up: the worker's log says why. Ask for them again.",
        )
    if waiting.oldest_s <= _WAITS_S and not waiting.given_up:
        yield Finding("jobs", Level.OK, f"{waiting.due} wait.")


async def _tables(url: str) -> AsyncIterator[Finding]:
    opened = Database(url)
    try:
        await opened.require_settings()
        async with asyncio.timeout(30), opened.engine.connect() as connection:
            await require_finished(connection)
            step = await migrations.require_ours(connection)
    except Refused as refusal:
        yield Finding("tables", Level.WRONG, refusal.message)
    except (OSError, SQLAlchemyError) as error:
        yield Finding("tables", Level.WRONG, f"They cannot be looked at ({type(error).__name__}).")
    else:
        needed = migrations.known()[-1]
        if step == needed:
            yield Finding("tables", Level.OK, f"They are those of this version, step {step}.")
        else:
            yield Finding(
                "tables",
                Level.WRONG,
                f"They are at step {step or 'none'}, this version needs {needed}: run tandem migrate.",
            )
    finally:
        await opened.close()
