"""What a request brings with it to the schema."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import asyncpg
from graphql import OperationDefinitionNode

from domain.access.viewers import Viewer
from domain.calendar import today
from domain.database import Database
from graph.looking import Look
from graph.reads.connections import LARGEST_PAGE
from graph.reads.errors import ReadRefused
from graph.reads.values import Variables

TRUSTED_PAGE = 10 * LARGEST_PAGE


@dataclass(slots=True)
class Context:
    """Who asks, when, and of which database; it is what the read engine reads with.

    Trusted documents may ask for larger pages. `statements` counts what was run, for tests.
    """

    database: Database
    viewer: Viewer
    now: datetime
    trusted: bool = False
    statements: list[str] = field(default_factory=list)

    @property
    def largest_page(self) -> int:
        """How many items one page may have."""
        return TRUSTED_PAGE if self.trusted else LARGEST_PAGE

    def perspective(self, operation: OperationDefinitionNode, variables: Variables) -> Look:
        """How the viewer looks at the tables in that operation."""
        return Look.of(self.viewer, operation, variables, today(self.now))

    async def fetch(self, sql: str, *parameters: Any) -> str:
        """Run one statement that gives one text.

        Raises:
            ReadRefused: a value has the character U+0000, which no text of Postgres can have.
        """
        self.statements.append(sql)
        pool = await self.database.readers()
        async with pool.acquire() as connection:
            try:
                text: str = await connection.fetchval(sql, *parameters)
            except asyncpg.CharacterNotInRepertoireError as error:
                raise ReadRefused("BAD_CHARACTERS", "A value has the character U+0000: leave it out.") from error
            return text
