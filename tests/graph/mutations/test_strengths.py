"""Strengths as people meet them: who is shown what, by GraphQL."""

from __future__ import annotations

from typing import Any

import pytest

from tests.graph.mutations.scenes import Given, Scene
from tests.refusals import contents

PROFILES = """query Q($id: ID!) %s { node(id: $id) { ... on Person {
    strengthsProfiles { totalCount nodes { strengths { nodes { strength { key } } } } } } } }"""


async def _done(it: Scene, mutation: str, **given: Any) -> dict[str, Any]:
    answer = await it.do(mutation, given, "profile { id }" if "Profile" in mutation else "consent { level }")
    assert answer["userErrors"] == []
    return answer


async def _record(it: Scene, person: str = "@ada", **given: Any) -> dict[str, Any]:
    given = {"assessedOn": "2026-05-01", "strengths": ["making"], "effectiveOn": "2026-05-01"} | given
    return await _done(it, "strengthsProfileRecord", personId=person, frameworkId="@framework", **given)


async def _shown(it: Scene, person: str, as_of: str = "", **rest: Any) -> int:
    answer = await it.ask(PROFILES % as_of, {"id": person}, **rest)
    found: int = answer["data"]["node"]["strengthsProfiles"]["totalCount"]
    return found


async def test_who_enters_a_profile_need_not_be_shown_it(it: Scene) -> None:
    answer = await _record(it, "@ben")
    assert answer["profile"] is None
    assert answer["id"].startswith("StrengthsProfile:")
    node = await it.ask("query Q($id: ID!) { node(id: $id) { id } }", {"id": answer["id"]})
    assert node["data"] == {"node": None}
    assert await _shown(it, "@ben") == 0
    journal = """query Q($id: ID!) { journal(filter: {command: {startsWith: "strengths.profile"}}) {
        nodes { subject { id } changes } } person: node(id: $id) { id } }"""
    entries = (await it.ask(journal, {"id": "@ben"}))["data"]["journal"]["nodes"]
    mine = [entry for entry in entries if entry["changes"]["person_id"][1] in it.ben]
    assert [entry["subject"] for entry in mine] == [None]
    assert "making" not in str(mine)


async def test_people_see_their_own(it: Scene) -> None:
    await _record(it, "@ada")
    assert await _shown(it, "@ada", viewer=it.sponsor) == 1
    assert await _shown(it, "@ada") == 0


async def test_a_sponsor_sees_who_shows_it_to_the_programme_and_the_withdrawal_ends_it(it: Scene) -> None:
    await _done_member(it)
    await _record(it, "@cara")
    give = {"personId": "@cara", "level": "PROGRAMME", "note": "By e-mail", "effectiveOn": "2026-05-01"}
    assert (await _done(it, "strengthsConsentGive", **give))["consent"] == {"level": "PROGRAMME"}
    past = '@asOf(date: "2026-05-20")'
    assert [await _shown(it, "@cara", day, viewer=it.sponsor) for day in ("", past)] == [1, 1]
    assert [await _shown(it, "@cara", day) for day in ("", past)] == [1, 1]
    await _done(it, "strengthsConsentWithdraw", personId="@cara")
    assert [await _shown(it, "@cara", day, viewer=it.sponsor) for day in ("", past)] == [0, 0]
    assert [await _shown(it, "@cara", day) for day in ("", past)] == [0, 0]


async def _done_member(it: Scene) -> None:
    """Cara belongs to the lead and is in the team."""
    belongs = {"personId": "@cara", "organisationId": "@lead", "startsOn": "2024-01-01"}
    assert (await it.do("affiliationAdd", belongs))["userErrors"] == []
    added = await it.do("teamMemberAdd", {"teamId": "@team", "personId": "@cara", "startsOn": "2026-01-01"})
    assert added["userErrors"] == []


async def test_what_somebody_consents_to_is_not_everybodys_to_know(it: Scene) -> None:
    await _done(it, "strengthsConsentGive", personId="@ben", level="TEAM", note="By e-mail")
    asked = "query Q($id: ID!) { node(id: $id) { ... on Person { strengthsConsent { level note } } } }"
    answer = await it.ask(asked, {"id": "@ben"}, viewer=it.sponsor)
    assert answer["data"]["node"] == {"strengthsConsent": None}
    answer = await it.ask(asked, {"id": "@ben"})
    assert answer["data"]["node"] == {"strengthsConsent": {"level": "TEAM", "note": "By e-mail"}}


async def test_a_rehearsal_shows_no_more(it: Scene) -> None:
    given = {
        "personId": "@ben",
        "frameworkId": "@framework",
        "assessedOn": "2026-05-01",
        "strengths": ["making"],
    }
    answer = await it.do("strengthsProfileRecord", {**given, "dryRun": True}, "profile { id }")
    assert answer["profile"] is None


def _profile(**given: Any) -> tuple[str, Given]:
    usual = {
        "personId": "@ben",
        "frameworkId": "@framework",
        "assessedOn": "2026-05-01",
        "strengths": ["making"],
    }
    return "strengthsProfileRecord", usual | given


REFUSALS = [
    (_profile(strengths=[]), "NO_STRENGTHS", "strengths"),
    (_profile(strengths=["making", "asking", "thinking"]), "TOO_MANY_STRENGTHS", "strengths"),
    (_profile(strengths=["making", "making"]), "REPEATED_STRENGTH", "strengths"),
    (_profile(strengths=["nothing"]), "UNKNOWN_STRENGTH", "strengths"),
    (_profile(assessedOn="2026-06-02"), "ASSESSED_LATER", "assessedOn"),
    (_profile(frameworkId="@team"), "NOT_FOUND", "frameworkId"),
    (_profile(effectiveOn="2020-01-01", assessedOn="2020-01-01"), "EARLIER_THAN_KNOWN", "effectiveOn"),
    (("strengthsProfileRemove", {"personId": "@ben", "frameworkId": "@framework", "assessedOn": "2020-01-01"}),
     "NOT_FOUND", "assessedOn"),
    (("strengthsConsentGive", {"personId": "@ben", "level": "TEAM"}), "NOTE_REQUIRED", "note"),
    (("strengthsConsentWithdraw", {"personId": "@ben"}), "NOTHING_TO_WITHDRAW", None),
    (("strengthsRelease", {"teamId": "@crew", "frameworkId": "@framework"}), "TOO_FEW_PEOPLE", "teamId"),
    (("strengthsRelease", {"teamId": "@crew", "frameworkId": "@framework", "k": 2}), "K_TOO_LOW", "k"),
    (("strengthsRelease", {"frameworkId": "@framework"}), "TEAM_OR_COHORT", "teamId"),
    (("strengthsFrameworkStore", {"file": "key: ["}), "NOT_YAML", "file"),
    (("strengthsFrameworkStore", {"file": "key: small"}), "BAD_FRAMEWORK", "file"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "code", "field"), REFUSALS, ids=[f"{r[0][0]} {r[1]}" for r in REFUSALS])
async def test_it_is_refused_and_nothing_happens(
    untouched: Scene, asked: tuple[str, Given], code: str, field: str | None
) -> None:
    before = await contents(untouched.database)
    assert await untouched.refused(*asked) == (code, field)
    assert await contents(untouched.database) == before
