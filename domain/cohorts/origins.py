"""Where the people of a cohort or a team have to come from, and what they are told otherwise."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, exists, literal, select

from domain.calendar import in_words, runs_on
from domain.cohorts.models import Team
from domain.cohorts.rules import from_partner, partners
from domain.errors import Refused
from domain.moment import Moment
from domain.organisations.holders import holder
from domain.organisations.models import Organisation
from domain.people.affiliations import affiliated_with
from domain.people.models import Affiliation, Person
from domain.programmes.models import Programme
from domain.work import Work


async def require_from_partner(work: Work, programme: Programme, person: Person, on: date) -> None:
    """Go on only if on a day the person belongs to an organisation that takes part in the programme then.

    Raises:
        Refused: NO_AFFILIATION or NOT_FROM_A_PARTNER.
    """
    if await _holds(work, from_partner(literal(person.id), literal(programme.id), _at(on))):
        return
    organisation = await _organisation_of(work, person, on)
    raise Refused(
        "NOT_FROM_A_PARTNER",
        f"{person.name} belongs to {organisation.name} on {in_words(on)}, which does not take part in this programme "
        "then. Add it as a partner first, or say when they moved to an organisation that takes part.",
        field="personId",
    )


async def require_of_team(work: Work, team: Team, person: Person, on: date) -> None:
    """Go on only if on a day the person belongs to the organisation that the team is of, if it is of one.

    Raises:
        Refused: NO_AFFILIATION or NOT_OF_ORGANISATION.
    """
    if team.organisation_id is None:
        return
    wanted = holder(literal(team.organisation_id), literal(team.starts_on), literal(on))
    belongs = exists().where(
        Affiliation.person_id == person.id,
        runs_on(Affiliation, literal(on)),
        holder(Affiliation.organisation_id, Affiliation.starts_on, literal(on)) == wanted,
    )
    if await _holds(work, belongs):
        return
    organisation = await _organisation_of(work, person, on)
    raise Refused(
        "NOT_OF_ORGANISATION",
        f"{person.name} belongs to {organisation.name} on {in_words(on)}, and {team.name} is a team of another "
        "organisation. Choose a team across organisations, or somebody else.",
        field="personId",
    )


async def require_partner(work: Work, programme: Programme, organisation: Organisation, on: date) -> None:
    """Go on only if an organisation takes part in a programme on a day.

    Raises:
        Refused: ORGANISATION_NOT_A_PARTNER.
    """
    found = literal(organisation.id).in_(partners(literal(programme.id), literal(on), _at(on)))
    if not await _holds(work, found):
        raise Refused(
            "ORGANISATION_NOT_A_PARTNER",
            f"{organisation.name} does not take part in this programme on {in_words(on)}. "
            "Add it as a partner first, or leave it out for a team across organisations.",
            field="organisationId",
        )


async def _organisation_of(work: Work, person: Person, on: date) -> Organisation:
    organisation_id = await work.session.scalar(select(affiliated_with(literal(person.id), _at(on))))
    if organisation_id is None:
        raise Refused(
            "NO_AFFILIATION",
            f"It is not known which organisation {person.name} belongs to on {in_words(on)}. Say that first.",
            field="personId",
        )
    return await work.find(Organisation, UUID(str(organisation_id)))


async def _holds(work: Work, condition: ColumnElement[bool]) -> bool:
    return bool(await work.session.scalar(select(condition)))


def _at(on: date) -> Moment:
    """What is known at present of a day."""
    return Moment(on=literal(on), past=False)
