"""Restoring a backup into an empty database, which is nobody's to use until it is done and held against its manifest.

Killed at any moment, it is begun anew: everything that was brought in goes first.
"""

from __future__ import annotations

import asyncio
from asyncio import StreamWriter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain import migrations
from domain.access.viewers import ADMINISTRATOR
from domain.assessments.opening import withdraw_lost
from domain.backups.container import PIECE, dump_to_read, read
from domain.backups.manifest import Manifest, Tell, count
from domain.backups.meeting import engine_to, follow, require_done
from domain.backups.models import Restore
from domain.backups.programs import APPLICATION, Programs, programs_for
from domain.backups.unfinished import UNMARK, mark
from domain.database import Database
from domain.errors import Refused
from domain.hosts import host_in_charge, hosts_of
from domain.work import work

_TOLD: Final = 5
_TURN: Final = text("SELECT pg_try_advisory_xact_lock(hashtextextended('restoring', 0))")
# Whoever is killed may leave a program behind that comes to its end.
_LEFT: Final = text(
    "SELECT true FROM pg_stat_activity WHERE datname = current_database() AND application_name = :application"
)
# Without a name of a database it would write a script; which one it is stands in its environment.
_WORDS: Final = (
    *("--dbname=", "--single-transaction", "--exit-on-error", "--verbose", "--no-password"),
    # What belongs to the server that it came from.
    *("--no-owner", "--no-privileges", "--no-tablespaces", "--no-publications", "--no-subscriptions"),
)


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore came to: what the backup says of itself, and the titles of the rounds that ask people anew."""

    manifest: Manifest
    withdrawn: Sequence[str]


async def restore(url: str, path: Path, tell: Tell, *, now: datetime, keep_rounds: bool) -> Restored:
    """Bring a backup into the empty database at that URL, compare, and bring it to this version's tables.

    Rounds that were not published are withdrawn, unless they are to be kept with their answers.

    Raises:
        Refused: BACKUP_UNREADABLE, BACKUP_IS_NEWER, NO_ANSWERS_TO_KEEP, RESTORE_NOT_EMPTY, RESTORE_RUNS,
            RESTORE_FAILED, RESTORE_DIFFERS, PROGRAMS_TOO_OLD or PROGRAMS_WITHOUT_TLS.
        ConnectionError: no server answers.
    """
    manifest = await asyncio.to_thread(read, path, tell)
    if keep_rounds and not manifest.with_answers:
        raise Refused(
            "NO_ANSWERS_TO_KEEP",
            "This backup has no answers, so its open rounds cannot go on: restore it without --keep-rounds.",
        )
    host = await host_in_charge(hosts_of(url))
    async with engine_to(host) as engine, _alone(engine):
        async with engine.connect() as connection:
            programs = await programs_for(connection, host)
        async with engine.begin() as connection:
            await mark(connection)
        await _bring_in(programs, path, manifest, tell)
        await _require_same(engine, manifest, tell)
        tell("Bringing it to this version", 0, 1)
        await migrations.upgrade(host)
        async with engine.connect() as connection:
            # A dump has no statistics, and without them questions are planned badly.
            alone = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await alone.execute(text("ANALYZE"))
        return Restored(manifest, await _finish(host, manifest, now=now, keep_rounds=keep_rounds))


@asynccontextmanager
async def _alone(engine: AsyncEngine) -> AsyncIterator[None]:
    """As the only restore of the database."""
    async with engine.begin() as connection:
        turn = await connection.scalar(_TURN)
        if not turn or await connection.scalar(_LEFT, {"application": APPLICATION}):
            raise Refused("RESTORE_RUNS", "Another restore of this database is at work: wait for its end.")
        yield


async def _bring_in(programs: Programs, path: Path, manifest: Manifest, tell: Tell) -> None:
    async with programs.begun("pg_restore", *_WORDS, given=True) as process:
        assert process.stdin is not None
        with dump_to_read(path) as dump:
            said, _ = await asyncio.gather(
                follow(process, tell, "Reading", len(manifest.figures.tables)), _feed(dump, process.stdin)
            )
        require_done(process, "RESTORE_FAILED", said, "Put that right and run the restore again.")


async def _feed(dump: IO[bytes], stream: StreamWriter) -> None:
    # A program that has ended says itself why.
    with suppress(ConnectionError):
        while piece := dump.read(PIECE):
            stream.write(piece)
            await stream.drain()
        stream.close()


async def _require_same(engine: AsyncEngine, manifest: Manifest, tell: Tell) -> None:
    """Go on only with a database that is what was backed up."""
    async with engine.connect() as connection:
        found = await count(connection, tell, with_answers=manifest.with_answers)
    if differences := list(manifest.figures.differences(found)):
        more = [f"and {len(differences) - _TOLD} more"] if len(differences) > _TOLD else []
        raise Refused(
            "RESTORE_DIFFERS",
            f"What was restored is not what was backed up: {'; '.join([*differences[:_TOLD], *more])}. Nobody can use "
            "this database: restore another backup into it.",
        )


async def _finish(host: str, manifest: Manifest, *, now: datetime, keep_rounds: bool) -> list[str]:
    """Withdraw rounds, note the restore and take the mark away, all at once; the titles of the rounds."""
    database = Database(host)
    try:
        async with work(database, ADMINISTRATOR, now=now) as current:
            withdrawn = [] if keep_rounds else await withdraw_lost(current)
            current.add(Restore(restored_at=now, taken_at=manifest.taken_at))
            await current.save()
            await current.session.execute(UNMARK)
            return [row.title for row in withdrawn]
    finally:
        await database.close()
