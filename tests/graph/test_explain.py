"""How Postgres carries out what Tandem itself asks, where there are far more rows than it may look at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import orjson
import pytest

from domain.access.viewers import ADMINISTRATOR, Role, Viewer
from domain.calendar import now, today
from domain.database import Database
from domain.models import PORTFOLIO_CHANGES
from graph.schema import schema
from graph.trusted import documents
from tests.benchmarks.portfolio import plain, portfolio
from tests.benchmarks.straight import Watched

PROGRAMMES = 100
PAGE = 1000
# A page as of a past date passes over the other six versions of its rows.
MOST_ROWS = 7 * PAGE

# What changed in the portfolio since a minute ago is added up then: it does not grow.
PASSING = PORTFOLIO_CHANGES.name


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a database with 10,000 milestones, of which each has seven versions."""
    home: Path = tmp_path_factory.mktemp("large")
    with portfolio(home, PROGRAMMES, lambda _said: None) as servers:
        yield servers.database_url


async def _variables(connection: asyncpg.Connection, name: str, person: Any) -> dict[str, Any]:
    on = today() - timedelta(days=150)
    programmes = [
        f"Programme:{key}" for (key,) in await connection.fetch("SELECT id FROM programmes LIMIT 20")
    ]
    milestones = [
        f"Milestone:{key}"
        for (key,) in await connection.fetch(
            "SELECT m.id FROM milestones m JOIN sponsors s USING (programme_id) WHERE s.person_id = $1 LIMIT 100",
            person,
        )
    ]
    return {
        "pages/index": {},
        "pages/summary": {"id": f"Summary:{person}"},
        "programmes/timeline": {
            "ref": await connection.fetchval(
                "SELECT ref FROM programmes p JOIN sponsors s ON s.programme_id = p.id WHERE s.person_id = $1 LIMIT 1",
                person,
            )
        },
        "summary/milestones": {"on": f"{on}"},
        "summary/moves": {"on": f"{on}", "since": f"{on - timedelta(days=120)}", "ids": milestones},
        "summary/programmes": {"on": f"{on}"},
        "summary/rounds": {"on": f"{on}", "since": f"{on - timedelta(days=120)}"},
        "summary/sessions": {"on": f"{on}", "since": f"{on - timedelta(days=120)}", "until": f"{on}"},
        "summary/sponsor": {},
        "summary/standing": {"on": f"{on}", "ids": programmes},
        "summary/strengths": {"on": f"{on}", "since": f"{on - timedelta(days=120)}"},
    }[name]


async def _plan(url: str, name: str, *, as_sponsor: bool) -> dict[str, Any]:
    """How the statement of a document was carried out, by a Postgres that scans a whole table only if it must."""
    database = Database(url)
    connection = await asyncpg.connect(plain(url))
    try:
        person = await connection.fetchval("SELECT person_id FROM sponsors ORDER BY id LIMIT 1")
        viewer = Viewer(Role.SPONSOR, person) if as_sponsor else ADMINISTRATOR
        context = Watched(database, viewer, now(), trusted=True)
        given = await _variables(connection, name, person)
        result = await schema.execute(documents()[name].text, variable_values=given, context_value=context)
        assert not result.errors
        statement, *parameters = context.sent
        await connection.execute("SET enable_seqscan = off; SET jit = off")
        explain = "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) "
        [told] = orjson.loads(await connection.fetchval(explain + statement, *parameters))
        plan: dict[str, Any] = told["Plan"]
        return plan
    finally:
        await connection.close()
        await database.close()


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from _nodes(inner)


def _rows(node: dict[str, Any]) -> float:
    """How many rows a node looked at."""
    removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    rows: float = (node["Actual Rows"] + removed) * node["Actual Loops"]
    return rows


@pytest.mark.parametrize("name", documents())
@pytest.mark.parametrize("as_sponsor", [False, True], ids=["as administrator", "as sponsor"])
async def test_no_table_that_grows_is_read_as_a_whole(url: str, name: str, as_sponsor: bool) -> None:
    for node in _nodes(await _plan(url, name, as_sponsor=as_sponsor)):
        if node.get("Relation Name") == PASSING:
            continue
        if not node["Actual Loops"]:
            # It was not carried out: nobody here is in a team whose consent would be looked up.
            continue
        assert node["Node Type"] != "Seq Scan", node
        if "Relation Name" in node:
            assert _rows(node) <= MOST_ROWS, node
        if "Sort" in node["Node Type"]:
            [sorted_] = node["Plans"]
            assert sorted_["Actual Rows"] <= PAGE, node
