"""Importing strengths profiles."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import literal, select

from domain.access.viewers import Role, Viewer
from domain.database import Database
from domain.errors import Forbidden
from domain.imports import ImportRefused, ImportResult, Kind, Outcome, import_strengths
from domain.models import Person, ProfileStrength, Strength, StrengthsFramework, StrengthsProfile
from domain.moment import Moment
from domain.people import commands as people
from domain.strengths import frameworks
from tests.domain.imports.conftest import NOW, counts
from tests.domain.strengths.test_frameworks import FILE, changed
from tests.factories import NOBODY, acting, person
from tests.refusals import contents

HEADER = "email,framework,version,assessed_on,strengths\n"
ROWS = """\
Ada.King@example.org,small,,2021-03-01,making; asking
ada.king@example.org,small,1,2021-03-01,thinking
ben.okri@example.org,small,2,2020-11-01,asking;
"""
KNOWN = [
    ("Ada King", 1, date(2021, 3, 1), [("thinking", 1)]),
    ("Ada King", 2, date(2021, 3, 1), [("making", 1), ("asking", 2)]),
    ("Ben Okri", 2, date(2020, 11, 1), [("asking", 1)]),
]
BEGAN, TODAY = date(2021, 1, 1), NOW.date()


@pytest.fixture
async def known(database: Database) -> Database:
    """Ada is known since 2021, Ben since a day after he was assessed; a framework has two versions."""
    async with acting(database, on=BEGAN, now=NOW) as work:
        await person(work, "Ada King")
        await person(work, "Ben Okri")
        for file in (FILE, changed(version=2)):
            await frameworks.store(work, file=file)
    return database


@pytest.fixture
def bring_in(known: Database, tmp_path: Path) -> Any:
    async def bring_in(rows: str, *, header: str = HEADER, **options: Any) -> ImportResult:
        path = tmp_path / "strengths.csv"
        path.write_text(header + rows, encoding="utf-8")
        return await import_strengths(known, path, **{"now": NOW, **options})

    return bring_in


async def _profiles(database: Database, on: date = TODAY, *, past: bool = False) -> list[tuple[Any, ...]]:
    at = Moment(literal(on), past=past)
    profile, who = at.rows(StrengthsProfile), at.rows(Person)
    part, strength = at.rows(ProfileStrength), at.rows(Strength)
    framework = at.rows(StrengthsFramework)
    statement = (
        select(who.name, framework.version, profile.assessed_on, strength.key, part.rank)
        .join(profile, profile.person_id == who.id)
        .join(framework, framework.id == profile.framework_id)
        .join(part, part.profile_id == profile.id)
        .join(strength, strength.id == part.strength_id)
        .order_by(who.name, framework.version, profile.assessed_on, part.rank)
    )
    found: dict[tuple[Any, ...], list[Any]] = {}
    async with database.transaction(effective_on=TODAY) as session:
        for name, version, day, key, rank in await session.execute(statement):
            found.setdefault((name, version, day), []).append((key, rank))
    return [(*key, parts) for key, parts in found.items()]


async def test_profiles_come_in(bring_in: Any, known: Database) -> None:
    result = await bring_in(ROWS)
    assert result.rows == 3
    assert result.counts == {Kind.PROFILES: {Outcome.CREATED: 3}}
    assert await _profiles(known) == KNOWN


async def test_they_are_known_from_the_day_of_the_assessment_or_of_the_person(
    bring_in: Any, known: Database
) -> None:
    await bring_in(ROWS)
    assert await _profiles(known, date(2020, 12, 31), past=True) == []
    assert await _profiles(known, BEGAN, past=True) == KNOWN[2:]
    assert await _profiles(known, date(2021, 3, 1), past=True) == KNOWN


async def test_a_second_import_changes_nothing(bring_in: Any, known: Database) -> None:
    await bring_in(ROWS)
    before = await contents(known)
    result = await bring_in(ROWS)
    assert result.counts == {Kind.PROFILES: {Outcome.UNCHANGED: 3}}
    assert await contents(known) == before


async def test_what_says_something_else_is_corrected_from_today(bring_in: Any, known: Database) -> None:
    await bring_in(ROWS)
    result = await bring_in("ada.king@example.org,small,2,2021-03-01,asking;making\n")
    assert result.counts == {Kind.PROFILES: {Outcome.CHANGED: 1}}
    assert (await _profiles(known))[1][3] == [("asking", 1), ("making", 2)]
    assert await _profiles(known, date(2021, 3, 1), past=True) == KNOWN


async def test_a_dry_run_says_the_same_and_writes_nothing(bring_in: Any, known: Database) -> None:
    before = await contents(known)
    rehearsed = await bring_in(ROWS, dry_run=True)
    assert await contents(known) == before
    assert rehearsed.counts == (await bring_in(ROWS)).counts


async def test_a_workbook_is_read_as_well(known: Database, tmp_path: Path) -> None:
    workbook = Workbook()
    assert workbook.active is not None
    workbook.active.append(["email", "framework", "version", "assessed_on", "strengths"])
    day = datetime(2021, 3, 1)  # noqa: DTZ001 - cells have no time zone
    workbook.active.append(["ada.king@example.org", "small", 1, day, "thinking"])
    workbook.save(tmp_path / "strengths.xlsx")
    await import_strengths(known, tmp_path / "strengths.xlsx", now=NOW)
    assert await _profiles(known) == KNOWN[:1]


async def test_more_rows_than_one_batch(known: Database, bring_in: Any) -> None:
    async with acting(known, on=BEGAN, now=NOW) as work:
        for number in range(60):
            await people.create(work, name=f"P{number}", email=f"p{number}@example.org")
    rows = "".join(
        f"p{number}@example.org,small,,2021-{month:02}-01,making\n"
        for number in range(60)
        for month in range(1, 10)
    )
    assert (await bring_in(rows)).counts == {Kind.PROFILES: {Outcome.CREATED: 540}}
    assert (await bring_in(rows)).counts == {Kind.PROFILES: {Outcome.UNCHANGED: 540}}


async def _refused(bring_in: Any, database: Database, rows: str, **options: Any) -> list[Any]:
    before = await contents(database)
    with pytest.raises(ImportRefused) as refusal:
        await bring_in(rows, **options)
    assert await contents(database) == before
    return [(problem.code, problem.row, problem.column) for problem in refusal.value.problems]


async def test_errors_of_cells_are_told_all_at_once(bring_in: Any, known: Database) -> None:
    rows = """\
nobody,small,,2021-03-01,making
ada.king@example.org,,x,01/03/2021,
ada.king@example.org,small,,2021-03-01,=HYPERLINK()
ada.king@example.org,small,,2021-03-02,making
Ada.King@example.org,small,,2021-03-02,asking
"""
    assert await _refused(bring_in, known, rows) == [
        ("BAD_EMAIL", 2, "email"),
        ("REQUIRED", 3, "framework"),
        ("BAD_VERSION", 3, "version"),
        ("BAD_DATE", 3, "assessed_on"),
        ("REQUIRED", 3, "strengths"),
        ("FORMULA", 4, "strengths"),
        ("DUPLICATE_PROFILE", 6, None),
    ]


async def test_what_nobody_knows_is_told_all_at_once(bring_in: Any, known: Database) -> None:
    rows = """\
eve@example.org,smal,,2021-03-01,making
ada.king@example.org,small,3,2021-03-01,making
"""
    assert await _refused(bring_in, known, rows) == [
        ("UNKNOWN_PERSON", 2, "email"),
        ("UNKNOWN_FRAMEWORK", 2, "framework"),
        ("UNKNOWN_VERSION", 3, "version"),
    ]


async def test_what_the_rules_refuse_is_told_with_its_row(bring_in: Any, known: Database) -> None:
    rows = """\
ada.king@example.org,small,,2021-03-01,juggling
ben.okri@example.org,small,,2021-03-01,making;asking;thinking
ben.okri@example.org,small,,2021-03-02,;
ada.king@example.org,small,,2026-12-24,making
ada.king@example.org,small,,2021-03-03,making
"""
    assert await _refused(bring_in, known, rows) == [
        ("UNKNOWN_STRENGTH", 2, "strengths"),
        ("TOO_MANY_STRENGTHS", 3, "strengths"),
        ("NO_STRENGTHS", 4, "strengths"),
        ("ASSESSED_LATER", 5, "assessed_on"),
    ]


async def test_what_nobody_knows_is_told_with_what_the_rules_refuse(bring_in: Any, known: Database) -> None:
    rows = """\
eve@example.org,small,,2021-03-01,juggling
ada.king@example.org,small,,2021-03-01,juggling
ada.king@example.org,small,,01/03/2021,making
"""
    assert await _refused(bring_in, known, rows) == [
        ("UNKNOWN_PERSON", 2, "email"),
        ("UNKNOWN_STRENGTH", 3, "strengths"),
        ("BAD_DATE", 4, "assessed_on"),
    ]


async def test_two_rows_that_mean_one_profile_are_found(bring_in: Any, known: Database) -> None:
    rows = "ada.king@example.org,small,,2021-03-01,making\nada.king@example.org,small,2,2021-03-01,asking\n"
    assert await _refused(bring_in, known, rows) == [("DUPLICATE_PROFILE", 3, None)]


async def test_it_is_for_administrators(bring_in: Any, known: Database) -> None:
    with pytest.raises(Forbidden):
        await bring_in(ROWS, viewer=Viewer(Role.SPONSOR, NOBODY))
    assert await counts(known, StrengthsProfile) == 0
