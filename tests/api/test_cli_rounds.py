"""`tandem instruments` and `tandem rounds`, from a file to published results."""

from __future__ import annotations

import asyncio
import csv
import io
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import select

from domain.assessments.result_models import Result
from domain.assessments.round_models import Round
from domain.database import Database
from domain.described import LONGEST
from tests.domain.assessments.rounds import AUDIT, asked_team, both
from tests.factories import acting


class Said(NamedTuple):
    """What a command said."""

    stdout: str
    stderr: str


Run = Callable[..., Awaitable[Said]]


@pytest.fixture
def run(database: Database, valkey: str, empty_data_dir: Path) -> Run:
    """Call `tandem` in a database of its own."""

    async def run(*arguments: str, code: int = 0) -> Said:
        process = await asyncio.create_subprocess_exec(
            str(Path(sys.executable).parent / "tandem"),
            *arguments,
            env=os.environ
            | {
                "TANDEM_DATABASE_URL": database.url,
                "TANDEM_REDIS_URL": valkey,
                "TANDEM_DATA_DIR": str(empty_data_dir),
            },
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        assert process.returncode == code, err.decode()
        return Said(out.decode(), err.decode())

    return run


def _id(said: Said) -> str:
    return said.stdout.split()[0]


async def test_instruments_are_taken_in_and_listed(run: Run, tmp_path: Path) -> None:
    assert "none yet" in (await run("instruments", "list")).stderr
    assert len((await run("instruments", "load")).stdout.splitlines()) == 6
    file = tmp_path / "audit.yaml"
    file.write_text(AUDIT)
    for _ in range(2):
        assert (
            "audit 1: A short audit (A forum, CC BY 4.0)"
            in (await run("instruments", "load", str(file))).stdout
        )
    assert len((await run("instruments", "list")).stdout.splitlines()) == 7


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (AUDIT.replace("version: 1", "version: none").encode(), "version: 'none'"),
        (b"\xff", "not UTF-8"),
        (b"#" * (5 * LONGEST), "more than 200,000 characters"),
        (None, "cannot be read"),
    ],
)
async def test_a_file_that_is_none_is_refused(
    run: Run, tmp_path: Path, content: bytes | None, told: str
) -> None:
    file = tmp_path / "audit.yaml"
    if content is not None:
        file.write_bytes(content)
    assert told in (await run("instruments", "load", str(file), code=1)).stderr
    assert "none yet" in (await run("instruments", "list")).stderr


async def test_a_round_from_draft_to_results(run: Run, database: Database) -> None:
    it = await asked_team(database)
    made = await run(
        "rounds", "create", str(it.team.id), "--instrument", "audit", "--title", "Spring", "--by-organisation"
    )
    row = _id(made)
    emails = [f"p{number}@example.org" for number in range(5)]
    assert "5 in Side, Staff" in (await run("rounds", "group", row, "Side", "Staff", *emails)).stdout
    await run("rounds", "open", row)
    assert "DRAFT" in (await run("rounds", "withdraw", row)).stdout
    notice = (await run("rounds", "open", row)).stdout
    assert "Side: Staff" in notice
    assert "at least 5 people" in notice
    told = (await run("rounds", "invite", row, "--address", "https://tandem.example.org/")).stdout
    links = list(csv.DictReader(io.StringIO(told)))
    assert len(links) == 12
    for link in links:
        assert link["link"].startswith("https://tandem.example.org/answer/")
        it.tokens[it.people[int(link["email"].partition("@")[0][1:])]] = link["link"].rpartition("/")[2]
    for number in range(11):
        await it.answer(it.people[number], both(1 + number % 5, 4))
    assert len((await run("rounds", "remind", row)).stdout.splitlines()) == 2
    assert (await run("rounds", "close", row)).stdout == "Spring: PUBLISHED\n"
    assert f"{row}  PUBLISHED  Spring" in (await run("rounds", "list")).stdout
    async with acting(database) as work:
        assert (await work.session.scalars(select(Round))).one().published_on is not None
        assert list(await work.session.scalars(select(Result)))


async def test_what_is_not_there_is_said(run: Run, database: Database) -> None:
    it = await asked_team(database)
    refused = await run(
        "rounds", "create", str(it.team.id), "--instrument", "nothing", "--title", "A", code=1
    )
    assert "tandem instruments load" in refused.stderr
    made = await run(
        "rounds", "create", str(it.team.id), "--instrument", "audit", "--version", "1", "--title", "A"
    )
    assert (
        "nobody@example.org"
        in (await run("rounds", "group", _id(made), "S", "A", "nobody@example.org", code=1)).stderr
    )
