"""A null where the schema promises a value takes what is round it, and says so (GraphQL specification, 6.4.4)."""

from __future__ import annotations

from datetime import date

import orjson
import pytest
from graphql import parse

from domain.access.viewers import ADMINISTRATOR
from domain.database import Database
from graph.reads.nulls import MARK, Promise, put_right
from tests.factories import TODAY, acting, milestone, programme
from tests.graph.reads import slow
from tests.graph.reads.answers import answer_of
from tests.graph.reads.world import World

# A milestone that is older than its programme: nobody can make it by a command, and the schema promises its programme.
EARLY, LATE = date(2024, 1, 1), date(2025, 1, 1)


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("{ milestones { nodes { title programme { ref } } } }", [["milestones", "nodes", 0, "programme"]]),
        ("{ viewer { role } milestones { edges { node { p: programme { ref } } } } }",
         [["milestones", "edges", 0, "node", "p"]]),
        ("{ milestone(id: $id) { title programme { ref } } viewer { role } }", [["milestone", "programme"]]),
        ("{ a: milestone(id: $id) { programme { ref } } b: milestone(id: $id) { title } }", [["a", "programme"]]),
        ("{ node(id: $id) { id ... on Milestone { programme { ref } programme { title } } } }", [["node", "programme"]]),
    ],
)  # fmt: skip
async def test_what_is_lost_and_what_is_said(
    database: Database, text: str, paths: list[list[str | int]]
) -> None:
    async with acting(database, on=EARLY) as work:
        made = await programme(work, lead=None)
        owned = await milestone(work, made)
    async with database.engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE programmes DISABLE TRIGGER USER")
        for table in ("programmes", "programmes_history"):
            await connection.exec_driver_sql(f"UPDATE {table} SET valid_from = '{LATE}'")
    text = f'query @asOf(date: "2024-06-01") {text}'.replace("$id", f'"Milestone:{owned.id}"')
    quickly = await answer_of(database, ADMINISTRATOR, text)
    slowly = slow.answer(await World.load(database), ADMINISTRATOR, parse(text), {}, today=TODAY)
    assert orjson.dumps(quickly["data"]) == orjson.dumps(slowly.data)
    told = [{k: v for k, v in e.items() if k != "extensions"} for e in quickly["errors"]]
    assert told == [error.formatted for error in slowly.errors or []]
    assert [error["path"] for error in told] == paths


def test_marks_are_put_right() -> None:
    promise = [Promise("No.", (), 0), Promise("No b.", (), 1), Promise("No c.", (), 3)]
    mark = [orjson.dumps({MARK: number}).decode() for number in range(3)]
    assert put_right(f'{{"a": {mark[0]}, "b": 1}}'.encode(), promise)[0] is None
    written = f'{{"a": {{"x": [{mark[1]}, {mark[1]}]}}, "b": {{"c": [1, {mark[2]}]}}}}'
    data, errors = put_right(written.encode(), promise)
    assert data == {"a": None, "b": {"c": [1, None]}}
    assert [(error.message, error.path) for error in errors] == [
        ("No b.", ["a", "x", 0]),
        ("No c.", ["b", "c", 1]),
    ]


async def test_nobody_can_write_a_mark_into_an_answer(database: Database) -> None:
    async with acting(database) as work:
        await programme(work, title='{"$missing": 0}', purpose='{"$missing 00000000":0}')
    answer = await answer_of(
        database, ADMINISTRATOR, "{ programmes { nodes { title purpose } } journal { nodes { changes } } }"
    )
    assert "errors" not in answer
    assert answer["data"]["programmes"]["nodes"][0]["title"] == '{"$missing": 0}'
