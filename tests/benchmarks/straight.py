"""Tandem's own statements sent to Postgres with nothing between: what no server in Python could be faster than."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from itertools import cycle
from typing import Any

import orjson

from domain.access.viewers import ADMINISTRATOR
from domain.calendar import now
from domain.database import Database
from graph.context import Context
from graph.reads.pieces import Row
from graph.schema import schema
from tests.benchmarks.load import Load, repeated
from tests.benchmarks.questions import Question, WrongAnswer


class Watched(Context):
    """A context that remembers what was sent to Postgres."""

    sent: tuple[Any, ...] = ()

    async def fetch(self, sql: str, *parameters: Any) -> Row:
        """Run the statement, and remember it."""
        self.sent = (sql, *parameters)
        return await super().fetch(sql, *parameters)


async def statements(database: Database, question: Question) -> list[tuple[Any, ...]]:
    """The statement of a question with its parameters, for each of its variables.

    Raises:
        WrongAnswer: Tandem itself cannot answer it.
    """
    found = []
    for variables in question.variables:
        context = Watched(database, ADMINISTRATOR, now(), trusted=True)
        result = await schema.execute(question.document, variable_values=variables, context_value=context)
        if result.errors:
            raise WrongAnswer(str(result.errors[0]))
        found.append(context.sent)
    return found


async def expected(url: str, question: Question) -> Any:
    """The data with which every contender has to answer the question as it is asked first."""
    database = Database(url)
    try:
        context = Context(database, ADMINISTRATOR, now(), trusted=True)
        result = await schema.execute(question.document, question.variables[0], context)
        return orjson.loads(orjson.dumps(result.data))
    finally:
        await database.close()


async def straight(url: str, question: Question, at_once: int, seconds: float) -> Load:
    """The load that Postgres bears when it is asked through asyncpg, by that many at once."""
    database = Database(url)
    try:
        ask = _asking(database, await statements(database, question))
        await ask()
        return await repeated(ask, at_once, seconds)
    finally:
        await database.close()


def _asking(database: Database, sent: list[tuple[Any, ...]]) -> Callable[[], Awaitable[None]]:
    turns = cycle(sent)

    async def ask() -> None:
        async with database.readers.acquire() as connection:
            await connection.fetchrow(*next(turns))

    return ask
