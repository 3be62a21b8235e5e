"""Sessions as people meet them: links told once, a past that stays, and what is refused with its field."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from tests.graph.mutations.scenes import Given, Scene
from tests.refusals import contents

LINKS = "session { id } links { personId token path }"


async def _done(it: Scene, mutation: str, given: Given, selected: str = "") -> dict[str, Any]:
    answer = await it.do(mutation, given, selected)
    assert answer["userErrors"] == []
    return answer


async def test_links_are_told_once(it: Scene) -> None:
    asked = {"sessionId": "@session", "idempotencyKey": f"links {it.ref}"}
    rehearsed = await _done(it, "sessionCheckInLinksIssue", {**asked, "dryRun": True}, LINKS)
    told = await _done(it, "sessionCheckInLinksIssue", asked, LINKS)
    repeated = await _done(it, "sessionCheckInLinksIssue", asked, LINKS)
    assert rehearsed["links"] == repeated["links"] == []
    assert rehearsed["id"] == told["id"] == repeated["id"] == it.session
    [link] = told["links"]
    assert link["personId"] == it.ada
    assert link["path"] == f"/check-in?token={link['token']}"
    done = await _done(
        it,
        "sessionCheckIn",
        {"token": link["token"], "mode": "VIRTUAL"},
        "attendance { person { id } mode organisation { id } }",
    )
    assert done["attendance"] == {
        "person": {"id": it.ada},
        "mode": "VIRTUAL",
        "organisation": {"id": it.lead},
    }
    async with it.database.engine.connect() as connection:
        journal = (
            await connection.execute(text("SELECT string_agg(journal::text, ' ') FROM journal"))
        ).scalar()
    assert link["token"] not in str(journal)
    assert link["token"] not in str(await contents(it.database))


async def test_a_link_works_for_whoever_has_it_and_shows_only_what_they_may_see(it: Scene) -> None:
    given = {"token": it.check_in_token, "mode": "VIRTUAL"}
    answer = await it.do("sessionCheckIn", given, "attendance { id }", viewer=it.stranger)
    assert answer["userErrors"] == []
    assert answer["attendance"] is None
    found = await it.ask(
        "query Q($id: ID!) { session(id: $id) { attendances { nodes { mode } } } }", {"id": "@session"}
    )
    assert found["data"]["session"]["attendances"]["nodes"] == [{"mode": "VIRTUAL"}]


async def test_actions_open_the_next_agenda_until_they_are_closed(it: Scene) -> None:
    asked = "query Q($id: ID!) { session(id: $id) { openingActions { nodes { id title owner { id } } } } }"

    async def opening() -> list[dict[str, Any]]:
        found = await it.ask(asked, {"id": "@coming"})
        actions: list[dict[str, Any]] = found["data"]["session"]["openingActions"]["nodes"]
        return actions

    assert await opening() == [{"id": it.action, "title": "Write it down", "owner": {"id": it.ben}}]
    await _done(it, "actionFinish", {"id": "@action"})
    assert await opening() == []


async def test_a_session_stays_as_it_was_known_on_a_day(it: Scene) -> None:
    await _done(it, "sessionMove", {"id": "@session", "heldOn": "2026-12-01", "effectiveOn": "2026-05-01"})
    asked = 'query Q($id: ID!) @asOf(date: "%s") { session(id: $id) { heldOn } }'
    for day, held_on in (("2026-04-30", "2026-06-01"), ("2026-05-01", "2026-12-01")):
        found = await it.ask(asked % day, {"id": "@session"})
        assert found["data"]["session"] == {"heldOn": held_on}


async def test_a_session_is_one_statement_and_a_stranger_sees_none(it: Scene) -> None:
    asked = "{ sessions { totalCount } sessionSeries { totalCount } actions { totalCount } methods { totalCount } }"
    seen = await it.ask(asked, viewer=it.sponsor)
    assert seen["data"]["sessions"]["totalCount"] == 5
    hidden = await it.ask(asked, viewer=it.stranger)
    assert {name: found["totalCount"] for name, found in hidden["data"].items() if name != "methods"} == {
        "sessions": 0,
        "sessionSeries": 0,
        "actions": 0,
    }
    assert hidden["data"]["methods"]["totalCount"] >= 33


async def test_a_sponsor_sees_who_facilitates_and_owns(it: Scene) -> None:
    asked = """query Q($id: ID!) { session(id: $id) {
        facilitators { nodes { id } } actions { nodes { owner { id } } } } }"""
    found = await it.ask(asked, {"id": "@session"}, viewer=it.sponsor)
    assert found["data"]["session"] == {
        "facilitators": {"nodes": [{"id": it.ben}]},
        "actions": {"nodes": [{"owner": {"id": it.ben}}]},
    }


async def test_how_one_voted_and_what_one_said_is_for_them_and_the_organisers(it: Scene) -> None:
    for person, worked in (("ada", "The mix"), ("ben", "Nothing at all")):
        given = {"sessionId": "@session", "personId": f"@{person}", "rating": 3, "worked": worked}
        await _done(it, "sessionFeedbackGive", given)
        await _done(it, "proposalVote", {"id": "@proposal", "personId": f"@{person}"})
    asked = """query Q($session: ID!, $coming: ID!, $programme: ID!) {
        session(id: $session) { feedback { nodes { worked } } }
        coming: session(id: $coming) { proposals { nodes { voteCount votes { nodes { person { id } } } } } }
        node(id: $programme) { ... on Programme { journal { nodes { command changes } } } } }"""
    ids = {"session": "@session", "coming": "@coming", "programme": "@programme"}
    everything = (await it.ask(asked, ids))["data"]
    assert len(everything["session"]["feedback"]["nodes"]) == 2
    seen = (await it.ask(asked, ids, viewer=it.sponsor))["data"]
    assert seen["session"]["feedback"]["nodes"] == [{"worked": "The mix"}]
    assert seen["coming"]["proposals"]["nodes"] == [
        {"voteCount": 2, "votes": {"nodes": [{"person": {"id": it.ada}}]}}
    ]
    journal = seen["node"]["journal"]["nodes"]
    assert {"session.feedback_given", "proposal.voted_for"} <= {entry["command"] for entry in journal}
    assert "Nothing at all" not in str(journal)
    voted = [entry["changes"] for entry in journal if entry["command"] == "proposal.voted_for"]
    assert voted == [{}, {}]


def _plan(**given: Any) -> tuple[str, Given]:
    usual = {
        "title": "T",
        "mode": "IN_PERSON",
        "heldOn": "2026-06-02",
        "begins": "09:00",
        "minutes": 30,
        "place": "P",
    }
    return "sessionPlan", {"programmeId": "@programme", "cohortIds": ["@cohort"]} | usual | given


def _item(**given: Any) -> tuple[str, Given]:
    return "agendaItemAdd", {"sessionId": "@session", "question": "Why?", "minutes": 5} | given


REFUSALS = [
    (_plan(place=None), "PLACE_REQUIRED", "place"),
    (_plan(mode="VIRTUAL"), "LINK_REQUIRED", "link"),
    (_plan(heldOn="2026-03-29", begins="01:30"), "NO_SUCH_TIME", "begins"),
    (_plan(begins="09:00:30"), "BAD_TIME", "begins"),
    (_plan(cohortIds=[]), "NO_COHORTS", "cohortIds"),
    (_plan(cohortIds=["@team"]), "NOT_FOUND", "cohortIds"),
    (_plan(facilitatorIds=["@team"]), "NOT_FOUND", "facilitatorIds"),
    (_plan(heldOn="2020-01-01"), "OUTSIDE_COHORT", "heldOn"),
    (_plan(minutes=0), "BAD_LENGTH", "minutes"),
    (("sessionUpdate", {"id": "@session", "title": None}), "EMPTY_TITLE", "title"),
    (("sessionUpdate", {"id": "@session", "cohortIds": None}), "EMPTY_COHORT_IDS", "cohortIds"),
    (("sessionMove", {"id": "@session", "minutes": 29}), "AGENDA_TOO_LONG", "minutes"),
    (("sessionCancel", {"id": "@session", "because": ""}), "EMPTY_BECAUSE", "because"),
    (_item(question="Budget"), "NOT_A_QUESTION", "question"),
    (_item(minutes=61), "AGENDA_TOO_LONG", "minutes"),
    (_item(methodId="@team"), "NOT_FOUND", "methodId"),
    (("agendaItemRemove", {"id": "@item"}), "ITEM_HAS_RESULTS", None),
    (("sessionAttendanceTake", {"sessionId": "@session", "personIds": ["@cara"], "status": "ABSENT"}),
     "NOT_EXPECTED", "personIds"),
    (("sessionAttendanceTake", {"sessionId": "@session", "personIds": ["@ada"], "status": "PRESENT"}),
     "MODE_REQUIRED", "mode"),
    (("sessionCheckIn", {"token": "x", "mode": "VIRTUAL"}), "CHECK_IN_UNKNOWN", "token"),
    (("sessionMixTables", {"sessionId": "@session", "seatsPerTable": 1}), "BAD_TABLES", "seatsPerTable"),
    (("proposalMake", {"sessionId": "@session", "personId": "@ben", "question": "Why?"}), "ALREADY_HELD", None),
    (("actionFinish", {"id": "@action", "closedOn": "2026-06-02"}), "CLOSED_IN_FUTURE", "closedOn"),
    (("sessionFeedbackGive", {"sessionId": "@session", "personId": "@ben", "rating": 9}), "BAD_RATING", "rating"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "code", "field"), REFUSALS, ids=[f"{r[0][0]} {r[1]}" for r in REFUSALS])
async def test_it_is_refused_and_nothing_happens(
    untouched: Scene, asked: tuple[str, Given], code: str, field: str | None
) -> None:
    before = await contents(untouched.database)
    assert await untouched.refused(*asked) == (code, field)
    assert await contents(untouched.database) == before


@pytest.mark.parametrize("begins", ["nine", "25:00", "9", 900])
async def test_what_is_no_time_is_told_so(untouched: Scene, begins: Any) -> None:
    _, given = _plan(begins=begins)
    answer = await untouched.ask(
        "mutation($input: SessionPlanInput!) { sessionPlan(input: $input) { id } }", {"input": given}
    )
    [error] = answer["errors"]
    assert "is not a time of the day: write it as 09:00." in error["message"]
