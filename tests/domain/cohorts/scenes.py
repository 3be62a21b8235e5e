"""A programme of two partners with people of theirs, and of nobody's, for cohorts and teams."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, literal, select

from domain.cohorts import commands, members, teams
from domain.cohorts.models import Cohort, CohortMember, Team, TeamMember
from domain.moment import Moment
from domain.organisations.models import Organisation
from domain.people import commands as people
from domain.people.models import Person
from domain.programmes.models import Programme
from domain.work import Work
from tests import factories
from tests.factories import START, organisation, person


@dataclass(frozen=True, slots=True)
class Together:
    """Ada belongs to the lead, Ben to the other partner, Eve to somebody else, Fay to nobody."""

    programme: Programme
    lead: Organisation
    other: Organisation
    stranger: Organisation
    ada: Person
    ben: Person
    eve: Person
    fay: Person
    cohort: Cohort


async def together(work: Work) -> Together:
    """The programme with a cohort, `Executives`, that nobody has joined."""
    joint = await factories.joint(work)
    stranger = await organisation(work, "ELSE")
    found = []
    for name, belongs_to in (("Ada King", joint.lead), ("Ben Okri", joint.other), ("Eve Else", stranger)):
        found.append(await person(work, name))
        await people.affiliate(work, found[-1].id, organisation_id=belongs_to.id, starts_on=date(2019, 1, 1))
    ada, ben, eve = found
    fay = await person(work, "Fay Weldon")
    cohort = await commands.create(work, joint.programme.id, name="Executives", starts_on=START)
    return Together(joint.programme, joint.lead, joint.other, stranger, ada, ben, eve, fay, cohort)


async def join(work: Work, cohort: Cohort, who: Person, **given: Any) -> CohortMember:
    """A person's part in a cohort, from `START` on."""
    usual: dict[str, Any] = {"person_id": who.id, "starts_on": START}
    return await members.join(work, cohort.id, **(usual | given))


async def team(work: Work, of: Programme, name: str = "Board", **given: Any) -> Team:
    """A team of a programme, from `START` on."""
    usual: dict[str, Any] = {"name": name, "starts_on": START}
    return await teams.create(work, of.id, **(usual | given))


async def add(work: Work, to: Team, who: Person, **given: Any) -> TeamMember:
    """A person's part in a team, from `START` on."""
    usual: dict[str, Any] = {"person_id": who.id, "starts_on": START}
    return await teams.add_member(work, to.id, **(usual | given))


async def move(work: Work, who: Person, to: Organisation, on: date) -> None:
    """A person leaves where they are on a day, and belongs to another organisation from then on."""
    from domain.models import Affiliation  # noqa: PLC0415

    stays = select(Affiliation.id).where(Affiliation.person_id == who.id, Affiliation.ends_on.is_(None))
    for stay_id in await work.session.scalars(stays):
        await people.end_affiliation(work, stay_id, ends_on=on)
    await people.affiliate(work, who.id, organisation_id=to.id, starts_on=on)


async def asked(
    work: Work, rule: Callable[[Any, Moment], ColumnElement[Any]], row: Any, on: date, *, past: bool = False
) -> Any:
    """What a rule answers for a row as of a date."""
    at = Moment(on=literal(on), past=past)
    alias = at.rows(type(row))
    return await work.session.scalar(select(rule(alias, at)).where(alias.id == row.id))


def ids(*rows: Any) -> set[UUID]:
    """The ids of rows."""
    return {row.id for row in rows}
