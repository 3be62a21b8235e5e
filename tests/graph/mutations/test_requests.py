"""What a request says of itself: its key, that it is a rehearsal, the day from which it holds."""

from __future__ import annotations

import asyncio

from sqlalchemy import func, select

from domain.models import JournalEntry
from tests.graph.mutations.scenes import Given, Scene
from tests.refusals import contents

TITLE = "milestone { title version }"


async def _entries(it: Scene, key: str) -> int:
    counted = select(func.count()).where(JournalEntry.idempotency_key == key)
    async with it.database.engine.connect() as connection:
        return (await connection.execute(counted)).scalar_one()


def _move(**given: object) -> Given:
    return {"id": "@opening", "forecastOn": "2026-07-31", "reason": "SCOPE", **given}


async def test_a_repeat_is_answered_and_not_repeated(it: Scene) -> None:
    given = _move(idempotencyKey="move {ref}")
    selected = "milestone { forecastOn version ledger { totalCount } }"
    first = await it.do("milestoneReforecast", given, selected)
    after = await contents(it.database)
    assert await it.do("milestoneReforecast", given, selected) == first
    assert first["milestone"] == {"forecastOn": "2026-07-31", "version": 2, "ledger": {"totalCount": 1}}
    assert await contents(it.database) == after


async def test_a_repeat_of_a_creation_answers_with_what_was_created(it: Scene) -> None:
    given = {
        "ref": f"{it.ref}-two",
        "title": "Two",
        "leadId": "@lead",
        "endsOn": "2027-01-01",
        "idempotencyKey": f"two {it.ref}",
    }
    first = await it.do("programmeCreate", given, "programme { id ref }")
    assert first["id"] == first["programme"]["id"]
    assert await it.do("programmeCreate", given, "programme { id ref }") == first


async def test_a_repeat_of_a_removal_answers_that_it_is_gone(it: Scene) -> None:
    given = {"id": "@phase", "idempotencyKey": f"gone {it.ref}"}
    first = await it.do("phaseRemove", given, "phase { id }")
    assert first == {"id": it.phase, "phase": None, "userErrors": []}
    assert await it.do("phaseRemove", given, "phase { id }") == first


async def test_a_repeat_answers_with_the_record_where_the_journal_speaks_of_another(it: Scene) -> None:
    given = {"milestoneId": "@rota", "url": "https://example.org", "idempotencyKey": f"shown {it.ref}"}
    first = await it.do("evidenceAdd", given, "evidence { id url }")
    assert first["id"].startswith("Evidence:")
    assert await it.do("evidenceAdd", given, "evidence { id url }") == first


async def test_two_at_the_same_moment_are_done_once(it: Scene) -> None:
    key = f"both {it.ref}"
    given = {"programmeId": "@programme", "title": "Pilot", "startsOn": "2026-01-01", "idempotencyKey": key}
    answers = await asyncio.gather(*(it.do("phaseAdd", given, "phase { id title }") for _ in range(5)))
    assert all(answer == answers[0] for answer in answers)
    assert answers[0]["phase"]["title"] == "Pilot"
    assert await _entries(it, key) == 1


async def test_two_of_the_same_key_at_the_same_moment_are_not_both_done(it: Scene) -> None:
    key = f"either {it.ref}"
    asked = [
        it.do("milestoneUpdate", {"id": "@opening", "title": title, "idempotencyKey": key}, TITLE)
        for title in ("One", "Other")
    ]
    done, refused = sorted(await asyncio.gather(*asked), key=lambda answer: len(answer["userErrors"]))
    assert done["milestone"]["version"] == 2
    assert refused["milestone"] is None
    assert refused["userErrors"][0]["code"] == "IDEMPOTENCY_KEY_REUSED"
    assert await _entries(it, key) == 1


async def test_of_two_that_read_the_same_version_one_is_stale(it: Scene) -> None:
    titles = ("One", "Other")
    asked = [
        it.do("milestoneUpdate", {"id": "@opening", "title": title, "expectedVersion": 1}, TITLE)
        for title in titles
    ]
    answers = await asyncio.gather(*asked)
    [kept] = [answer["milestone"] for answer in answers if answer["milestone"]]
    assert kept["version"] == 2
    assert [error["code"] for answer in answers for error in answer["userErrors"]] == ["STALE"]


async def test_a_key_is_for_one_request(it: Scene) -> None:
    key = f"once {it.ref}"
    await it.do("milestoneReforecast", _move(idempotencyKey=key))
    before = await contents(it.database)
    for mutation, given in [
        ("milestoneReforecast", _move(forecastOn="2026-08-01", idempotencyKey=key)),
        ("milestoneReforecast", _move(note="Because.", idempotencyKey=key)),
        ("milestoneReforecast", _move(dryRun=True, idempotencyKey=key)),
        ("milestoneUpdate", {"id": "@opening", "title": "Doors", "idempotencyKey": key}),
        ("phaseRemove", {"id": "@phase", "idempotencyKey": key}),
    ]:
        assert await it.refused(mutation, given) == ("IDEMPOTENCY_KEY_REUSED", "idempotencyKey")
    assert await contents(it.database) == before


async def test_a_key_is_one_persons(it: Scene) -> None:
    asked = {
        "personId": "@ada",
        "periodFrom": "2025-12-31",
        "periodTo": "2026-03-31",
        "idempotencyKey": f"mine {it.ref}",
    }
    first = await it.do("summaryCompile", asked, "job { id }")
    theirs = await it.do("summaryCompile", asked, "job { id }", viewer=it.sponsor)
    assert first == theirs
    assert await _entries(it, f"mine {it.ref}") == 2


async def test_a_rehearsal_and_a_refusal_do_not_use_the_key_up(it: Scene) -> None:
    key = f"later {it.ref}"
    rehearsed = await it.do(
        "milestoneUpdate", {"id": "@opening", "title": "A", "dryRun": True, "idempotencyKey": key}
    )
    refused = await it.do("milestoneUpdate", {"id": "@opening", "title": "", "idempotencyKey": key})
    done = await it.do("milestoneUpdate", {"id": "@opening", "title": "B", "idempotencyKey": key}, TITLE)
    assert (rehearsed["userErrors"], refused["userErrors"][0]["code"]) == ([], "EMPTY_TITLE")
    assert done["milestone"] == {"title": "B", "version": 2}


async def test_a_rehearsal_is_refused_for_what_the_change_would_be(it: Scene) -> None:
    moved = _move(forecastOn="2026-06-30", dryRun=True)
    assert await it.refused("milestoneReforecast", moved) == ("DATE_UNCHANGED", "forecastOn")


async def test_what_is_left_out_stays_and_null_clears(it: Scene) -> None:
    said = {"id": "@programme", "purpose": "One front door", "category": "Health", "startsOn": "2024-04-01"}
    selected = "programme { purpose category startsOn }"
    await it.do("programmeUpdate", said)
    answer = await it.do("programmeUpdate", {"id": "@programme", "purpose": None}, selected)
    assert answer["programme"] == {"purpose": None, "category": "Health", "startsOn": "2024-04-01"}


async def test_a_variable_that_is_not_given_leaves_what_there_is(it: Scene) -> None:
    answer = await it.ask(
        "mutation($id: ID!, $title: String, $category: String) {"
        " programmeUpdate(input: {id: $id, title: $title, category: $category}) { programme { title } } }",
        {"id": "@programme", "category": "Health"},
    )
    assert answer["data"]["programmeUpdate"] == {"programme": {"title": f"Programme {it.ref}"}}


async def test_a_change_can_hold_from_an_earlier_day(it: Scene) -> None:
    renamed = {"id": "@opening", "title": "All doors open", "effectiveOn": "2025-03-01"}
    answer = await it.do("milestoneUpdate", renamed, TITLE)
    assert answer["milestone"]["title"] == "All doors open"
    for day, title in [("2025-02-28", "Doors open"), ("2025-03-01", "All doors open")]:
        then = f'query @asOf(date: "{day}") {{ milestone(id: "{it.opening}") {{ title }} }}'
        assert (await it.ask(then))["data"] == {"milestone": {"title": title}}


async def test_a_sponsor_follows_the_job_that_was_asked_for(it: Scene) -> None:
    asked = {"personId": "@ada", "periodFrom": "2025-12-31", "periodTo": "2026-03-31"}
    answer = await it.do("summaryCompile", asked, "job { id function doneAt }", viewer=it.sponsor)
    assert answer["job"] == {"id": answer["id"], "function": "compile_summary", "doneAt": None}
    again = await it.do("summaryCompile", asked, "job { id }", viewer=it.sponsor)
    assert again["id"] == answer["id"]
    follow = f'{{ node(id: "{answer["id"]}") {{ ... on Job {{ failure result }} }} }}'
    assert (await it.ask(follow, viewer=it.sponsor))["data"] == {"node": {"failure": None, "result": None}}
    assert (await it.ask(follow, viewer=it.stranger))["data"] == {"node": None}
    others = {**asked, "personId": "@ben"}
    assert await it.refused("summaryCompile", others, viewer=it.sponsor) == ("FORBIDDEN", None)
