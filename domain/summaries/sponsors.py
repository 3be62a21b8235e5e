"""For whom summaries are compiled."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.calendar import runs_on
from domain.errors import NotFound, Refused
from domain.moment import Moment
from domain.organisations.holders import holder
from domain.organisations.models import Organisation
from domain.people.models import Person, SummaryFrequency
from domain.programmes.models import Partner, Programme, ProgrammeStatus, Sponsor
from domain.summaries.period import Period


async def sponsors(
    session: AsyncSession, period: Period, *, organisation: str | None = None, email: str | None = None
) -> list[Person]:
    """Everybody with a sponsor's seat in an open programme at either end of a period, by e-mail address.

    `organisation` is a code: only those whose seat is for a partner that this organisation holds on that day.
    `email` is one person's address.

    Raises:
        NotFound: there is no organisation with that code, or nobody with that address.
        Refused: NO_SEAT, where one person was asked for who has none.
    """
    organisation_id = None if organisation is None else await _organisation(session, organisation)
    person_id = None if email is None else await _person(session, email)
    found = select(Person).where(Person.id.in_(_seated(period, organisation_id))).order_by(Person.email)
    if person_id is not None:
        found = found.where(Person.id == person_id)
    people = list(await session.scalars(found))
    if email is not None and not people:
        raise no_seat(email)
    return people


async def scheduled(session: AsyncSession, period: Period, frequency: SummaryFrequency) -> list[Person]:
    """The sponsors with a seat at either end of a period who get a summary that often without asking."""
    found = select(Person).where(Person.id.in_(_seated(period, None)), Person.summary_frequency == frequency)
    return list(await session.scalars(found.order_by(Person.email)))


async def organisations(session: AsyncSession, person_id: UUID, on: date) -> list[str]:
    """The codes of the organisations for which a person has seats on a date, in order."""
    held = select(_holder_of_seat(on)).where(Sponsor.person_id == person_id, runs_on(Sponsor, literal(on)))
    found = select(Organisation.code).where(Organisation.id.in_(held)).order_by(Organisation.code)
    return list(await session.scalars(found))


async def has_seat(session: AsyncSession, person_id: UUID, period: Period) -> bool:
    """Whether a person has a sponsor's seat at either end of a period."""
    return bool(await session.scalar(select(literal(person_id).in_(_seated(period, None)))))


def no_seat(who: str) -> Refused:
    """The refusal of a summary for somebody to whom the period says nothing."""
    return Refused(
        "NO_SEAT",
        f"{who} sponsors no programme at either end of that period. "
        "Choose another period, or appoint them first.",
        field="personId",
    )


def _seated(period: Period, organisation_id: UUID | None) -> Select[Any]:
    either = or_(*(_sits_for(day, organisation_id) for day in (period.starts, period.ends)))
    return select(Sponsor.person_id).where(either)


def _sits_for(day: date, organisation_id: UUID | None) -> ColumnElement[bool]:
    """Seats in programmes that had closed by then count for nobody: there is nothing to tell of them."""
    programme = Moment(literal(day), past=True).rows(Programme)
    still_open = select(programme.id).where(programme.status != ProgrammeStatus.CLOSED)
    sits = runs_on(Sponsor, literal(day)) & Sponsor.programme_id.in_(still_open)
    return sits if organisation_id is None else sits & (_holder_of_seat(day) == organisation_id)


def _holder_of_seat(day: date) -> ColumnElement[UUID]:
    """For which organisation a seat was held on a date, by what was so then: a split may have moved it."""
    at = Moment(literal(day), past=True)
    partner = at.rows(Partner)
    held = holder(partner.organisation_id, partner.starts_on, at.on)
    return select(held).where(partner.id == Sponsor.partner_id).scalar_subquery()


async def _organisation(session: AsyncSession, code: str) -> UUID:
    found = await session.scalar(select(Organisation.id).where(Organisation.code == code))
    if found is None:
        raise NotFound(f"organisation {code}", field="organisation")
    return found


async def _person(session: AsyncSession, email: str) -> UUID:
    found = await session.scalar(select(Person.id).where(Person.email == email.lower()))
    if found is None:
        raise NotFound(f"person {email}", field="sponsor")
    return found
