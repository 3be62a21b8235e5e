"""Asking the engine in tests, and what they say of answers."""

from __future__ import annotations

from typing import Any

import orjson
from graphql import get_operation_ast, parse

from domain.access.viewers import Viewer
from domain.database import Database
from graph.answers import complete
from graph.context import Context
from graph.reads.cost import Cost
from graph.reads.engine import Caches, Question
from graph.schema import schema
from tests.factories import NOW


class Unlimited(Context):
    """Somebody who may ask for as much as they like."""

    async def afford(self, cost: Cost) -> None:
        """Nothing is too dear."""


async def answer_of(
    database: Database, viewer: Viewer, text: str, variables: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The whole answer to a valid query, whatever it costs."""
    context = Unlimited(database, viewer, NOW)
    document = parse(text)
    operation = get_operation_ast(document)
    assert operation is not None
    question = Question(schema._schema, document, operation, variables or {})
    result = await question.answer(context, Caches())
    answer: dict[str, Any] = orjson.loads(complete(result, context.charge).body)
    return answer


def code(answer: dict[str, Any]) -> str:
    """The code of the one error that an answer consists of."""
    assert "data" not in answer
    [error] = answer["errors"]
    found: str = error["extensions"]["code"]
    return found
