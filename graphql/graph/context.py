"""What a request brings with it to the schema."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeAlias

import asyncpg
from graphql import OperationDefinitionNode

from domain.access.viewers import Viewer
from domain.calendar import today
from domain.database import Database
from domain.readers import Readers
from domain.replicas import GONE, NOWHERE, Position, Replicas
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


class Trail(Protocol):
    """How far somebody has written, as all processes of the API know it."""

    async def position(self) -> Position | None:
        """The place of their last write in the primary's log; None where they wrote nothing lately."""
        ...

    async def leave(self, position: Position) -> None:
        """Have all know that they have written up to that place."""
        ...


@dataclass(slots=True)
class Context:
    """Who asks, when, and of which database; it is what the read engine reads with.

    Trusted documents may ask for larger pages. `waiting` is a context in which somebody waits for an answer: it ends
    early once nobody does. `pay` takes what it costs from a budget; without one there is none. With a
    `trail`, standbys answer as well as the primary, and whoever asks sees what they wrote. `statements` counts what was
    run, for tests; `refusals` are the codes of what mutations refused, `kind` that of the operation, once it is known.
    """

    database: Database
    viewer: Viewer
    now: datetime
    trusted: bool = False
    waiting: Waiting = nullcontext
    pay: Pay | None = None
    trail: Trail | None = None
    statements: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    kind: str = ""
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
                if self.trail is None or self.database.replicas is None:
                    return await _fetch(self.database.readers, sql, parameters)
                return await _fetch_near(self.database, self.database.replicas, self.trail, sql, parameters)
        except asyncpg.QueryCanceledError as error:
            raise ReadRefused("QUERY_TIMEOUT", TOO_LONG) from error

    async def leave_trail(self) -> None:
        """Have whoever asked see what was just committed, wherever they read next."""
        if self.trail is None or self.database.replicas is None:
            return
        try:
            position = await self.database.position()
        except GONE:
            # It is committed, wherever that is in the log.
            position = NOWHERE
        await self.trail.leave(position)


async def _fetch(readers: Readers, sql: str, parameters: tuple[Any, ...]) -> Row:
    async with readers.acquire() as connection:
        row: Row | None = await connection.fetchrow(sql, *parameters)
    assert row is not None
    return row


async def _fetch_near(
    database: Database, replicas: Replicas, trail: Trail, sql: str, parameters: tuple[Any, ...]
) -> Row:
    """Fetch from a standby that has come as far as whoever asks has written, else from the primary."""
    position = await trail.position()
    while (replica := replicas.one_at(position)) is not None:
        try:
            return await _fetch(replica.readers, sql, parameters)
        except asyncpg.QueryCanceledError:
            raise
        except GONE:
            replicas.lose(replica)
    try:
        return await _fetch(database.readers, sql, parameters)
    except asyncpg.QueryCanceledError:
        raise
    except GONE:
        # Without a primary, a standby may have it by now.
        await replicas.look()
        replica = replicas.one_at(position)
        if replica is None:
            raise
        return await _fetch(replica.readers, sql, parameters)
