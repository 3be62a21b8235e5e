"""Taking a backup: figures and dump are of one moment, whatever is written meanwhile, and nobody waits for it."""

from __future__ import annotations

import asyncio
from asyncio import StreamReader
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO
from zipfile import ZipFile

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain import migrations
from domain.backups.container import PIECE, dump_to_write, require_free, write_manifest, written
from domain.backups.manifest import ANSWERS, FORMAT, Figures, Manifest, Tell, count
from domain.backups.meeting import OF_ONE_MOMENT, engine_to, follow, require_done
from domain.backups.programs import Programs, programs_for
from domain.backups.unfinished import require_finished
from domain.errors import Refused
from domain.hosts import host_in_charge, hosts_of


async def take(url: str, path: Path, tell: Tell, *, now: datetime, with_answers: bool) -> Manifest:
    """Write all of the database at that URL to a new file; what that says of itself.

    The answers of rounds that are not published are left out, unless they are asked for. A database of an earlier
    version is taken as it is.

    Raises:
        Refused: BACKUP_EXISTS, BACKUP_NOT_WRITTEN, BACKUP_FAILED, NOTHING_TO_BACK_UP, RESTORE_UNFINISHED,
            PROGRAMS_TOO_OLD, PROGRAMS_WITHOUT_TLS, or as `migrations.require_ours`.
        ConnectionError: no server answers.
    """
    require_free(path)
    # The program has to meet the server that gave the snapshot.
    host = await host_in_charge(hosts_of(url))
    async with engine_to(host) as engine, engine.connect() as plain:
        connection = await plain.execution_options(**OF_ONE_MOMENT)
        snapshot = (await connection.execute(text("SELECT pg_export_snapshot()"))).scalar_one()
        step = await _require_whole(connection)
        programs = await programs_for(connection, host)
        with written(path) as container:
            figures = await count(connection, tell, with_answers=with_answers)
            await _dump(programs, container, _words(snapshot, with_answers=with_answers), figures, tell)
            manifest = Manifest(FORMAT, version("tandem"), step, now, with_answers, figures)
            write_manifest(container, manifest)
    return manifest


async def _require_whole(connection: AsyncConnection) -> str:
    """The step that the database is at, if it has tables of ours and all of them."""
    await require_finished(connection)
    step = await migrations.require_ours(connection)
    if step is None:
        raise Refused(
            "NOTHING_TO_BACK_UP",
            "This database has no table of Tandem's: check TANDEM_DATABASE_URL and TANDEM_DATA_DIR.",
        )
    return step


def _words(snapshot: str, *, with_answers: bool) -> list[str]:
    words = ["--format=custom", "--verbose", "--no-password", f"--snapshot={snapshot}"]
    if not with_answers:
        # Of 0.1.0 they are in the table itself.
        words += [f"--exclude-table={ANSWERS}_*", f"--exclude-table-data={ANSWERS}"]
    return words


async def _dump(
    programs: Programs, container: ZipFile, words: list[str], figures: Figures, tell: Tell
) -> None:
    async with programs.begun("pg_dump", *words) as process:
        assert process.stdout is not None
        with dump_to_write(container) as dump:
            said, _ = await asyncio.gather(
                follow(process, tell, "Writing", len(figures.tables)), _copy(process.stdout, dump)
            )
        require_done(process, "BACKUP_FAILED", said, "Put that right and back up again.")


async def _copy(stream: StreamReader, file: IO[bytes]) -> None:
    while piece := await stream.read(PIECE):
        file.write(piece)
