"""A backup is all of a database at one moment, in a new file that is whole or not there."""

from __future__ import annotations

import asyncio
import errno
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from domain.backups import container, programs
from domain.backups.programs import programs_for
from domain.database import Database
from domain.errors import Refused
from tests import factories
from tests.domain.backups.files import MOMENT, backed_up, restored
from tests.factories import acting


async def _code(backing_up: Any) -> str:
    with pytest.raises(Refused) as refused:
        await backing_up
    return refused.value.code


def _names(directory: Path) -> list[str]:
    return [each.name for each in directory.iterdir()]


async def test_only_its_owner_reads_it_and_nothing_is_left_beside_it(
    database: Database, tmp_path: Path
) -> None:
    manifest = await backed_up(database, tmp_path / "one.backup")
    assert _names(tmp_path) == ["one.backup"]
    assert stat.S_IMODE((tmp_path / "one.backup").stat().st_mode) == 0o600
    assert (manifest.taken_at, manifest.with_answers) == (MOMENT, False)
    assert {
        "programmes",
        "programmes_history",
        "journal",
        "alembic_version",
    } <= manifest.figures.tables.keys()


async def test_a_file_that_is_there_stays(database: Database, tmp_path: Path) -> None:
    there = tmp_path / "one.backup"
    there.write_text("Something else")
    assert await _code(backed_up(database, there)) == "BACKUP_EXISTS"
    assert there.read_text() == "Something else"


def test_a_file_that_comes_while_it_is_written_stays(tmp_path: Path) -> None:
    there = tmp_path / "one.backup"
    with pytest.raises(Refused) as refused, container.written(there):
        there.write_text("Somebody was faster")
    assert refused.value.code == "BACKUP_EXISTS"
    assert there.read_text() == "Somebody was faster"
    assert _names(tmp_path) == ["one.backup"]


async def test_a_place_that_cannot_be_written_is_said(database: Database, tmp_path: Path) -> None:
    assert await _code(backed_up(database, tmp_path / "nowhere/one.backup")) == "BACKUP_NOT_WRITTEN"


def test_a_full_disk_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="No space left") as refused, container.written(tmp_path / "one.backup"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert refused.value.code == "BACKUP_NOT_WRITTEN"
    assert _names(tmp_path) == []


async def test_an_empty_database_is_not_backed_up(empty_database_url: str, tmp_path: Path) -> None:
    assert await _code(backed_up(empty_database_url, tmp_path / "one.backup")) == "NOTHING_TO_BACK_UP"


async def test_figures_and_dump_are_of_one_moment_while_others_write(
    database: Database, empty_database_url: str, tmp_path: Path
) -> None:
    begun = asyncio.Event()

    async def write() -> None:
        for number in range(10_000):
            async with acting(database) as work:
                await factories.organisation(work, f"O{number}")
            begun.set()

    writing = asyncio.create_task(write())
    await begun.wait()
    manifest = await backed_up(database, tmp_path / "one.backup")
    there = await _organisations(database)
    writing.cancel()
    assert 1 <= manifest.figures.tables["organisations"] < there
    # It compares every count with the manifest.
    await restored(tmp_path / "one.backup", empty_database_url)
    again = Database(empty_database_url)
    assert await _organisations(again) == manifest.figures.tables["organisations"]
    await again.close()


async def _organisations(database: Database) -> int:
    async with database.engine.connect() as connection:
        return int(await connection.scalar(text("SELECT count(*) FROM organisations")))


async def test_a_role_with_a_time_limit_backs_up_all_the_same(
    database: Database, empty_database_url: str, tmp_path: Path
) -> None:
    async with database.engine.begin() as connection:
        name = await connection.scalar(text("SELECT current_database()"))
        await connection.execute(text(f"ALTER DATABASE {name} SET statement_timeout = '1ms'"))
    await backed_up(database, tmp_path / "one.backup")


@pytest.mark.parametrize(
    ("url", "encrypted", "expected"),
    [
        (
            "postgresql://ada:p%40ss@db:5433/tandem",
            False,
            {"PGHOST": "db", "PGPORT": "5433", "PGUSER": "ada", "PGPASSWORD": "p@ss", "PGDATABASE": "tandem"},
        ),
        ("postgresql://ada@[::1]/tandem", False, {"PGHOST": "::1", "PGUSER": "ada"}),
        ("postgresql://ada@/tandem?host=%2Frun%2Fpg&port=1", False, {"PGHOST": "/run/pg", "PGPORT": "1"}),
        ("postgresql://db/t?sslmode=prefer", True, {"PGSSLMODE": "require"}),
        ("postgresql://db/t?sslmode=verify-full&sslrootcert=x.pem", True, {"PGSSLMODE": "verify-full"}),
        ("postgresql://db/t?search_path=a%20b", False, {"PGOPTIONS": "-c search_path=a\\ b"}),
    ],
)
def test_programs_are_told_by_their_environment_where_the_server_is(
    url: str, encrypted: bool, expected: dict[str, str]
) -> None:
    told = programs._reaching(url, encrypted=encrypted)
    assert expected.items() <= told.items()
    assert ("PGPASSWORD" in told) == ("p%40ss" in url)


class _Server:
    """What is asked of a server that there is none of here."""

    def __init__(self, version: int, *, encrypted: bool) -> None:
        self._said = version, encrypted

    async def execute(self, _statement: object) -> _Server:
        return self

    def one(self) -> tuple[int, bool]:
        return self._said


@pytest.mark.parametrize(
    ("server", "there", "code"),
    [
        (_Server(18, encrypted=False), None, None),
        (_Server(19, encrypted=False), None, "PROGRAMS_TOO_OLD"),
        (_Server(19, encrypted=False), 18, "PROGRAMS_TOO_OLD"),
        (_Server(19, encrypted=False), 19, None),
        (_Server(18, encrypted=True), None, "PROGRAMS_WITHOUT_TLS"),
        (_Server(18, encrypted=True), 18, None),
    ],
)
async def test_programs_have_to_know_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: Any, there: int | None, code: str | None
) -> None:
    if there is not None:
        (tmp_path / "pg_dump").write_text(f"#!/bin/sh\necho 'pg_dump (PostgreSQL) {there}.1'\n")
        (tmp_path / "pg_dump").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=None)
    if code is not None:
        assert await _code(programs_for(server, "postgresql://db/t")) == code
        return
    found = (await programs_for(server, "postgresql://db/t")).directory
    assert (found == tmp_path) is (there is not None)
