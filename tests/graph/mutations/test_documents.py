"""Documents with mutations: aliases, fragments, several in one, and what becomes of errors that are ours."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from domain.database import Database
from tests.graph.mutations.scenes import Scene, scene
from tests.refusals import contents


async def test_aliases_fragments_and_directives(it: Scene) -> None:
    answer = await it.ask(
        """
        mutation Move($input: MilestoneReforecastInput!, $first: Int!, $with: Boolean!, $without: Boolean!) {
          moved: milestoneReforecast(input: $input) {
            __typename
            number: id
            refusals: userErrors { ...Refusal }
            now: milestone { ...Dates ledger(first: $first) @include(if: $with) { nodes { reason } } }
            milestone { title @skip(if: $without) status }
          }
        }
        fragment Dates on Milestone { expected: forecastOn __typename ... on Node { id } }
        fragment Refusal on UserError { code }
        """,
        {
            "input": {"id": "@opening", "forecastOn": "2026-07-31", "reason": "FUNDING"},
            "first": 1,
            "with": True,
            "without": True,
        },
    )
    assert answer["data"] == {
        "moved": {
            "__typename": "MilestonePayload",
            "number": it.opening,
            "refusals": [],
            "now": {
                "expected": "2026-07-31",
                "__typename": "Milestone",
                "id": it.opening,
                "ledger": {"nodes": [{"reason": "FUNDING"}]},
            },
            "milestone": {"status": "PLANNED"},
        }
    }


async def test_several_are_carried_out_one_after_the_other_and_each_for_itself(it: Scene) -> None:
    answer = await it.ask(
        """
        mutation($id: ID!) {
          first: milestoneUpdate(input: {id: $id, title: "One", expectedVersion: 1}) { ...It }
          second: milestoneUpdate(input: {id: $id, title: "Two", expectedVersion: 1}) { ...It }
          third: milestoneUpdate(input: {id: $id, title: "Three", expectedVersion: 2}) { ...It }
        }
        fragment It on MilestonePayload { milestone { title version } userErrors { code } }
        """,
        {"id": "@opening"},
    )
    assert answer["data"] == {
        "first": {"milestone": {"title": "One", "version": 2}, "userErrors": []},
        "second": {"milestone": None, "userErrors": [{"code": "STALE"}]},
        "third": {"milestone": {"title": "Three", "version": 3}, "userErrors": []},
    }


async def test_what_cannot_be_answered_is_not_done(it: Scene) -> None:
    before = await contents(it.database)
    answer = await it.ask(
        'mutation($id: ID!) { milestoneUpdate(input: {id: $id, title: "Other"}) {'
        " milestone { ledger(first: 5000) { nodes { days } } } } }",
        {"id": "@opening"},
    )
    [error] = answer["errors"]
    assert error["extensions"]["code"] == "BAD_PAGE_SIZE"
    assert answer["data"] == {"milestoneUpdate": None}
    assert await contents(it.database) == before


async def test_an_error_of_ours_is_masked_and_leaves_the_others_done(database: Database) -> None:
    it = await scene(database)
    async with database.engine.begin() as connection:
        await connection.execute(
            text(
                "CREATE FUNCTION break() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'the phases of the secret cupboard'; END $$"
            )
        )
        await connection.execute(
            text("CREATE TRIGGER break BEFORE INSERT ON phases FOR EACH ROW EXECUTE FUNCTION break()")
        )
    answer = await it.ask(
        """
        mutation($id: ID!, $programme: ID!, $on: Date!) {
          before: milestoneUpdate(input: {id: $id, title: "One"}) { milestone { title } }
          broken: phaseAdd(input: {programmeId: $programme, title: "Pilot", startsOn: $on}) { phase { title } }
          after: milestoneUpdate(input: {id: $id, title: "Two"}) { milestone { version } }
        }
        """,
        {"id": "@opening", "programme": "@programme", "on": "2026-06-01"},
    )
    assert answer["data"] == {
        "before": {"milestone": {"title": "One"}},
        "broken": None,
        "after": {"milestone": {"version": 3}},
    }
    [error] = answer["errors"]
    assert error["path"] == ["broken"]
    assert error["extensions"]["code"] == "INTERNAL"
    assert error["extensions"]["reference"] in error["message"]
    for secret in ("phases", "cupboard", "INSERT", "asyncpg", "Error"):
        assert secret not in str(error)


@pytest.mark.parametrize(
    "wrong", ["Milestone:00000000-0000-7000-8000-000000000000", "Milestone:1", "Thing:1", "1", ""]
)
async def test_a_node_that_is_not_there_is_null(untouched: Scene, wrong: str) -> None:
    answer = await untouched.ask("query($id: ID!) { node(id: $id) { id } }", {"id": wrong})
    assert answer["data"] == {"node": None}


@pytest.mark.parametrize(
    "document",
    [
        'mutation @asOf(date: "2025-01-01") { phaseRemove(input: {id: "Phase:1"}) { id } }',
        'mutation { phaseRemove(input: {id: "Phase:1", expectedVersion: 1}) { id } }',
        'mutation { milestoneAchieve(input: {id: "Milestone:1", achievedOn: "yesterday"}) { id } }',
        'mutation { milestoneReforecast(input: {id: "Milestone:1", forecastOn: "2026-07-01", reason: WHIM}) { id } }',
    ],
)
async def test_what_the_schema_does_not_know_is_not_begun(untouched: Scene, document: str) -> None:
    answer = await untouched.ask(document)
    assert "data" not in answer
    assert answer["errors"]
