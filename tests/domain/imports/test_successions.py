"""Importing what became of organisations."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from domain.access.viewers import Role, Viewer
from domain.database import Database
from domain.errors import Forbidden
from domain.imports import ImportRefused, ImportResult, Outcome, import_organisations, import_successions
from domain.journal.models import JournalEntry
from domain.organisations.models import Organisation, Succession
from tests.domain.imports.conftest import NOW, ORGANISATIONS, SUCCESSIONS, counts

HEADER = "predecessor,successor,on\n"


@pytest.fixture
def bring_in(database: Database, tmp_path: Path) -> Any:
    async def bring_in(content: str, **options: Any) -> ImportResult:
        organisations, path = tmp_path / "organisations.csv", tmp_path / "successions.csv"
        organisations.write_text(ORGANISATIONS + "OLD,Old,OTHER,,\nNEW,New,OTHER,,\n", encoding="utf-8")
        await import_organisations(database, organisations, now=NOW)
        path.write_text(content, encoding="utf-8")
        return await import_successions(database, path, **{"now": NOW, **options})

    return bring_in


async def test_a_second_import_creates_and_changes_nothing(bring_in: Any, database: Database) -> None:
    first = await bring_in(SUCCESSIONS)
    entries = await counts(database, JournalEntry)
    second = await bring_in(SUCCESSIONS)
    assert first.total(Outcome.CREATED) == 3
    assert [second.total(outcome) for outcome in Outcome] == [0, 0, 3]
    assert await counts(database, JournalEntry) == entries


async def test_they_are_recorded_in_the_order_of_their_dates(bring_in: Any, database: Database) -> None:
    await bring_in(HEADER + "NEW,BEIS,2018-01-01\nOLD,NEW,2017-01-01\n")
    async with database.transaction(effective_on=NOW.date()) as session:
        found = await session.execute(
            select(Organisation.code, Organisation.closed_on, Succession.valid_from)
            .join(Succession, Succession.predecessor_id == Organisation.id)
            .order_by(Organisation.code)
        )
        assert found.all() == [
            ("NEW", date(2018, 1, 1), date(2018, 1, 1)),
            ("OLD", date(2017, 1, 1), date(2017, 1, 1)),
        ]


async def test_a_dry_run_says_the_same_and_writes_nothing(bring_in: Any, database: Database) -> None:
    dry = await bring_in(SUCCESSIONS, dry_run=True)
    assert await counts(database, Succession) == 0
    wet = await bring_in(SUCCESSIONS)
    assert dry.to_json() | {"dryRun": False} == wet.to_json()


ERRORS: list[tuple[str, list[tuple[int, str | None, str]]]] = [
    (",BEIS,2016-07-14\n", [(2, "predecessor", "REQUIRED")]),
    ("BIS,,2016-07-14\n", [(2, "successor", "REQUIRED")]),
    ("BIS,BEIS,\n", [(2, "on", "REQUIRED")]),
    ("BIS,BEIS,14/07/2016\n", [(2, "on", "BAD_DATE")]),
    ("BIZ,BEIS,2016-07-14\n", [(2, "predecessor", "UNKNOWN_ORGANISATION")]),
    ("BIS; MOD,BEIS,2016-07-14\n", [(2, "predecessor", "SEVERAL_ORGANISATIONS")]),
    ("BIS,BEIZ,2016-07-14\n", [(2, "successor", "UNKNOWN_ORGANISATION")]),
    ("BIS,BIS,2016-07-14\n", [(2, "successor", "SUCCESSION_CIRCLE")]),
    ("BIS,BEIS,2016-07-15\n", [(2, "on", "SUCCESSION_DATE_DIFFERS")]),
    ("BIS,DBT,2016-07-14\n", [(2, "successor", "SUCCESSOR_NOT_OPEN")]),
    ("BIS,BEIS,2016-07-14\nBIS,BEIS,2016-07-14\n", [(3, None, "DUPLICATE_SUCCESSION")]),
    ("OLD,NEW,2016-01-01\nNEW,OLD,2015-01-01\n", [(2, "successor", "SUCCESSION_CIRCLE")]),
    (
        "BIS,BEIS,2016-07-15\nOLD,NEW,2016-01-01\nOLD,BEIS,2017-01-01\n",
        [(2, "on", "SUCCESSION_DATE_DIFFERS"), (4, "on", "SUCCESSION_DATE_DIFFERS")],
    ),
    (
        "BIS,BEIS,14/07/2016\nBIZ,BEIS,2016-07-14\nOLD,NEW,2016-01-01\nNEW,OLD,2017-01-01\n",
        [
            (2, "on", "BAD_DATE"),
            (3, "predecessor", "UNKNOWN_ORGANISATION"),
            (5, "successor", "SUCCESSION_CIRCLE"),
        ],
    ),
]


async def test_all_errors_are_told_at_once_and_nothing_is_written(bring_in: Any, database: Database) -> None:
    for rows, errors in ERRORS:
        with pytest.raises(ImportRefused) as refused:
            await bring_in(HEADER + rows)
        assert [(p.row, p.column, p.code) for p in refused.value.problems] == errors, rows
        assert await counts(database, Succession) == 0


async def test_another_date_for_what_is_known_is_refused(bring_in: Any) -> None:
    await bring_in(HEADER + "OLD,NEW,2016-01-01\n")
    with pytest.raises(
        ImportRefused, match=r"took over from OLD on 1 January 2016\. Give that date\."
    ) as refused:
        await bring_in(HEADER + "OLD,NEW,2016-01-02\n")
    assert refused.value.code == "SUCCESSION_DATE_DIFFERS"


async def test_only_administrators_import(bring_in: Any, database: Database) -> None:
    with pytest.raises(Forbidden):
        await bring_in(SUCCESSIONS, viewer=Viewer(Role.SPONSOR))
    assert await counts(database, Succession) == 0
