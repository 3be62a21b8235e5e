"""What a query costs is known before it runs: the rows that it can touch at most."""

from dataclasses import replace
from typing import Any

import orjson
import pytest

from domain.access.viewers import ADMINISTRATOR, Role
from domain.database import Database
from graph.asking import execute
from graph.costs import ALLOWANCES
from graph.reads.connections import DEFAULT_PAGE
from graph.reads.cost import WHOLE

PAGE = "query($n: Int) { programmes(first: $n) { nodes { lead { code } milestones(first: 5) { nodes { title } } } } }"


async def _ask(database: Database, query: str, **variables: Any) -> dict[str, Any]:
    answer = await execute(database, ADMINISTRATOR, query=query, variables=variables)
    told: dict[str, Any] = orjson.loads(answer.body)
    return told


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("{ __typename }", 0),
        ("{ viewer { role } }", 0),
        ('{ programme(ref: "A") { ref } }', 1),
        ('{ programme(ref: "A") { lead { code } } }', 2),
        ('{ a: programme(ref: "A") { ref } b: programme(ref: "B") { ref } }', 2),
        ("{ programmes { nodes { ref } } }", DEFAULT_PAGE),
        ("{ programmes(first: 7) { edges { node { ref } } } }", 7),
        ("{ programmes(last: 7) { edges { node { lead { code } } } } }", 14),
        ("{ programmes(first: 7) { totalCount } }", WHOLE),
        (PAGE, 50 + 50 + 250),
        ("{ programmes(first: 10) { nodes { milestones { totalCount } } } }", 10 + 10 * WHOLE),
        ("{ __schema { queryType { name } } }", 1),
    ],
)
async def test_a_query_costs_what_its_pages_can_hold(database: Database, query: str, rows: int) -> None:
    answer = await _ask(database, query, **({"n": 50} if query is PAGE else {}))
    assert "errors" not in answer
    assert answer["extensions"]["cost"]["requested"] == rows


async def test_the_cost_follows_the_variables_of_one_plan(database: Database) -> None:
    assert [
        (await _ask(database, PAGE, n=size))["extensions"]["cost"]["requested"] for size in (1, 10, 100)
    ] == [7, 70, 700]


async def test_what_is_too_dear_is_refused_before_it_runs_and_says_what_is_dear(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    role = Role.ADMINISTRATOR
    monkeypatch.setitem(ALLOWANCES, role, replace(ALLOWANCES[role], by_text=349))
    answer = await _ask(database, PAGE, n=50)
    [error] = answer["errors"]
    assert error["extensions"] == {
        "code": "COST_TOO_HIGH",
        "fields": [
            {"path": "programmes.nodes.milestones.nodes", "cost": 250},
            {"path": "programmes.nodes", "cost": 50},
            {"path": "programmes.nodes.lead", "cost": 50},
        ],
    }
    assert "350 rows" in error["message"]
    assert "data" not in answer
    assert answer["extensions"]["cost"]["requested"] == 350
    monkeypatch.setitem(ALLOWANCES, role, replace(ALLOWANCES[role], by_text=350))
    assert "errors" not in await _ask(database, PAGE, n=50)


async def test_a_page_of_an_impossible_size_is_refused_as_that(database: Database) -> None:
    answer = await _ask(database, PAGE, n=-1)
    assert answer["errors"][0]["extensions"]["code"] == "BAD_PAGE_SIZE"


async def test_a_deep_question_is_too_dear(database: Database) -> None:
    page = "milestones(first: 100) { nodes { programme { milestones(first: 100) { nodes { id } } } } }"
    answer = await _ask(database, f"{{ programmes(first: 100) {{ nodes {{ {page} }} }} }}")
    assert answer["errors"][0]["extensions"]["code"] == "COST_TOO_HIGH"
