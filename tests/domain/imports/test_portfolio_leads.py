"""Who leads after a report, who sits in the sponsor's seat, and what is said of departments that had closed."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import literal, select

from domain.access.viewers import ADMINISTRATOR
from domain.calendar import runs_on
from domain.database import Database
from domain.imports import DecisionCode, Kind, Outcome
from domain.imports.directory import Known
from domain.imports.placeholders import Placeholders
from domain.moment import Moment
from domain.organisations.models import Organisation
from domain.people import commands as people
from domain.people.models import Affiliation, Person
from domain.programmes import sponsors
from domain.programmes.leads import leads
from domain.programmes.models import Partner, Programme, Sponsor
from domain.work import work
from tests.domain.imports.conftest import NOW, Import, facts, row
from tests.domain.imports.test_portfolio import decided


async def seats(database: Database, on: str) -> dict[str, list[str]]:
    """Who has the seats of the lead of each programme as of a date: addresses by ref."""
    at = Moment(on=literal(date.fromisoformat(on)), past=True)
    partner, seat, programme = at.rows(Partner), at.rows(Sponsor), at.rows(Programme)
    statement = (
        select(programme.ref, Person.email)
        .select_from(seat)
        .join(partner, partner.id == seat.partner_id)
        .join(programme, programme.id == partner.programme_id)
        .join(Person, Person.id == seat.person_id)
        .where(leads(partner, at), runs_on(seat, at.on))
        .order_by(Person.email)
    )
    found: dict[str, list[str]] = {}
    async with database.transaction(effective_on=NOW.date()) as session:
        for ref, email in await session.execute(statement):
            found.setdefault(ref, []).append(email.removesuffix("@placeholder.invalid"))
    return found


async def _leads(database: Database, *dates: str) -> list[str]:
    return [(await facts(database, on))["rail"]["lead_organisation"] for on in dates]


async def test_each_lead_organisation_has_a_placeholder_in_its_seats(
    bring_in: Import, departments: Database
) -> None:
    result = await bring_in(
        row("2015-09-30", "rail"),
        row("2015-09-30", "road"),
        row("2015-09-30", "tank", lead_organisation="MOD"),
    )
    assert await seats(departments, "2015-09-29") == {}
    assert await seats(departments, "2015-09-30") == {
        "rail": ["sponsor.dft"],
        "road": ["sponsor.dft"],
        "tank": ["sponsor.mod"],
    }
    assert result.counts[Kind.PEOPLE] == {Outcome.CREATED: 2}
    assert result.counts[Kind.SPONSORS] == {Outcome.CREATED: 3}
    named = [d.subject for d in result.decisions if d.code is DecisionCode.SPONSOR_TO_BE_NAMED]
    assert named == ["DFT", "MOD"]
    async with departments.transaction(effective_on=NOW.date()) as session:
        people = await session.execute(
            select(Person.name, Person.is_placeholder, Organisation.code, Affiliation.starts_on)
            .join(Affiliation, Affiliation.person_id == Person.id)
            .join(Organisation, Organisation.id == Affiliation.organisation_id)
            .order_by(Person.name)
        )
        assert people.all() == [
            ("Sponsor at Department for Transport (to be named)", True, "DFT", date(2015, 9, 30)),
            ("Sponsor at Ministry of Defence (to be named)", True, "MOD", date(2015, 9, 30)),
        ]


async def test_another_lead_takes_over_with_a_seat_of_its_own(
    bring_in: Import, departments: Database
) -> None:
    result = await bring_in(row("2015-09-30", "rail"), row("2016-09-30", "rail", lead_organisation="MOD"))
    assert await _leads(departments, "2016-09-29", "2016-09-30") == ["DFT", "MOD"]
    assert await seats(departments, "2016-09-29") == {"rail": ["sponsor.dft"]}
    assert await seats(departments, "2016-09-30") == {"rail": ["sponsor.mod"]}
    assert decided(result) == {DecisionCode.LEAD_CHANGED: [("rail", 3)]}


async def test_the_successor_is_no_change_of_the_lead(bring_in: Import, departments: Database) -> None:
    result = await bring_in(
        row("2015-09-30", "rail", lead_organisation="BIS"),
        row("2016-09-30", "rail", lead_organisation="BEIS"),
    )
    assert await _leads(departments, "2016-07-13", "2016-07-14", "2016-09-30") == ["BIS", "BEIS", "BEIS"]
    assert result.counts[Kind.LEADS] == {Outcome.CREATED: 1, Outcome.UNCHANGED: 1}
    assert decided(result) == {}
    assert await seats(departments, "2016-09-29") == {"rail": ["sponsor.bis"]}
    assert await seats(departments, "2016-09-30") == {"rail": ["sponsor.beis"]}


async def test_a_department_that_had_closed_leads_where_a_report_says_so(
    bring_in: Import, departments: Database
) -> None:
    rows = (
        row("2015-09-30", "rail", lead_organisation="BIS"),
        row("2016-09-30", "rail", lead_organisation="BIS"),
        row("2017-09-30", "rail", lead_organisation="BEIS"),
    )
    result = await bring_in(*rows)
    assert await _leads(departments, "2016-07-14", "2016-09-30", "2017-09-29", "2017-09-30") == [
        "BEIS",
        "BIS",
        "BIS",
        "BEIS",
    ]
    assert decided(result) == {
        DecisionCode.LEAD_CHANGED: [("rail", 3), ("rail", 4)],
        DecisionCode.LEAD_CLOSED: [("rail", 3)],
    }
    assert (await bring_in(*rows)).total(Outcome.CHANGED) == 0


async def test_a_first_report_may_name_a_department_that_had_closed_or_not_opened(
    bring_in: Import, departments: Database
) -> None:
    result = await bring_in(
        row("2016-09-30", "rail", lead_organisation="BIS"),
        row("2016-09-30", "road", lead_organisation="DESNZ"),
    )
    known = await facts(departments, "2016-09-30")
    assert [known[ref]["lead_organisation"] for ref in ("rail", "road")] == ["BIS", "DESNZ"]
    assert decided(result) == {
        DecisionCode.LEAD_CLOSED: [("rail", 2)],
        DecisionCode.LEAD_NOT_OPEN_YET: [("road", 3)],
    }
    assert await seats(departments, "2016-09-30") == {"rail": ["sponsor.bis"], "road": ["sponsor.desnz"]}


async def test_a_report_decides_who_goes_on_after_a_split(bring_in: Import, departments: Database) -> None:
    rows = (
        row("2022-03-31", "rail", lead_organisation="BEIS"),
        row("2023-03-31", "rail", lead_organisation="BEIS"),
        row("2024-03-31", "rail", lead_organisation="DESNZ"),
        row("2025-03-31", "rail", lead_organisation="MOD"),
    )
    result = await bring_in(*rows)
    assert await _leads(departments, "2023-03-31", "2024-03-30", "2024-03-31", "2025-03-31") == [
        "BEIS",
        "BEIS",
        "DESNZ",
        "MOD",
    ]
    assert decided(result) == {
        DecisionCode.LEAD_CLOSED: [("rail", 3)],
        DecisionCode.LEAD_ASSIGNED: [("rail", 4)],
        DecisionCode.LEAD_CHANGED: [("rail", 5)],
    }
    assert await seats(departments, "2024-03-31") == {"rail": ["sponsor.desnz"]}
    assert (await bring_in(*rows)).total(Outcome.CHANGED) == 0


async def test_a_corrected_report_may_name_a_successor_of_the_split(
    bring_in: Import, departments: Database
) -> None:
    await bring_in(row("2024-03-31", "rail", lead_organisation="BEIS"))
    await bring_in(row("2024-03-31", "rail", lead_organisation="DBT"))
    assert await _leads(departments, "2024-03-31") == ["DBT"]
    assert await seats(departments, "2024-03-31") == {"rail": ["sponsor.dbt"]}


async def test_somebody_who_was_named_keeps_the_seat(bring_in: Import, departments: Database) -> None:
    await bring_in(row("2015-09-30", "rail", lead_organisation="BIS"))
    async with work(departments, ADMINISTRATOR, now=NOW, on=date(2015, 10, 1)) as by_hand:
        partner = (await by_hand.session.scalars(select(Partner))).one()
        seat = (await by_hand.session.scalars(select(Sponsor))).one()
        ada = await people.create(by_hand, name="Ada King", email="ada.king@example.org")
        await sponsors.end(by_hand, seat.id, ends_on=by_hand.on)
        await sponsors.appoint(
            by_hand, partner.programme_id, partner_id=partner.id, person_id=ada.id, starts_on=by_hand.on
        )
    rows = (
        row("2015-09-30", "rail", lead_organisation="BIS"),
        row("2016-09-30", "rail", lead_organisation="BEIS"),
    )
    result = await bring_in(*rows)
    assert Kind.SPONSORS not in result.counts
    assert await seats(departments, "2015-09-30") == {"rail": ["sponsor.bis"]}
    assert await seats(departments, "2016-09-30") == {"rail": ["ada.king@example.org"]}


async def test_a_long_name_and_an_odd_code_make_a_placeholder_too(database: Database) -> None:
    long = Known(UUID(int=1), "R&D", "N" * 300, None, None)
    async with work(database, ADMINISTRATOR, now=NOW) as by_hand:
        by_hand.add(Organisation(id=long.id, code="R&D", name=long.name, kind="OTHER"))
        await by_hand.save()
        placeholders = Placeholders()
        made = await by_hand.session.get_one(Person, await placeholders.make(by_hand, long))
        assert (made.name, made.email) == ("Sponsor at R&D (to be named)", "sponsor.r.d@placeholder.invalid")
        assert placeholders.get(long) == made.id
