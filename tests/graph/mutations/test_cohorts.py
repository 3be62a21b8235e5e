"""Cohorts and teams as people meet them: what is asked as of a date, and what is refused with its field."""

from __future__ import annotations

from typing import Any

import pytest

from tests.graph.mutations.scenes import Given, Scene
from tests.refusals import contents

MEMBERS = """query Q($id: ID!) %s { cohort(id: $id) {
    members(orderBy: [{startsOn: ASC}]) { nodes { isCurrent isFromPartner organisation { id } person { name } } } } }"""


async def _done(it: Scene, mutation: str, given: Given) -> str:
    answer = await it.do(mutation, given)
    assert answer["userErrors"] == []
    made: str = answer["id"]
    return made


async def _members(it: Scene, as_of: str = "", **rest: Any) -> list[dict[str, Any]]:
    answer = await it.ask(MEMBERS % as_of, {"id": "@cohort"}, **rest)
    cohort = answer["data"]["cohort"]
    found: list[dict[str, Any]] = cohort and cohort["members"]["nodes"]
    return found


async def test_who_changes_employer_keeps_their_past(it: Scene) -> None:
    await _done(
        it, "affiliationEnd", {"id": "@affiliation", "endsOn": "2026-04-01", "effectiveOn": "2026-04-01"}
    )
    await _done(
        it,
        "affiliationAdd",
        {
            "personId": "@ada",
            "organisationId": "@other",
            "startsOn": "2026-04-01",
            "effectiveOn": "2026-04-01",
        },
    )
    for day, organisation in (("2026-03-31", "lead"), ("2026-04-01", "other"), ("2026-06-01", "other")):
        [member] = await _members(it, f'@asOf(date: "{day}")')
        assert member["organisation"] == {"id": it.ids[organisation]}
        asked = f'query @asOf(date: "{day}") {{ node(id: "{it.ada}") {{ ... on Person {{ organisation {{ id }} }} }} }}'
        assert (await it.ask(asked))["data"]["node"]["organisation"] == {"id": it.ids[organisation]}


async def test_members_come_from_several_partners(it: Scene) -> None:
    await _done(
        it, "affiliationAdd", {"personId": "@cara", "organisationId": "@other", "startsOn": "2024-01-01"}
    )
    await _done(
        it, "cohortMemberJoin", {"cohortId": "@cohort", "personId": "@cara", "startsOn": "2026-05-01"}
    )
    first, second = await _members(it)
    assert (first["organisation"], second["organisation"]) == ({"id": it.lead}, {"id": it.other})
    # Whose organisation leaves the programme is told apart, and stays until somebody decides.
    await _done(it, "partnerEnd", {"id": "@other_part", "endsOn": "2026-06-01"})
    assert [(m["isCurrent"], m["isFromPartner"]) for m in await _members(it)] == [(True, True), (True, False)]
    filtered = """query Q($id: ID!) { cohort(id: $id) {
        members(filter: {isFromPartner: {eq: false}}) { totalCount } } }"""
    answer = await it.ask(filtered, {"id": "@cohort"})
    assert answer["data"]["cohort"]["members"] == {"totalCount": 1}


async def test_teams_within_and_across_organisations(it: Scene) -> None:
    await _done(
        it,
        "teamCreate",
        {"programmeId": "@programme", "name": "Within", "organisationId": "@lead", "startsOn": "2026-01-01"},
    )
    asked = """query Q($id: ID!) { node(id: $id) { ... on Programme {
        teams(filter: {name: {in: ["Rota", "Within"]}})
        { nodes { name organisation { id } members { nodes { person { id } } } } } } } }"""
    answer = await it.ask(asked, {"id": "@programme"})
    assert answer["data"]["node"]["teams"]["nodes"] == [
        {"name": "Rota", "organisation": None, "members": {"nodes": [{"person": {"id": it.ada}}]}},
        {"name": "Within", "organisation": {"id": it.lead}, "members": {"nodes": []}},
    ]


async def test_a_sponsor_sees_who_takes_part_and_a_stranger_nothing(it: Scene) -> None:
    [member] = await _members(it, viewer=it.sponsor)
    assert member["person"] == {"name": f"Ada {it.ref}"}
    assert await _members(it, viewer=it.stranger) is None
    answer = await it.ask("{ cohorts { totalCount } teams { totalCount } }", viewer=it.stranger)
    assert answer["data"] == {"cohorts": {"totalCount": 0}, "teams": {"totalCount": 0}}


async def test_the_journal_says_who_joined(it: Scene) -> None:
    asked = """query Q($id: ID!) { journal(filter: {programme: {id: {eq: $id}}, command: {startsWith: "cohort."}}) {
        nodes { command subject { id ... on Cohort { name } ... on CohortMember { person { id } } } } } }"""
    answer = await it.ask(asked, {"id": "@programme"})
    found = {entry["command"]: entry["subject"] for entry in answer["data"]["journal"]["nodes"]}
    assert found == {
        "cohort.created": {"id": it.cohort, "name": "Executives"},
        "cohort.member_joined": {"id": it.member, "person": {"id": it.ada}},
    }


def _join(**given: Any) -> tuple[str, Given]:
    return "cohortMemberJoin", {"cohortId": "@cohort", "personId": "@ada", "startsOn": "2026-05-01"} | given


def _add(**given: Any) -> tuple[str, Given]:
    return "teamMemberAdd", {"teamId": "@team", "personId": "@cara", "startsOn": "2026-05-01"} | given


def _team(**given: Any) -> tuple[str, Given]:
    return "teamCreate", {"programmeId": "@programme", "name": "New", "startsOn": "2026-05-01"} | given


REFUSALS = [
    (_join(), "ALREADY_MEMBER", "startsOn"),
    (_join(personId="@cara"), "NO_AFFILIATION", "personId"),
    (_join(startsOn="2020-01-01"), "OUTSIDE_COHORT", "startsOn"),
    (_join(endsOn="2026-05-01"), "ENDS_BEFORE_START", "endsOn"),
    (_join(personId="@cohort"), "NOT_FOUND", "personId"),
    (_join(effectiveOn="2020-01-01"), "EARLIER_THAN_KNOWN", "effectiveOn"),
    (("cohortUpdate", {"id": "@cohort", "startsOn": "2024-01-02"}), "STARTS_AFTER_MEMBERS", "startsOn"),
    (("cohortUpdate", {"id": "@cohort", "name": None}), "EMPTY_NAME", "name"),
    (("cohortCreate", {"programmeId": "@programme", "name": "Executives", "startsOn": "2026-01-01"}),
     "NAME_TAKEN", "name"),
    (_team(name="Rota"), "NAME_TAKEN", "name"),
    (_team(organisationId="@rival"), "ORGANISATION_NOT_A_PARTNER", "organisationId"),
    (_team(cohortId="@cohort", startsOn="2020-01-01"), "OUTSIDE_COHORT", "startsOn"),
    (_team(cohortId="@team"), "NOT_FOUND", "cohortId"),
    (_add(), "NO_AFFILIATION", "personId"),
    (_add(personId="@ada"), "ALREADY_IN_TEAM", "startsOn"),
    (_add(startsOn="2020-01-01"), "OUTSIDE_TEAM", "startsOn"),
    (("teamDisband", {"id": "@team", "endsOn": "2024-01-01"}), "ENDS_BEFORE_START", "endsOn"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "code", "field"), REFUSALS, ids=[f"{r[0][0]} {r[1]}" for r in REFUSALS])
async def test_it_is_refused_and_nothing_happens(
    untouched: Scene, asked: tuple[str, Given], code: str, field: str
) -> None:
    before = await contents(untouched.database)
    assert await untouched.refused(*asked) == (code, field)
    assert await contents(untouched.database) == before
