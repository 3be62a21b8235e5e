"""Importing members of cohorts."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import literal, select

from domain.access.viewers import Role, Viewer
from domain.cohorts import commands as cohorts
from domain.cohorts import members
from domain.cohorts.models import CohortMember
from domain.cohorts.rules import cohort_member_from
from domain.database import Database
from domain.errors import Forbidden
from domain.imports import DecisionCode, ImportRefused, ImportResult, Kind, Outcome, import_members
from domain.journal.models import JournalEntry
from domain.models import Affiliation, Cohort, Organisation, Person
from domain.moment import Moment
from tests import factories
from tests.domain.imports.conftest import NOW, counts
from tests.factories import acting, organisation, programme

HEADER = "programme,cohort,name,email,organisation,position,role,joined_on,left_on\n"
BEGAN = date(2020, 10, 1)
TODAY = NOW.date()
MIDNIGHT = datetime(2020, 11, 2)  # noqa: DTZ001 - cells have no time zone
ROWS = """\
,Executives,Ada King,Ada.King@Example.org,RX4,Chair,,2020-10-01,
hub,Executives,Ben Okri,ben.okri@example.org,E10,,PARTICIPANT,2020-11-02,2022-07-01
,Managers,Ada King,ada.king@example.org,RX4,Chair,,2021-01-04,
,Executives,Fay Weldon,fay@example.com,,,FACILITATOR,2020-10-01,
"""


@pytest.fixture
async def hub(database: Database) -> Database:
    """A programme of a trust and a council with two cohorts, and another with one."""
    async with acting(database, on=BEGAN, now=NOW) as work:
        trust, council = await organisation(work, "RX4"), await organisation(work, "E10")
        await organisation(work, "ELSE")
        for ref in ("hub", "other"):
            made = await programme(work, ref, lead=trust)
            await factories.partner(work, made, council)
            for name in ("Executives", "Managers") if ref == "hub" else ("Shared",):
                await cohorts.create(work, made.id, name=name, starts_on=BEGAN)
    return database


@pytest.fixture
def bring_in(hub: Database, tmp_path: Path) -> Any:
    async def bring_in(rows: str, *, header: str = HEADER, **options: Any) -> ImportResult:
        path = tmp_path / "members.csv"
        path.write_text(header + rows, encoding="utf-8")
        return await import_members(hub, path, **{"now": NOW, **options})

    return bring_in


async def _members(database: Database, on: date = TODAY, *, past: bool = False) -> list[tuple[Any, ...]]:
    """Cohort, person, organisation, role and dates of all members as of a date."""
    at = Moment(literal(on), past=past)
    member, cohort = at.rows(CohortMember), at.rows(Cohort)
    person, comes_from = at.rows(Person), at.rows(Organisation)
    statement = (
        select(cohort.name, person.name, comes_from.code, member.role, member.starts_on, member.ends_on)
        .select_from(member)
        .join(cohort, cohort.id == member.cohort_id)
        .join(person, person.id == member.person_id)
        .outerjoin(comes_from, comes_from.id == cohort_member_from(member, at))
        .order_by(cohort.name, person.name)
    )
    async with database.transaction(effective_on=NOW.date()) as session:
        rows = await session.execute(statement)
        return [(*row[:3], row[3].name, str(row[4]), row[5] and str(row[5])) for row in rows]


EXECUTIVES = [
    ("Executives", "Ada King", "RX4", "PARTICIPANT", "2020-10-01", None),
    ("Executives", "Ben Okri", "E10", "PARTICIPANT", "2020-11-02", "2022-07-01"),
    ("Executives", "Fay Weldon", None, "FACILITATOR", "2020-10-01", None),
]


async def test_people_join_with_what_they_belong_to(bring_in: Any, database: Database) -> None:
    result = await bring_in(ROWS)
    assert await _members(database) == [
        *EXECUTIVES,
        ("Managers", "Ada King", "RX4", "PARTICIPANT", "2021-01-04", None),
    ]
    assert result.counts == {
        Kind.PEOPLE: {Outcome.CREATED: 3, Outcome.UNCHANGED: 1},
        Kind.AFFILIATIONS: {Outcome.CREATED: 2, Outcome.UNCHANGED: 1},
        Kind.MEMBERS: {Outcome.CREATED: 4},
    }
    assert result.decided == 0
    async with database.transaction(effective_on=NOW.date()) as session:
        stays = await session.scalars(select(Affiliation.position).order_by(Affiliation.starts_on))
        assert list(stays) == ["Chair", None]


async def test_it_is_known_from_the_day_they_joined(bring_in: Any, database: Database) -> None:
    await bring_in(ROWS)
    assert await _members(database, date(2020, 9, 30), past=True) == []
    then = await _members(database, date(2020, 11, 1), past=True)
    assert [row[1] for row in then] == ["Ada King", "Fay Weldon"]
    assert await _members(database, date(2020, 12, 31), past=True) == EXECUTIVES


async def test_nothing_is_known_before_its_cohort_was(bring_in: Any, hub: Database) -> None:
    async with acting(hub, on=date(2022, 1, 1), now=NOW) as work:
        made = (await work.session.scalars(select(Cohort).where(Cohort.name == "Managers"))).one()
        late = await cohorts.create(work, made.programme_id, name="Late", starts_on=BEGAN)
    async with acting(hub, on=date(2023, 1, 1), now=NOW) as work:
        await cohorts.update(work, late.id, name="Later")
    await bring_in(",Later,Ada King,ada@example.org,RX4,,,2020-10-01,\n")
    async with acting(hub, on=date(2023, 1, 1), now=NOW) as work:
        assert (await work.session.scalars(select(CohortMember))).one().valid_from == date(2022, 1, 1)


async def test_who_joins_later_is_known_from_today(bring_in: Any, hub: Database) -> None:
    await bring_in(",Executives,Ada King,ada@example.org,RX4,,,2027-01-01,\n")
    async with acting(hub, now=NOW) as work:
        assert (await work.session.scalars(select(CohortMember))).one().valid_from == NOW.date()


async def test_a_second_import_creates_and_changes_nothing(bring_in: Any, database: Database) -> None:
    await bring_in(ROWS)
    entries = await counts(database, JournalEntry)
    second = await bring_in(ROWS)
    assert (second.total(Outcome.CREATED), second.total(Outcome.CHANGED)) == (0, 0)
    assert second.total(Outcome.UNCHANGED) == 11
    assert await counts(database, JournalEntry) == entries


async def test_a_dry_run_says_the_same_and_writes_nothing(bring_in: Any, database: Database) -> None:
    dry = await bring_in(ROWS, dry_run=True)
    assert await counts(database, Person) == 0
    wet = await bring_in(ROWS)
    assert dry.to_json() | {"dryRun": False} == wet.to_json()


async def test_what_differs_is_changed_from_today_on(bring_in: Any, database: Database) -> None:
    await bring_in(ROWS)
    result = await bring_in(
        ",Executives,Ada Lovelace,ada.king@example.org,RX4,Director,,2020-10-01,2026-11-01\n"
        ",Executives,Ben Okri,ben.okri@example.org,E10,,,2020-11-02,\n"
    )
    assert result.counts[Kind.MEMBERS] == {Outcome.CHANGED: 1, Outcome.UNCHANGED: 1}
    assert result.counts[Kind.PEOPLE] == {Outcome.CHANGED: 1, Outcome.UNCHANGED: 1}
    assert [(d.code, d.row, d.message) for d in result.decisions] == [
        (DecisionCode.PERSON_RENAMED, 2, "Ada King is called Ada Lovelace now."),
        (DecisionCode.POSITION_KEPT, 2, "Ada Lovelace is known at RX4 as “Chair”, and stays so."),
    ]
    assert (await _members(database))[0][1:] == (
        "Ada Lovelace", "RX4", "PARTICIPANT", "2020-10-01", "2026-11-01",
    )  # fmt: skip
    before = await _members(database, date(2026, 11, 21), past=True)
    assert before[0][1:] == ("Ada King", "RX4", "PARTICIPANT", "2020-10-01", None)


async def test_who_has_another_employer_gets_one_more(bring_in: Any, database: Database) -> None:
    await bring_in(ROWS)
    moved = (
        ",Managers,Ben Okri,ben.okri@example.org,RX4,,,2022-09-01,\n"
        ",Executives,Ben Okri,ben.okri@example.org,RX4,,,2022-08-01,\n"
    )
    result = await bring_in(moved)
    assert [(d.code, d.row) for d in result.decisions] == [(DecisionCode.EMPLOYER_ADDED, 3)]
    assert "belongs to E10 as well" in result.decisions[0].message
    assert result.counts[Kind.AFFILIATIONS] == {Outcome.CREATED: 1, Outcome.UNCHANGED: 1}
    assert (await bring_in(moved)).total(Outcome.CREATED) == 0
    # Known there from later on, they are there from the earlier day up to that.
    earlier = await bring_in(",Managers,Ben Okri,ben.okri@example.org,RX4,,,2021-02-01,2021-03-01\n")
    assert earlier.counts[Kind.AFFILIATIONS] == {Outcome.CREATED: 1}
    async with database.transaction(effective_on=NOW.date()) as session:
        ends = await session.scalars(
            select(Affiliation.ends_on).where(Affiliation.starts_on == date(2021, 2, 1))
        )
        assert list(ends) == [date(2022, 8, 1)]


ERRORS: list[tuple[str, list[tuple[int, str | None, str]]]] = [
    (",,N,n@example.org,RX4,,,2021-01-01,\n", [(3, "cohort", "REQUIRED")]),
    (",Executives,,n@example.org,RX4,,,2021-01-01,\n", [(3, "name", "REQUIRED")]),
    (",Executives,N,,RX4,,,2021-01-01,\n", [(3, "email", "REQUIRED")]),
    (",Executives,N,n.example.org,RX4,,,2021-01-01,\n", [(3, "email", "BAD_EMAIL")]),
    (",Executives,N,n@example.org,,,,2021-01-01,\n", [(3, "organisation", "REQUIRED")]),
    (",Executives,N,n@example.org,RX5,,,2021-01-01,\n", [(3, "organisation", "UNKNOWN_ORGANISATION")]),
    (",Executives,N,n@example.org,RX4,=A1,,2021-01-01,\n", [(3, "position", "FORMULA")]),
    (",Executives,N,n@example.org,RX4,,Guest,2021-01-01,\n", [(3, "role", "UNKNOWN_WORD")]),
    (",Executives,N,n@example.org,RX4,,,,\n", [(3, "joined_on", "REQUIRED")]),
    (",Executives,N,n@example.org,RX4,,,1/4/2021,\n", [(3, "joined_on", "BAD_DATE")]),
    (",Executives,N,n@example.org,RX4,,,2021-01-01,2021-01-01\n", [(3, "left_on", "END_BEFORE_START")]),
    (",Execs,N,n@example.org,RX4,,,2021-01-01,\n", [(3, "cohort", "UNKNOWN_COHORT")]),
    ("other,Executives,N,n@example.org,RX4,,,2021-01-01,\n", [(3, "cohort", "UNKNOWN_COHORT")]),
    ("hubs,Executives,N,n@example.org,RX4,,,2021-01-01,\n", [(3, "programme", "UNKNOWN_PROGRAMME")]),
    (",Executives,N,n@example.org,ELSE,,,2021-01-01,\n", [(3, "organisation", "NOT_FROM_A_PARTNER")]),
    (",Executives,N,n@example.org,RX4,,,2020-09-30,\n", [(3, "joined_on", "OUTSIDE_COHORT")]),
    (",Executives,Nn,ada.king@example.org,RX4,,,2021-01-01,\n", [(3, "joined_on", "ALREADY_MEMBER")]),
    (",Executives,Ada King,ada.king@example.org,RX4,,FACILITATOR,2020-10-01,\n", [(3, "role", "ROLE_DIFFERS")]),
    (",Executives,Ben Okri,ben.okri@example.org,E10,,,2020-11-02,2022-08-01\n", [(3, "left_on", "LEAVING_DIFFERS")]),
    (
        ",Executives,N,n@example.org,RX4,,,2021-01-01,\n,Managers,M,N@example.org,RX4,,,2021-01-01,\n",
        [(4, "name", "NAME_DIFFERS")],
    ),
    (
        ",Executives,N,n@example.org,RX4,,,2021-01-01,\n,Executives,N,n@example.org,RX4,,,2021-01-01,\n",
        [(4, None, "DUPLICATE_MEMBER")],
    ),
    (
        ",Executives,N,n@example.org,ELSE,,,2021-01-01,\n,Managers,M,m@example.org,RX4,,,2019-01-01,\n",
        [(3, "organisation", "NOT_FROM_A_PARTNER"), (4, "joined_on", "OUTSIDE_COHORT")],
    ),
    (
        ",Execs,N,n@example.org,ELSE,,,2021-01-01,\n,Managers,M,m@example.org,RX4,,,2019-01-01,\n",
        [(3, "cohort", "UNKNOWN_COHORT"), (4, "joined_on", "OUTSIDE_COHORT")],
    ),
]  # fmt: skip


async def test_all_errors_are_told_at_once_and_nothing_is_written(bring_in: Any, database: Database) -> None:
    await bring_in(ROWS)
    before = await counts(database, JournalEntry)
    for rows, errors in ERRORS:
        with pytest.raises(ImportRefused) as refused:
            await bring_in(",Managers,Fine,fine@example.org,RX4,,,2021-01-01,\n" + rows)
        assert [(p.row, p.column, p.code) for p in refused.value.problems] == errors, rows
        assert await counts(database, JournalEntry) == before, rows


async def test_what_was_meant_is_suggested(bring_in: Any) -> None:
    for row, meant in (
        (",executive,N,n@example.org,RX4,,,2021-01-01,\n", "Did you mean “Executives”?"),
        ("Hubb,Executives,N,n@example.org,RX4,,,2021-01-01,\n", "Did you mean “hub”?"),
        (",Nothing like it,N,n@example.org,RX4,,,2021-01-01,\n", "Create it first, or correct it."),
        ("zzzz,Executives,N,n@example.org,RX4,,,2021-01-01,\n", "Create it with its cohort first"),
    ):
        with pytest.raises(ImportRefused) as refused:
            await bring_in(row)
        assert meant in str(refused.value)


async def test_a_name_that_two_programmes_have_needs_the_programme(bring_in: Any, hub: Database) -> None:
    async with acting(hub, on=BEGAN, now=NOW) as work:
        other = (await work.session.scalars(select(Cohort).where(Cohort.name == "Shared"))).one()
        await cohorts.create(work, other.programme_id, name="Executives", starts_on=BEGAN)
    row = "Executives,N,n@example.org,RX4,,,2021-01-01,\n"
    with pytest.raises(
        ImportRefused, match="Several programmes have a cohort “Executives”: hub, other"
    ) as refused:
        await bring_in("," + row)
    assert (refused.value.code, refused.value.problems[0].column) == ("SEVERAL_COHORTS", "cohort")
    assert (await bring_in("other," + row)).counts[Kind.MEMBERS] == {Outcome.CREATED: 1}


async def test_who_left_by_hand_has_left(bring_in: Any, hub: Database) -> None:
    await bring_in(ROWS)
    async with acting(hub, on=NOW.date(), now=NOW) as work:
        part = (
            await work.session.scalars(select(CohortMember.id).where(CohortMember.ends_on.is_not(None)))
        ).one()
        await members.leave(work, part, ends_on=date(2022, 1, 1))
    assert (await bring_in(",Executives,Ben Okri,ben.okri@example.org,E10,,,2020-11-02,\n")).total(
        Outcome.CHANGED
    ) == 0


async def test_only_administrators_import(bring_in: Any, database: Database) -> None:
    with pytest.raises(Forbidden):
        await bring_in(ROWS, viewer=Viewer(Role.SPONSOR))
    assert await counts(database, Person) == 0


def _workbook(path: Path, *rows: tuple[Any, ...], above: int = 0) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for _ in range(above):
        sheet.append([])
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


async def test_a_workbook_says_the_same_as_the_text(bring_in: Any, hub: Database, tmp_path: Path) -> None:
    path = _workbook(
        tmp_path / "members.xlsx",
        ("cohort", "name", "email", "organisation", "position", "joined_on", "left_on", None),
        ("Executives", "Ada King", "Ada.King@Example.org", "RX4", "Chair", date(2020, 10, 1), None),
        (),
        ("Executives", "Ben Okri", "ben.okri@example.org", "E10", None, MIDNIGHT, "2022-07-01"),
    )
    first = await import_members(hub, path, now=NOW)
    assert (first.rows, first.counts[Kind.MEMBERS]) == (2, {Outcome.CREATED: 2})
    assert await _members(hub) == EXECUTIVES[:2]
    second = await bring_in("".join(ROWS.splitlines(keepends=True)[:2]))
    assert (second.total(Outcome.CREATED), second.total(Outcome.CHANGED)) == (0, 0)
    assert (await import_members(hub, path, now=NOW)).total(Outcome.UNCHANGED) == 6


async def test_errors_in_a_workbook_name_the_row_that_the_spreadsheet_shows(
    hub: Database, tmp_path: Path
) -> None:
    path = _workbook(
        tmp_path / "members.xlsx",
        ("cohort", "name", "email", "organisation", "joined_on"),
        ("Executives", "N", "n@example.org", "RX4", 44105),
        ("Executives", "M", "m@example.org", "#REF!", MIDNIGHT.replace(hour=9)),
        ("Executives", "L", "l@example.org", "RX4", date(2020, 10, 1), "stray"),
        above=2,
    )
    with pytest.raises(ImportRefused) as refused:
        await import_members(hub, path, now=NOW)
    assert [(p.row, p.column, p.code) for p in refused.value.problems] == [
        (4, "joined_on", "BAD_DATE"),
        (5, "organisation", "FORMULA"),
        (5, "joined_on", "BAD_DATE"),
        (6, None, "WRONG_CELL_COUNT"),
    ]
    assert "write 2020-10-01" in str(refused.value.problems[0])
    assert "Leave out the time: 2020-11-02" in str(refused.value.problems[2])
