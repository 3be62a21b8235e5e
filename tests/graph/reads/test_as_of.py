"""Any date: before anything was known, on the day of a change, today; by literal and by variable."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from domain.access.viewers import ADMINISTRATOR, Role, Viewer
from domain.database import Database
from domain.models import Sponsor
from domain.organisations import commands as organisations
from domain.programmes import commands as programmes
from domain.programmes import sponsors
from tests.factories import START, TODAY, acting, as_sponsor, joint, organisation
from tests.graph.reads.answers import answer_of, code
from tests.graph.reads.conftest import Ask

EVERYTHING = """{ totalCount nodes { id } }"""
ALL = " ".join(f"{name} {EVERYTHING}" for name in
               ("organisations", "people", "programmes", "milestones", "journal"))  # fmt: skip


@pytest.mark.parametrize("day", ["0001-01-01", "1000-01-01", "2018-12-31", "2019-01-01", "2021-04-01", "2023-12-31",
                                 "2026-05-31", "2026-06-01"])  # fmt: skip
async def test_any_date_both_ways(agreed: Ask, day: str) -> None:
    by_literal = await agreed(
        f'query @asOf(date: "{day}") {{ {ALL} portfolio {{ programmes milestonesDue }} }}'
    )
    by_variable = f"query ($d: Date!) @asOf(date: $d) {{ {ALL} portfolio {{ programmes milestonesDue }} }}"
    assert await agreed(by_variable, {"d": day}) == by_literal
    by_default = (
        f'query ($d: Date! = "{day}") @asOf(date: $d) {{ {ALL} portfolio {{ programmes milestonesDue }} }}'
    )
    assert await agreed(by_default) == by_literal


@pytest.mark.parametrize("day", [TODAY + timedelta(days=1), date(9999, 12, 31)])
async def test_the_future_is_not_known(ask: Ask, day: date) -> None:
    assert code(await ask(f'query @asOf(date: "{day}") {{ viewer {{ role }} }}')) == "AS_OF_FUTURE"
    asked = "query ($d: Date!) @asOf(date: $d) { viewer { role } }"
    assert code(await ask(asked, {"d": day.isoformat()})) == "AS_OF_FUTURE"


@pytest.mark.parametrize(
    "given", ["", "(date: null)", '(date: "yesterday")', "(date: 2019)", '(date: "2019-02-30")']
)
async def test_a_date_is_a_date(ask: Ask, given: str) -> None:
    assert code(await ask(f"query @asOf{given} {{ viewer {{ role }} }}")) == "BAD_REQUEST"


async def test_the_same_document_as_of_several_dates(agreed: Ask) -> None:
    text = "query ($d: Date!) @asOf(date: $d) { programmes { nodes { title status endsOn } } }"
    for year in range(2019, 2027):
        await agreed(text, {"d": f"{year}-01-15"})


async def test_the_day_of_a_change_shows_its_evening(database: Database) -> None:
    changed = date(2025, 5, 1)
    async with acting(database) as work:
        made = (await joint(work)).programme
    async with acting(database, on=changed) as work:
        await programmes.update(work, made.id, title="New")
        await programmes.update(work, made.id, title="Newer")
    for day, title in (
        (START, "Programme hub"),
        (changed - timedelta(days=1), "Programme hub"),
        (changed, "Newer"),
    ):
        answer = await answer_of(
            database, ADMINISTRATOR, f'query @asOf(date: "{day}") {{ programme(ref: "hub") {{ title }} }}'
        )
        assert answer["data"]["programme"] == {"title": title}
    before = START - timedelta(days=1)
    answer = await answer_of(
        database, ADMINISTRATOR, f'query @asOf(date: "{before}") {{ programmes {{ totalCount }} }}'
    )
    assert answer["data"]["programmes"] == {"totalCount": 0}


async def test_a_successor_stands_in_from_its_day_on(database: Database) -> None:
    on = date(2025, 4, 1)
    async with acting(database) as work:
        made = await joint(work)
        heir = await organisation(work, "HEIR")
    async with acting(database, on=on) as work:
        await organisations.succeed(work, made.lead.id, successor_id=heir.id, on=on)
    text = """{ programme(ref: "hub") { lead { code } milestones { nodes { owner { code } } }
        partners(filter: {role: {eq: LEAD}}) { totalCount nodes { organisation { code } namedOrganisation { code } } } } }"""
    for day, holder in ((on - timedelta(days=1), made.lead.code), (on, "HEIR")):
        found = (await answer_of(database, ADMINISTRATOR, f'query @asOf(date: "{day}") {text}'))["data"][
            "programme"
        ]
        assert found["lead"] == {"code": holder}
        assert found["milestones"]["nodes"] == [{"owner": {"code": holder}}]
        assert found["partners"]["totalCount"] == 1
        assert found["partners"]["nodes"][0]["organisation"] == {"code": holder}
        assert found["partners"]["nodes"][0]["namedOrganisation"] == {"code": made.lead.code}


SEEN = """{ programmes { totalCount nodes { ref } } milestones { totalCount nodes { programme { ref } } } portfolio { programmes
    byLead { programmes } milestonesDue milestonesOverdue } people { totalCount nodes { seats { nodes { programme { ref } } } } }
    organisations { nodes { partnerships { totalCount nodes { programme { ref } } } } } journal { nodes { programme { ref } } }
    theirs: programme(ref: "hub") { title } other: programme(ref: "other") { title }
    some: organisations(filter: {code: {startsWith: "OTHER"}}) { nodes { partnerships { totalCount } } }
    reached: milestones(filter: {programme: {ref: {eq: "other"}}}) { totalCount } }"""


async def test_a_sponsor_sees_what_they_sponsor_on_that_date(database: Database) -> None:
    async with acting(database) as work:
        mine, other = await joint(work, "hub"), await joint(work, "other")
    ended = date(2025, 1, 1)
    async with acting(database, on=date(2024, 6, 1)) as work:
        [seat] = await work.session.scalars(
            select(Sponsor.id).where(Sponsor.person_id == mine.other_sponsor.id)
        )
        await sponsors.end(work, seat, ends_on=ended)
    leaver, stays = as_sponsor(mine.other_sponsor), as_sponsor(mine.lead_sponsor)
    for day, viewer, sees in (
        (TODAY, stays, True),
        (TODAY, leaver, False),
        (ended, leaver, False),
        (ended - timedelta(days=1), leaver, True),
        (START - timedelta(days=1), stays, False),
        (TODAY, Viewer(Role.SPONSOR, other.programme.id), False),
    ):
        text = f'query @asOf(date: "{day}") {SEEN}'
        data = (await answer_of(database, viewer, text))["data"]
        assert data["programmes"] == {"totalCount": int(sees), "nodes": [{"ref": "hub"}] * sees}
        assert data["portfolio"]["programmes"] == data["milestones"]["totalCount"] == int(sees)
        assert data["other"] is None
        assert (data["theirs"] is not None) is sees
        assert data["reached"] == {"totalCount": 0}
        assert all(o["partnerships"]["totalCount"] == 0 for o in data["some"]["nodes"])
        assert '"other"' not in str(data).replace("'", '"').replace('"other": None', "")
        node = await answer_of(
            database,
            viewer,
            f'query @asOf(date: "{day}") {{ node(id: "Programme:{mine.programme.id}") {{ id }} }}',
        )
        assert (node["data"]["node"] is not None) is sees
        other_node = f'{{ node(id: "Milestone:{other.milestone.id}") {{ id }} }}'
        assert (await answer_of(database, viewer, other_node))["data"] == {"node": None}
