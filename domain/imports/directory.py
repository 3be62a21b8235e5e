"""The organisations that a file names by their codes, and what to say where it names one that nobody knows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cached_property
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.organisations.models import Organisation

# What people put between the organisations of one cell.
_BETWEEN = re.compile(r"\s*(?:[;,/&+|]|\band\b)\s*")


@dataclass(frozen=True, slots=True)
class Known:
    """An organisation as far as an import needs it."""

    id: UUID
    code: str
    name: str
    opened_on: date | None
    closed_on: date | None

    def is_closed(self, on: date) -> bool:
        """Whether it had closed by that date."""
        return self.closed_on is not None and self.closed_on <= on

    def is_to_open(self, on: date) -> bool:
        """Whether it opened only after that date."""
        return self.opened_on is not None and self.opened_on > on


@dataclass(frozen=True)
class Directory:
    """Organisations by code."""

    by_code: dict[str, Known]

    def __getitem__(self, code: str) -> Known:
        return self.by_code[code]

    def __contains__(self, code: str) -> bool:
        return code in self.by_code

    def code_of(self, organisation_id: UUID) -> str:
        """The code of the organisation with that id."""
        return self._codes[organisation_id]

    @cached_property
    def _codes(self) -> dict[UUID, str]:
        return {known.id: code for code, known in self.by_code.items()}

    def advice(self, cell: str, *, otherwise: str) -> tuple[str, str]:
        """The code and the message of the error that a cell with no known code is.

        `otherwise` says what is to be done with several organisations, since the cell can hold one.
        """
        parts = [part for part in _BETWEEN.split(cell) if part]
        if len(parts) > 1 and any(self._likely(part) for part in parts):
            return "SEVERAL_ORGANISATIONS", f"\u201c{cell}\u201d names several organisations. {otherwise}"
        meant = self._likely(cell)
        hint = f"Did you mean {meant}?" if meant else "Import it with the organisations first, or correct it."
        return "UNKNOWN_ORGANISATION", f"No organisation has the code \u201c{cell}\u201d. {hint}"

    def _likely(self, text: str) -> str | None:
        """The code that somebody can have meant who wrote this code or name."""
        wanted = text.casefold()
        spellings = {code.casefold(): code for code in self.by_code}
        names = {known.name.casefold(): code for code, known in self.by_code.items()}
        # Of the three letters that most codes have, one may be wrong or two may have changed places.
        for known, cutoff in ((spellings, 0.65), (names, 0.7)):
            if found := get_close_matches(wanted, known, n=1, cutoff=cutoff):
                return known[found[0]]
        return None


async def directory(session: AsyncSession) -> Directory:
    """All organisations."""
    statement = select(
        Organisation.id, Organisation.code, Organisation.name, Organisation.opened_on, Organisation.closed_on
    )
    rows = await session.execute(statement)
    return Directory({row[1]: Known(*row) for row in rows})
