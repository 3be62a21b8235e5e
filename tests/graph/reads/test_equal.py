"""The read engine answers as graphql-core would: the same schema, executed the slow way, gives the same JSON."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest
from graphql import parse, validate
from hypothesis import Phase, assume, given, seed, settings
from hypothesis import strategies as st

from domain.database import Database
from tests.factories import TODAY
from tests.generated import EVERY_CHECK
from tests.graph.reads import rows, slow
from tests.graph.reads.answers import answer_of
from tests.graph.reads.questions import Question
from tests.graph.reads.story import Story
from tests.graph.reads.world import World

PARTS = 5
PHASES = (Phase.explicit, Phase.generate)
CASES = int(os.environ.get("TANDEM_TEST_CASES", "500"))

Ask = Callable[[Question], dict[str, Any]]


@pytest.fixture
def ask(story: Story) -> Iterator[Ask]:
    """Asks from outside any loop, as hypothesis wants it, over connections of its own."""
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        database = Database(story.database.url)

        def asked(question: Question) -> dict[str, Any]:
            return runner.run(answer_of(database, question.viewer, question.text, question.variables))

        yield asked
        runner.run(database.close())


@pytest.mark.parametrize("part", range(PARTS))
def test_the_engine_answers_as_the_slow_way_does(
    part: int, asked: st.SearchStrategy[Question], world: World, ask: Ask
) -> None:
    @seed(part)
    @settings(
        max_examples=CASES // PARTS,
        database=None,
        deadline=None,
        phases=PHASES,
        suppress_health_check=EVERY_CHECK,
    )
    @given(asked)
    def compared(question: Question) -> None:
        assume(not validate(rows.published(), parse(question.text)))
        same(question, world, ask)

    compared()


def same(question: Question, world: World, ask: Ask) -> None:
    """Both ways give the same JSON, down to the order of keys, or both refuse."""
    slowly = slow.answer(world, question.viewer, parse(question.text), question.variables, today=TODAY)
    quickly = ask(question)
    refused = [e for e in quickly.get("errors", []) if "path" not in e]
    if refused or any(e.extensions for e in slowly.errors or ()):
        assert {e["extensions"]["code"] for e in refused} <= question.spoiled
        assert refused
        return
    assert orjson.dumps(quickly["data"]) == orjson.dumps(slowly.data)
    assert _told(quickly.get("errors", [])) == _told([e.formatted for e in slowly.errors or ()])


def _told(errors: list[Any]) -> list[tuple[str, list[Any]]]:
    return sorted((error["message"], error["path"]) for error in errors)
