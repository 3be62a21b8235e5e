"""A restore gives what was backed up, into an empty database, and says so only after it has looked."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import asyncpg
import pytest
from sqlalchemy import text

from domain import migrations
from domain.backups import unfinished
from domain.backups.programs import APPLICATION
from domain.backups.verification import deviations
from domain.database import Database
from domain.errors import Refused
from domain.milestones import commands as milestones
from domain.milestones.models import ReasonCode
from domain.summaries import commands as summaries
from tests import factories
from tests.domain.backups.files import MOMENT, backed_up, quiet, restored
from tests.factories import START, TODAY, acting


async def fill(database: Database) -> None:
    """A programme with a milestone that moved, and a summary that was issued."""
    async with acting(database) as work:
        it = await factories.joint(work)
        await milestones.reforecast(
            work, it.milestone.id, forecast_on=TODAY, reason=ReasonCode.SCOPE, note=None
        )
        made = await summaries.store(
            work,
            person_id=it.lead_sponsor.id,
            period_from=START,
            period_to=TODAY,
            content={"told": [1, 2.5, "Ünder"]},
            html="<p>Told</p>",
        )
    for step in (summaries.review, summaries.issue):
        async with acting(database, on=TODAY) as work:
            await step(work, made.id)


@pytest.fixture
async def backup(database: Database, tmp_path: Path) -> Path:
    """A file with all of that."""
    await fill(database)
    await backed_up(database, tmp_path / "one.backup")
    return tmp_path / "one.backup"


async def _refused(doing: Any, code: str) -> str:
    with pytest.raises(Refused) as refused:
        await doing
    assert refused.value.code == code
    return refused.value.message


async def _asked(url: str, question: str) -> Any:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    answer = await connection.fetchval(question)
    await connection.close()
    return answer


async def _done(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    await connection.execute(statement)
    await connection.close()


async def test_what_was_there_is_there_and_goes_on(
    database: Database, backup: Path, empty_database_url: str, tmp_path: Path
) -> None:
    done = await restored(backup, empty_database_url)
    assert (done.manifest.figures.ledger.moves, len(done.manifest.figures.issued)) == (1, 1)
    assert [each async for each in deviations(empty_database_url, quiet)] == []
    everything = "SELECT md5(string_agg(j::text, '' ORDER BY id)) FROM journal j"
    assert await _asked(empty_database_url, everything) == await _asked(database.url, everything)
    assert await _asked(empty_database_url, "SELECT restored_at FROM restores") == MOMENT
    assert await _asked(empty_database_url, "SELECT taken_at FROM restores") == done.manifest.taken_at
    # Its triggers, keys and sequences are there too.
    again = Database(empty_database_url)
    async with acting(again) as work:
        await factories.joint(work, "another")
    await again.close()
    assert (await backed_up(empty_database_url, tmp_path / "two.backup")).figures.tables["restores"] == 1


async def test_only_an_empty_database_is_restored(database: Database, backup: Path) -> None:
    told = await _refused(restored(backup, database.url), "RESTORE_NOT_EMPTY")
    assert "a new database" in told
    assert await _asked(database.url, "SELECT count(*) FROM programmes") == 1


@pytest.mark.parametrize(
    "made",
    [
        "CREATE TABLE mine ()",
        "CREATE SCHEMA mine",
        "CREATE TYPE mine AS ENUM ()",
        "CREATE VIEW mine AS SELECT 1",
    ],
)
async def test_whatever_somebody_has_there_stays(backup: Path, empty_database_url: str, made: str) -> None:
    await _done(empty_database_url, made)
    assert "mine" in await _refused(restored(backup, empty_database_url), "RESTORE_NOT_EMPTY")


async def test_one_that_was_broken_off_is_used_by_nobody_and_begun_anew(
    backup: Path, empty_database_url: str, tmp_path: Path
) -> None:
    await restored(backup, empty_database_url)
    # As it is just before the end, with whatever an earlier attempt left.
    await _done(
        empty_database_url,
        "CREATE TABLE restore_unfinished (); CREATE SCHEMA left_over; DELETE FROM restores",
    )
    assert await _refused(unfinished.require_restored(empty_database_url), "RESTORE_UNFINISHED")
    assert await _refused(backed_up(empty_database_url, tmp_path / "two.backup"), "RESTORE_UNFINISHED")
    await restored(backup, empty_database_url)
    await unfinished.require_restored(empty_database_url)
    assert await _asked(empty_database_url, "SELECT to_regnamespace('left_over')") is None
    assert await _asked(empty_database_url, "SELECT count(*) FROM restores") == 1


async def test_two_at_once_are_one(backup: Path, empty_database_url: str) -> None:
    connection = await asyncpg.connect(empty_database_url.replace("+asyncpg", ""))
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('restoring', 0))")
        await _refused(restored(backup, empty_database_url), "RESTORE_RUNS")
    # Nor while there is a program left of one that was killed.
    await connection.execute(f"SET application_name = '{APPLICATION}'")
    await _refused(restored(backup, empty_database_url), "RESTORE_RUNS")
    await connection.close()
    await restored(backup, empty_database_url)


def _rewritten(path: Path, change: Any) -> Path:
    """The same backup with another manifest."""
    other = path.with_name("other.backup")
    with ZipFile(path) as was, ZipFile(other, "w") as made:
        made.writestr("database.dump", was.read("database.dump"))
        manifest = json.loads(was.read("manifest.json"))
        change(manifest)
        made.writestr("manifest.json", json.dumps(manifest))
    return other


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            lambda said: said["figures"]["tables"].update(programmes=2),
            "programmes has 1 rows, and had 2 rows",
        ),
        (lambda said: said["figures"]["tables"].update(gone=0), "gone has no such table, and had 0 rows"),
        (lambda said: said["figures"]["ledger"].update(sums="1"), "ledgers of milestones"),
        (lambda said: next(iter(said["figures"]["issued"].values())).update(page="1"), "issued summary"),
    ],
)
async def test_what_differs_is_used_by_nobody(
    backup: Path, empty_database_url: str, change: Any, told: str
) -> None:
    assert told in await _refused(restored(_rewritten(backup, change), empty_database_url), "RESTORE_DIFFERS")
    await _refused(unfinished.require_restored(empty_database_url), "RESTORE_UNFINISHED")
    await restored(backup, empty_database_url)


@pytest.mark.parametrize(
    "change", [lambda said: said.update(format=99, figures=None), lambda said: said.update(step="9999")]
)
async def test_a_backup_of_a_newer_version_is_refused(
    backup: Path, empty_database_url: str, change: Any
) -> None:
    told = await _refused(restored(_rewritten(backup, change), empty_database_url), "BACKUP_IS_NEWER")
    assert "made by Tandem 0.2.0" in told


def _cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def _damaged(path: Path) -> None:
    said = bytearray(path.read_bytes())
    said[len(said) // 2] ^= 1
    path.write_bytes(said)


def _foreign(path: Path) -> None:
    with ZipFile(path, "w") as made:
        made.writestr("manifest.json", "{}")


@pytest.mark.parametrize(
    "spoil",
    [
        _cut_off,
        _damaged,
        _foreign,
        Path.unlink,
        lambda path: path.write_bytes(b""),
        lambda path: path.write_text("PK"),
    ],
)
async def test_a_file_that_is_not_whole_changes_nothing(
    backup: Path, empty_database_url: str, spoil: Any
) -> None:
    spoil(backup)
    await _refused(restored(backup, empty_database_url), "BACKUP_UNREADABLE")
    assert await _asked(empty_database_url, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0


async def test_a_dump_that_cannot_be_read_says_so_and_brings_nothing_in(
    backup: Path, empty_database_url: str
) -> None:
    other = backup.with_name("other.backup")
    with ZipFile(backup) as was, ZipFile(other, "w") as made:
        made.writestr("database.dump", was.read("database.dump")[:20_000])
        made.writestr("manifest.json", was.read("manifest.json"))
    await _refused(restored(other, empty_database_url), "RESTORE_FAILED")
    assert await _asked(empty_database_url, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 1
    shutil.move(backup, other)
    await restored(other, empty_database_url)


async def test_a_backup_of_an_earlier_version_is_brought_to_this_one(
    empty_database_url: str, database: Database, tmp_path: Path, server: asyncpg.Connection
) -> None:
    earlier = Database(empty_database_url)
    async with earlier.engine.begin() as connection:
        await connection.run_sync(migrations.take, "0001")
    await earlier.close()
    manifest = await backed_up(empty_database_url, tmp_path / "one.backup")
    assert manifest.step == "0001"
    await server.execute("CREATE DATABASE later")
    later = empty_database_url.replace(empty_database_url.partition("@/")[2].partition("?")[0], "later")
    await restored(tmp_path / "one.backup", later)
    assert await _asked(later, "SELECT version_num FROM alembic_version") == migrations.known()[-1]
    await server.execute("DROP DATABASE later (FORCE)")


async def test_tables_of_somebody_else_come_along(
    database: Database, empty_database_url: str, tmp_path: Path
) -> None:
    async with database.engine.begin() as connection:
        await connection.execute(text("CREATE TABLE notes AS SELECT 'Ours' AS said"))
    await backed_up(database, tmp_path / "one.backup")
    await restored(tmp_path / "one.backup", empty_database_url)
    assert await _asked(empty_database_url, "SELECT said FROM notes") == "Ours"
