"""Importing lists of organisations."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import literal, select

from domain.access.viewers import Role, Viewer
from domain.calendar import SINCE_ALWAYS
from domain.database import Database
from domain.errors import Forbidden
from domain.imports import ImportRefused, ImportResult, Kind, Outcome, import_organisations
from domain.journal.models import JournalEntry
from domain.moment import Moment
from domain.organisations.models import Organisation, OrganisationIdentifier
from tests.domain.imports.conftest import NOW, counts


@pytest.fixture
def bring_in(database: Database, tmp_path: Path) -> Any:
    async def bring_in(content: str, **options: Any) -> ImportResult:
        path = tmp_path / "organisations.csv"
        path.write_text(content, encoding="utf-8")
        return await import_organisations(database, path, **{"now": NOW, **options})

    return bring_in


async def _known(database: Database, on: str = "2026-11-22") -> dict[str, Organisation]:
    at = Moment(on=literal(date.fromisoformat(on)), past=True)
    async with database.transaction(effective_on=NOW.date()) as session:
        return {row.code: row for row in await session.scalars(select(at.rows(Organisation)))}


async def test_they_exist_from_the_day_they_opened_or_since_always(bring_in: Any, database: Database) -> None:
    await bring_in(
        "code,name,kind,opened_on,closed_on\n"
        "BEIS,Business,GOVERNMENT_DEPARTMENT,2016-07-14,2023-02-07\n"
        "MOD,Defence,GOVERNMENT_DEPARTMENT,,\n"
    )
    assert set(await _known(database, "1066-10-14")) == {"MOD"}
    assert set(await _known(database, "2016-07-13")) == {"MOD"}
    known = await _known(database, "2016-07-14")
    assert set(known) == {"BEIS", "MOD"}
    assert known["BEIS"].closed_on == date(2023, 2, 7)
    assert known["MOD"].valid_from == SINCE_ALWAYS


async def test_a_second_import_creates_and_changes_nothing(bring_in: Any, database: Database) -> None:
    content = (
        "code,name,kind,opened_on,closed_on,parent,ods,gss\n"
        "A,Trust A,NHS_TRUST,2001-04-01,,ICB,RX4,\n"
        "ICB,Board,INTEGRATED_CARE_BOARD,,,,QT1,\n"
        "C,Council,COUNCIL,,2023-04-01,,,E06000047\n"
    )
    first = await bring_in(content)
    entries = await counts(database, JournalEntry)
    second = await bring_in(content)
    assert first.counts[Kind.ORGANISATIONS] == {Outcome.CREATED: 3}
    assert first.counts[Kind.IDENTIFIERS] == {Outcome.CREATED: 3}
    assert (second.total(Outcome.CREATED), second.total(Outcome.CHANGED)) == (0, 0)
    assert second.total(Outcome.UNCHANGED) == 6
    assert await counts(database, JournalEntry) == entries == 6


async def test_what_differs_is_changed_from_today_on(bring_in: Any, database: Database) -> None:
    header = "code,name,kind,closed_on,parent,ods\n"
    await bring_in(header + "A,Trust A,NHS_TRUST,,,\nB,Board,OTHER,,,\nC,Same,OTHER,2020-01-01,,\n")
    result = await bring_in(
        header + "A,Trust A and B,CHARITY,2026-04-01,B,RX4\nB,Board,OTHER,,,\nC,Same,OTHER,2020-01-02,,\n"
    )
    assert result.counts[Kind.ORGANISATIONS] == {Outcome.CHANGED: 2, Outcome.UNCHANGED: 1}
    assert result.counts[Kind.IDENTIFIERS] == {Outcome.CREATED: 1}
    before, now = await _known(database, "2026-11-21"), await _known(database)
    assert (before["A"].name, before["A"].parent_id, before["A"].closed_on) == ("Trust A", None, None)
    assert (now["A"].name, now["A"].kind.name) == ("Trust A and B", "CHARITY")
    assert (now["A"].parent_id, now["A"].closed_on) == (now["B"].id, date(2026, 4, 1))
    assert now["C"].closed_on == date(2020, 1, 2)


async def test_an_empty_cell_and_a_column_left_out_change_nothing(bring_in: Any, database: Database) -> None:
    await bring_in("code,name,kind,opened_on,closed_on,ods\nA,A,OTHER,2001-01-01,2020-01-01,RX4\n")
    assert (await bring_in("code,name,kind\nA,A,OTHER\n")).total(Outcome.CHANGED) == 0
    again = await bring_in("code,name,kind,opened_on,closed_on,ods\nA,A,OTHER,,,\n")
    assert again.total(Outcome.CHANGED) == 0
    assert (await _known(database))["A"].closed_on == date(2020, 1, 1)


async def test_parents_may_stand_below_and_hold_from_the_start(bring_in: Any, database: Database) -> None:
    await bring_in("code,name,kind,parent\nA,A,OTHER,B\nB,B,OTHER,C\nC,C,OTHER,\n")
    known = await _known(database, "1999-01-01")
    assert known["A"].parent_id == known["B"].id
    assert known["B"].parent_id == known["C"].id


async def test_a_dry_run_says_the_same_and_writes_nothing(bring_in: Any, database: Database) -> None:
    content = "code,name,kind,parent,ods\nA,A,OTHER,B,RX4\nB,B,OTHER,,\n"
    dry = await bring_in(content, dry_run=True)
    assert await counts(database, Organisation) == 0
    assert await counts(database, JournalEntry) == 0
    wet = await bring_in(content)
    assert dry.to_json() | {"dryRun": False} == wet.to_json()


ERRORS: list[tuple[str, list[tuple[int, str | None, str]]]] = [
    ("bad code,A,OTHER,,,,,\n", [(3, "code", "BAD_CODE")]),
    ("N,,OTHER,,,,,\n", [(3, "name", "REQUIRED")]),
    ("N,N,,,,,,\n", [(3, "kind", "REQUIRED")]),
    ("N,N,Trust,,,,,\n", [(3, "kind", "UNKNOWN_WORD")]),
    ("N,N,OTHER,1.4.2001,,,,\n", [(3, "opened_on", "BAD_DATE")]),
    ("N,N,OTHER,2001-04-01,2001-04-01,,,\n", [(3, "closed_on", "END_BEFORE_START")]),
    ("N,N,OTHER,,,,,\nN,N,OTHER,,,,,\n", [(4, "code", "DUPLICATE_ORGANISATION")]),
    ("N,N,OTHER,,,KNOW,,\n", [(3, "parent", "UNKNOWN_ORGANISATION")]),
    ("N,N,OTHER,,,N,,\n", [(3, "parent", "PARENT_CIRCLE")]),
    (
        "M,M,OTHER,,,N,,\nN,N,OTHER,,,M,,\n",
        [(3, "parent", "PARENT_CIRCLE"), (4, "parent", "PARENT_CIRCLE")],
    ),
    ("OLD,Old,OTHER,,,KNOWN,,\nKNOWN,Known,OTHER,2001-04-01,,OLD,,\n", [(4, "parent", "PARENT_CIRCLE")]),
    ("KNOWN,Known,OTHER,2002-04-01,,,,\n", [(3, "opened_on", "OPENING_DIFFERS")]),
    ("KNOWN,Known,OTHER,,1999-01-01,,,\n", [(3, "closed_on", "CLOSES_BEFORE_IT_OPENS")]),
    ("N,N,OTHER,,,,RX4,\n", [(3, None, "IDENTIFIER_TAKEN")]),
    ("N,N,OTHER,,,KNOWN; OLD,,\n", [(3, "parent", "SEVERAL_ORGANISATIONS")]),
    (
        "N,N,OTHER,1.4.2001,,,,\nM,M,OTHER,,,KNOW,,\nKNOWN,Known,OTHER,2002-04-01,,,,\nO,O,OTHER,,,O,,\n",
        [
            (3, "opened_on", "BAD_DATE"),
            (4, "parent", "UNKNOWN_ORGANISATION"),
            (5, "opened_on", "OPENING_DIFFERS"),
            (6, "parent", "PARENT_CIRCLE"),
        ],
    ),
    ("N,N,=1,,,=1,,=1\n", [(3, "kind", "UNKNOWN_WORD"), (3, "parent", "FORMULA"), (3, "gss", "FORMULA")]),
]


async def test_all_errors_are_told_at_once_and_nothing_is_written(bring_in: Any, database: Database) -> None:
    header = "code,name,kind,opened_on,closed_on,parent,ods,gss\n"
    await bring_in(header + "KNOWN,Known,OTHER,2001-04-01,,,RX4,\nOLD,Old,OTHER,,,,,\n")
    for rows, errors in ERRORS:
        with pytest.raises(ImportRefused) as refused:
            await bring_in(header + "FINE,Fine,OTHER,,,,,\n" + rows)
        assert [(p.row, p.column, p.code) for p in refused.value.problems] == errors, rows
        assert {row.code: row.name for row in (await _known(database)).values()} == {
            "KNOWN": "Known",
            "OLD": "Old",
        }
        assert await counts(database, OrganisationIdentifier) == 1


async def test_only_administrators_import(bring_in: Any, database: Database) -> None:
    with pytest.raises(Forbidden, match="Only administrators"):
        await bring_in("code,name,kind\nA,A,OTHER\n", viewer=Viewer(Role.SPONSOR))
    assert await counts(database, Organisation) == 0
