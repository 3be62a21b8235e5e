"""What can be done with people and their affiliations."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import exists, select

from domain.access.viewers import Permission
from domain.calendar import in_order
from domain.errors import Refused
from domain.keep import KEEP, Keep, change
from domain.organisations.models import Organisation
from domain.people.models import Affiliation, Person, SummaryFrequency
from domain.periods import overlaps
from domain.work import Work


async def create(
    work: Work,
    *,
    name: str,
    email: str,
    is_placeholder: bool = False,
    summary_frequency: SummaryFrequency = SummaryFrequency.QUARTERLY,
) -> Person:
    """Somebody who takes part, or a placeholder until it is known who does.

    Raises:
        Refused: EMAIL_TAKEN, BAD_EMAIL or EMPTY_NAME.
    """
    work.require(Permission.EDIT_PEOPLE)
    person = work.add(
        Person(name=name, email=email, is_placeholder=is_placeholder, summary_frequency=summary_frequency)
    )
    work.record("person.created", person)
    await work.save(_email_taken(person))
    return person


async def update(
    work: Work,
    person_id: UUID,
    *,
    expected_version: int | None = None,
    name: str | Keep = KEEP,
    email: str | Keep = KEEP,
    summary_frequency: SummaryFrequency | Keep = KEEP,
) -> Person:
    """Change what somebody is called, how they are reached, or how often a summary is made for them.

    Raises:
        Refused: EMAIL_TAKEN, BAD_EMAIL or EMPTY_NAME.
    """
    person = await work.find(Person, person_id, for_update=True, expected_version=expected_version)
    work.require(Permission.EDIT_PEOPLE)
    change(person, name=name, email=email, summary_frequency=summary_frequency)
    work.record("person.updated", person)
    await work.save(_email_taken(person))
    return person


async def affiliate(
    work: Work,
    person_id: UUID,
    *,
    organisation_id: UUID,
    starts_on: date,
    ends_on: date | None = None,
    position: str | None = None,
) -> Affiliation:
    """A person belongs to an organisation from a date, up to another if that is known.

    Raises:
        Refused: ENDS_BEFORE_START, ORGANISATION_CLOSED, ORGANISATION_NOT_OPEN_YET or ALREADY_AFFILIATED.
    """
    person = await work.find(Person, person_id, for_update=True)
    work.require(Permission.EDIT_PEOPLE)
    organisation = await work.find(Organisation, organisation_id, named="organisationId")
    in_order(starts_on, ends_on)
    organisation.require_open(starts_on)
    affiliation = Affiliation(
        person_id=person.id,
        organisation_id=organisation.id,
        position=position,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    await _require_no_other(work, affiliation)
    work.add(affiliation)
    work.record("person.affiliated", affiliation)
    await work.save()
    return affiliation


async def end_affiliation(
    work: Work, affiliation_id: UUID, *, ends_on: date, expected_version: int | None = None
) -> Affiliation:
    """A person leaves an organisation on a date, or earlier than was planned.

    Raises:
        Refused: ALREADY_ENDED or ENDS_BEFORE_START.
    """
    affiliation = await work.find(
        Affiliation, affiliation_id, for_update=True, expected_version=expected_version
    )
    work.require(Permission.EDIT_PEOPLE)
    affiliation.end(ends_on)
    work.record("person.affiliation_ended", affiliation)
    await work.save()
    return affiliation


def _email_taken(person: Person) -> dict[str, Refused]:
    refusal = Refused(
        "EMAIL_TAKEN",
        f"Somebody has the address {person.email} already. Use that person, or another address.",
        field="email",
    )
    return {"uq_people_email": refusal}


async def _require_no_other(work: Work, new: Affiliation) -> None:
    """One affiliation of a person with an organisation at a time."""
    other = exists().where(
        Affiliation.person_id == new.person_id,
        Affiliation.organisation_id == new.organisation_id,
        overlaps(Affiliation, new),
    )
    if await work.session.scalar(select(other)):
        raise Refused(
            "ALREADY_AFFILIATED",
            "This person belongs to that organisation at that time already. End that affiliation first.",
            field="organisationId",
        )
