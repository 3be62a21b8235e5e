"""What is known already of the cohorts and the people whom a list of members names."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from uuid import UUID

from sqlalchemy import func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.cohorts.models import Cohort, CohortMember, CohortRole
from domain.models import HISTORY
from domain.organisations.holders import holder
from domain.people.models import Affiliation, Person
from domain.programmes.models import Programme
from domain.tables import Tracked


@dataclass(frozen=True, slots=True)
class KnownCohort:
    """A cohort, by its name and the reference of its programme; there is nothing in it before `known_since`."""

    id: UUID
    name: str
    programme: str
    known_since: date


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """Somebody with an address that the file names."""

    id: UUID
    name: str
    known_since: date


@dataclass(frozen=True, slots=True)
class KnownAffiliation:
    """To which organisation a person belongs, as it is named and as it is called on the day of the rows."""

    organisation_id: UUID
    held_by_id: UUID
    starts_on: date
    ends_on: date | None
    position: str | None

    def runs(self, on: date) -> bool:
        """Whether they belong to it on that day."""
        return self.starts_on <= on and (self.ends_on is None or self.ends_on > on)


@dataclass(frozen=True, slots=True)
class KnownMember:
    """A person's part in a cohort."""

    id: UUID
    role: CohortRole
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class Cohorts:
    """All cohorts, to find those that a file names."""

    known: tuple[KnownCohort, ...]

    def named(self, programme: str | None, name: str) -> list[KnownCohort]:
        """The cohorts of that name, of one programme or of any."""
        return [each for each in self.known if each.name == name and programme in {None, each.programme}]

    def advice(self, programme: str | None, name: str) -> tuple[str, str, str]:
        """The code, the message and the column of the error that a name is that leads to no cohort, or to several."""
        found = self.named(programme, name)
        if found:
            refs = ", ".join(sorted(each.programme for each in found))
            message = f"Several programmes have a cohort \u201c{name}\u201d: {refs}. Say which in a column programme."
            return "SEVERAL_COHORTS", message, "cohort"
        refs_known = {each.programme for each in self.known}
        if programme is not None and programme not in refs_known:
            hint = meant(programme, refs_known) or "Create it with its cohort first, or correct it."
            message = f"No programme with cohorts has the reference \u201c{programme}\u201d. {hint}"
            return "UNKNOWN_PROGRAMME", message, "programme"
        names = {each.name for each in self.known if programme in {None, each.programme}}
        hint = meant(name, names) or "Create it first, or correct it."
        return "UNKNOWN_COHORT", f"There is no cohort \u201c{name}\u201d. {hint}", "cohort"


@dataclass(slots=True)
class Roll:
    """The people of some rows of one day by address, and what they belong to by their ids."""

    people: dict[str, KnownPerson]
    affiliations: dict[UUID, list[KnownAffiliation]]
    members: dict[tuple[UUID, UUID], list[KnownMember]]


async def cohorts(session: AsyncSession) -> Cohorts:
    """All cohorts."""
    statement = select(Cohort.id, Cohort.name, Programme.ref).join(
        Programme, Programme.id == Cohort.programme_id
    )
    rows = (await session.execute(statement)).all()
    since = await _known_since(session, Cohort, [row.id for row in rows])
    return Cohorts(tuple(KnownCohort(*row, known_since=since[row.id]) for row in rows))


async def roll(session: AsyncSession, emails: Collection[str], on: date) -> Roll:
    """What is known of the people with these addresses, and to whom they belong on a day."""
    called = await people(session, emails)
    ids = [person.id for person in called.values()]
    return Roll(called, await _affiliations(session, ids, on), await _members(session, ids))


async def people(session: AsyncSession, emails: Collection[str]) -> dict[str, KnownPerson]:
    """The people with these addresses, by address."""
    named = select(Person.email, Person.id, Person.name).where(Person.email.in_(emails))
    rows = (await session.execute(named)).all()
    since = await _known_since(session, Person, [row.id for row in rows])
    return {row.email: KnownPerson(row.id, row.name, since[row.id]) for row in rows}


async def _affiliations(
    session: AsyncSession, ids: Collection[UUID], on: date
) -> dict[UUID, list[KnownAffiliation]]:
    held_by = holder(Affiliation.organisation_id, Affiliation.starts_on, literal(on))
    rows = await session.execute(select(Affiliation, held_by).where(Affiliation.person_id.in_(ids)))
    found: dict[UUID, list[KnownAffiliation]] = {}
    for stay, held_by_id in rows:
        known = KnownAffiliation(
            stay.organisation_id, held_by_id, stay.starts_on, stay.ends_on, stay.position
        )
        found.setdefault(stay.person_id, []).append(known)
    return found


async def _members(
    session: AsyncSession, ids: Collection[UUID]
) -> dict[tuple[UUID, UUID], list[KnownMember]]:
    found: dict[tuple[UUID, UUID], list[KnownMember]] = {}
    for part in await session.scalars(select(CohortMember).where(CohortMember.person_id.in_(ids))):
        known = KnownMember(part.id, part.role, part.starts_on, part.ends_on)
        found.setdefault((part.cohort_id, part.person_id), []).append(known)
    return found


async def _known_since(
    session: AsyncSession, model: type[Tracked], ids: Collection[UUID]
) -> dict[UUID, date]:
    """Since when there are rows with these ids, by id: what refers to one cannot be known earlier."""
    versions = HISTORY[model].c
    statement = select(versions.id, func.min(versions.valid_from)).group_by(versions.id)
    statement = statement.where(versions.id.in_(ids))
    return {row[0]: row[1] for row in await session.execute(statement)}


def meant(written: str, known: Iterable[str]) -> str | None:
    """A question for what is known and spelled much like what was written, if there is something."""
    spellings = {each.casefold(): each for each in known}
    found = get_close_matches(written.casefold(), spellings, n=1, cutoff=0.6)
    return f"Did you mean \u201c{spellings[found[0]]}\u201d?" if found else None
