"""What a request brings with it to the schema."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

import asyncpg
from graphql import OperationDefinitionNode

from domain.access.viewers import Viewer
from domain.calendar import today
from domain.database import Database
from graph.costs import ALLOWANCES, Charge, Pay
from graph.looking import Look
from graph.reads.connections import LARGEST_PAGE
from graph.reads.cost import Cost
from graph.reads.errors import ReadRefused
from graph.reads.pieces import Row
from graph.reads.values import Variables

TRUSTED_PAGE = 10 * LARGEST_PAGE

TOO_LONG = (
    "This took longer than a request may: ask for less at once (smaller pages, a filter), or try again."
)

Waiting: TypeAlias = Callable[[], AbstractContextManager[None]]


@dataclass(slots=True)
class Context:
    """Who asks, when, and of which database; it is what the read engine reads with.

    Trusted documents may ask for larger pages. `waiting` is a context in which somebody waits for an answer: it ends
    early once nobody does. `pay` takes what it costs from a budget; without one there is none. `statements`
    counts what was run, for tests.
    """

    database: Database
    viewer: Viewer
    now: datetime
    trusted: bool = False
    waiting: Waiting = nullcontext
    pay: Pay | None = None
    statements: list[str] = field(default_factory=list)
    charge: Charge = field(init=False)

    def __post_init__(self) -> None:
        allowance = ALLOWANCES[self.viewer.role]
        self.charge = Charge(allowance.by_document if self.trusted else allowance.by_text, self.pay)

    @property
    def largest_page(self) -> int:
        """How many items one page may have."""
        return TRUSTED_PAGE if self.trusted else LARGEST_PAGE

    def perspective(self, operation: OperationDefinitionNode, variables: Variables) -> Look:
        """How the viewer looks at the tables in that operation."""
        return Look.of(self.viewer, operation, variables, today(self.now))

    async def afford(self, cost: Cost) -> None:
        """Charge for a statement that is about to run.

        Raises:
            ReadRefused: it costs more than one request may (COST_TOO_HIGH), or than is left (BUDGET_SPENT).
        """
        await self.charge.take(cost)

    async def fetch(self, sql: str, *parameters: Any) -> Row:
        """Run one statement that gives one row of texts.

        Raises:
            ReadRefused: it took too long (QUERY_TIMEOUT), or nobody waits for it any more.
        """
        self.statements.append(sql)
        try:
            with self.waiting():
                async with self.database.readers.acquire() as connection:
                    row: Row | None = await connection.fetchrow(sql, *parameters)
                    assert row is not None
                    return row
        except asyncpg.QueryCanceledError as error:
            raise ReadRefused("QUERY_TIMEOUT", TOO_LONG) from error
