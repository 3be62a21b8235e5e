"""What could single somebody out is told on no channel: not by GraphQL, not by a command, not in a dump."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from domain.assessments import storing
from domain.assessments.round_models import Round
from domain.database import Database
from tests.api.conftest import Reach
from tests.api.processes import run
from tests.domain.assessments.rounds import AUDIT, Answer, Asked, asked_team, both, some, sub_team_asked
from tests.domain.backups.files import backed_up, contents
from tests.factories import acting

Scene = Callable[[Asked], Awaitable[tuple[list[Round], Round]]]

RESULTS = "{ rounds { nodes { title state cells { nodes { title } } results { nodes { key score n } } } } }"


async def chain(it: Asked) -> tuple[list[Round], Round]:
    """Five, then all twelve, then six others: all together would leave one person over."""
    first = await sub_team_asked(it, "Five", range(5))
    whole = await it.ask("Twelve", some(12))
    return [first, whole], await sub_team_asked(it, "Six", range(5, 11))


async def skipped(it: Asked) -> tuple[list[Round], Round]:
    """The same people twice, of whom one leaves an item out the second time."""
    first = await it.ask("Spring", some(12))
    answers = some(12)
    answers[3] = both(None, 2)
    return [first], await it.ask("Again", answers)


async def renamed(it: Asked) -> tuple[list[Round], Round]:
    """The same questions in a file of another key, with one person fewer."""
    first = await it.ask("Spring", some(12))
    async with acting(it.database) as work:
        file = AUDIT.replace("key: audit", "key: other").replace("listen", "hear").replace("rush", "hurry")
        it.instrument = await storing.store(work, file=file)
    answers: list[Answer] = [{"hear": given["listen"], "hurry": given["rush"]} for given in some(11)]
    return [first], await it.ask("Again", [*answers, None])


@pytest.mark.parametrize("scene", [chain, skipped, renamed])
async def test_a_round_that_would_is_withheld_on_every_channel(
    database: Database, reach: Reach, empty_data_dir: Path, tmp_path: Path, scene: Scene
) -> None:
    it = await asked_team(database)
    told, withheld = await scene(it)
    async with reach() as client:
        answer = (await client.post("/graphql", json={"query": RESULTS})).json()
    (tmp_path / "question").write_text(RESULTS)
    asked = run(empty_data_dir, "query", str(tmp_path / "question"), TANDEM_DATABASE_URL=database.url)
    for found in (answer["data"], json.loads(asked.stdout)["data"]):
        rounds = {node["title"]: node for node in found["rounds"]["nodes"]}
        assert all(len(_results(rounds[row.title])) == 4 for row in told)
        assert rounds[withheld.title]["state"] == "PUBLISHED"
        assert _results(rounds[withheld.title]) == []
    await backed_up(database, tmp_path / "dump", with_answers=True)
    dump = contents(tmp_path / "dump", tmp_path)
    assert all(_rows(dump, "results", row) == 4 for row in told)
    assert _rows(dump, "results", withheld) == 0
    # Nor what was answered: that went as each round was published.
    assert not any(f'"{item}": {answer}' in dump for item in ("listen", "hear") for answer in range(1, 6))


def _results(node: dict[str, Any]) -> list[Any]:
    found: list[Any] = node["results"]["nodes"]
    return found


def _rows(dump: str, table: str, row: Round) -> int:
    """How many rows of a table speak of a round, in a dump as words."""
    _, _, after = dump.partition(f"COPY public.{table} (")
    lines = after.partition("\n\\.\n")[0].splitlines()
    return sum(str(row.id) in line for line in lines)
