"""Who sits in a sponsor's seat until somebody is named: one placeholder for each organisation."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.imports.directory import Known
from domain.people import commands as people
from domain.people.models import Person
from domain.work import Work

# `.invalid` is reserved: no mail to a placeholder ever reaches anybody (RFC 2606).
_HOST = "placeholder.invalid"
_LONGEST_NAME = 250


def email_of(code: str) -> str:
    """The address of an organisation's placeholder."""
    return f"sponsor.{re.sub(r'[^a-z0-9_-]', '.', code.lower())}@{_HOST}"


def is_placeholder() -> ColumnElement[bool]:
    """The condition under which a person was put into a seat by an import."""
    return and_(Person.is_placeholder, Person.email.endswith(f"@{_HOST}"))


@dataclass(slots=True)
class Placeholders:
    """The placeholders that are known so far, by their addresses."""

    ids: dict[str, UUID] = field(default_factory=dict)

    async def load(self, session: AsyncSession, codes: Collection[str]) -> None:
        """Find those of the organisations with these codes."""
        emails = {email_of(code) for code in codes} - self.ids.keys()
        if emails:
            found = select(Person.email, Person.id).where(Person.email.in_(emails))
            self.ids |= {row.email: row.id for row in await session.execute(found)}

    def get(self, organisation: Known) -> UUID | None:
        """The placeholder of an organisation, if there is one yet."""
        return self.ids.get(email_of(organisation.code))

    async def make(self, work: Work, organisation: Known) -> UUID:
        """A placeholder for an organisation, who belongs to it from the date of the work on."""
        email = email_of(organisation.code)
        name = organisation.name if len(organisation.name) <= _LONGEST_NAME else organisation.code
        person = await people.create(
            work, name=f"Sponsor at {name} (to be named)", email=email, is_placeholder=True
        )
        await people.affiliate(
            work,
            person.id,
            organisation_id=organisation.id,
            starts_on=_day_of_its_life(organisation, work.on),
        )
        self.ids[email] = person.id
        return person.id


def _day_of_its_life(organisation: Known, on: date) -> date:
    """That date, or the nearest one on which the organisation was open: a report may name one that had closed."""
    day = max(on, organisation.opened_on or on)
    return day if organisation.closed_on is None else min(day, organisation.closed_on - timedelta(days=1))
