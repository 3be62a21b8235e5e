"""Planning a batch of rows: what is known of their programmes is read with a few statements, then compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from domain.imports.directory import Directory, directory
from domain.imports.placeholders import Placeholders
from domain.imports.portfolio_plan import Plan, Splits, plan
from domain.imports.portfolio_rows import PortfolioRow
from domain.imports.portfolio_state import splits, standings


@dataclass(frozen=True, slots=True)
class Planning:
    """What all rows have in common: the organisations, what became of them, and their placeholders."""

    directory: Directory
    splits: Splits
    placeholders: Placeholders = field(default_factory=Placeholders)

    @classmethod
    async def load(cls, session: AsyncSession) -> Planning:
        """Read what all rows have in common."""
        return cls(await directory(session), await splits(session))

    async def plans(self, session: AsyncSession, rows: Sequence[PortfolioRow], on: date) -> list[Plan]:
        """What is to be done for each of these rows of the report of a date."""
        await self.placeholders.load(session, {row.lead for row in rows})
        known = await standings(session, [row.ref for row in rows], on)
        return [
            plan(
                row,
                known.get(row.ref),
                self.directory,
                self.splits,
                self.placeholders.get(self.directory[row.lead]),
            )
            for row in rows
        ]
