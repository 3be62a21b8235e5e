"""What is known already of the people, frameworks and profiles that a list of strengths profiles names."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.imports.members_state import KnownPerson, meant, people
from domain.strengths.models import StrengthsFramework, StrengthsProfile

ProfileKey = tuple[UUID, UUID, date]
"""Whose profile, by which framework, of which day."""


@dataclass(frozen=True, slots=True)
class Frameworks:
    """The ids of all frameworks by key and version."""

    known: dict[tuple[str, int], UUID]

    def find(self, key: str, version: int | None) -> UUID | None:
        """The framework with that key, in that version or in its latest."""
        return self.known.get((key, self.latest(key) if version is None else version))

    def latest(self, key: str) -> int:
        """The latest version of the framework with that key; 0 if there is none."""
        return max((number for name, number in self.known if name == key), default=0)

    def advice(self, key: str, version: int | None) -> tuple[str, str, str]:
        """The code, the message and the column of the error that leads to no framework."""
        versions = sorted(number for name, number in self.known if name == key)
        if versions:
            there = ", ".join(map(str, versions))
            return (
                "UNKNOWN_VERSION",
                f"{key} has the versions {there}, and not {version}. Correct it.",
                "version",
            )
        hint = (
            meant(key, {name for name, _ in self.known})
            or "Store it first (tandem import framework), or correct it."
        )
        return "UNKNOWN_FRAMEWORK", f"There is no framework with the key “{key}”. {hint}", "framework"


@dataclass(frozen=True, slots=True)
class Assessed:
    """The people of some rows by address, and which profiles of theirs there are."""

    people: dict[str, KnownPerson]
    profiles: frozenset[ProfileKey]


async def stored(session: AsyncSession) -> Frameworks:
    """All frameworks."""
    rows = await session.execute(
        select(StrengthsFramework.key, StrengthsFramework.version, StrengthsFramework.id)
    )
    return Frameworks({(row.key, row.version): row.id for row in rows})


async def assessed(session: AsyncSession, emails: Collection[str]) -> Assessed:
    """What is known of the people with these addresses."""
    found = await people(session, emails)
    rows = await session.execute(
        select(StrengthsProfile.person_id, StrengthsProfile.framework_id, StrengthsProfile.assessed_on).where(
            StrengthsProfile.person_id.in_([person.id for person in found.values()])
        )
    )
    return Assessed(found, frozenset((row[0], row[1], row[2]) for row in rows))
