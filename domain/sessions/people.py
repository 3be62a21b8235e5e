"""For whom a session is: the cohorts that it is for, who is expected of them, and who facilitates it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, literal, or_, select

from domain.calendar import in_words
from domain.cohorts.models import Cohort, CohortMember
from domain.cohorts.rules import cohort_member_until
from domain.errors import Refused
from domain.moment import Moment
from domain.people.models import Person
from domain.sessions.models import Session, SessionCohort, SessionFacilitator
from domain.work import Work


async def invite(work: Work, session: Session, cohort_ids: Collection[UUID]) -> None:
    """Have a session be for these cohorts, and for no others.

    Raises:
        Refused: NO_COHORTS, COHORT_OF_ANOTHER_PROGRAMME or OUTSIDE_COHORT.
    """
    if not cohort_ids:
        raise Refused("NO_COHORTS", "A session is for at least one cohort. Say for which.", field="cohortIds")
    known = await _parts(work, SessionCohort, session)
    for cohort_id in dict.fromkeys(cohort_ids):
        await _require_takes_place(work, session, cohort_id)
        if cohort_id not in {part.cohort_id for part in known}:
            work.add(
                SessionCohort(programme_id=session.programme_id, session_id=session.id, cohort_id=cohort_id)
            )
    for part in known:
        if part.cohort_id not in set(cohort_ids):
            await work.remove(part)
    await work.save()


async def assign_facilitators(work: Work, session: Session, person_ids: Sequence[UUID]) -> None:
    """Have these people facilitate a session, and no others."""
    known = await _parts(work, SessionFacilitator, session)
    for person_id in dict.fromkeys(person_ids):
        await work.find(Person, person_id, named="facilitatorIds")
        if person_id not in {part.person_id for part in known}:
            work.add(
                SessionFacilitator(
                    programme_id=session.programme_id, session_id=session.id, person_id=person_id
                )
            )
    for part in known:
        if part.person_id not in set(person_ids):
            await work.remove(part)
    await work.save()


async def invited_of(work: Work, session: Session) -> set[UUID]:
    """The cohorts that a session is for."""
    return {part.cohort_id for part in await _parts(work, SessionCohort, session)}


async def facilitators_of(work: Work, session: Session) -> set[UUID]:
    """The people who facilitate a session."""
    return {part.person_id for part in await _parts(work, SessionFacilitator, session)}


def members_on(session_id: Any, held_on: Any, at: Moment) -> Select[UUID]:
    """The ids of the people who are in one of the cohorts of a session on the day that it is held, in whatever role."""
    part, member = at.rows(SessionCohort), at.rows(CohortMember)
    until = cohort_member_until(member, at)
    return (
        select(member.person_id)
        .join_from(part, member, member.cohort_id == part.cohort_id)
        .where(
            part.session_id == session_id, member.starts_on <= held_on, or_(until.is_(None), until > held_on)
        )
        .correlate_except(part, member)
    )


def facilitating(session_id: Any, at: Moment) -> Select[UUID]:
    """The ids of the people who facilitate a session."""
    facilitator = at.rows(SessionFacilitator)
    return (
        select(facilitator.person_id)
        .where(facilitator.session_id == session_id)
        .correlate_except(facilitator)
    )


def expected(session_id: Any, held_on: Any, at: Moment, person_id: Any) -> ColumnElement[bool]:
    """Whether a person is expected at a session: a member of one of its cohorts on that day, or a facilitator of it."""
    return or_(
        person_id.in_(members_on(session_id, held_on, at)), person_id.in_(facilitating(session_id, at))
    )


async def expected_at(work: Work, session: Session) -> list[Person]:
    """Everybody who is expected at a session, by what is known at present."""
    who = expected(literal(session.id), literal(session.held_on), at_present(session.held_on), Person.id)
    return list(await work.session.scalars(select(Person).where(who).order_by(Person.id)))


async def is_expected(work: Work, session: Session, person_id: UUID) -> bool:
    """Whether somebody is expected at a session, by what is known at present."""
    at = at_present(session.held_on)
    who = expected(literal(session.id), literal(session.held_on), at, literal(person_id))
    return bool((await work.session.execute(select(who))).scalar_one())


async def require_expected(work: Work, session: Session, *person_ids: UUID, named: str) -> None:
    """Go on only if all these people are expected at the session.

    Raises:
        NotFound: one of them is nobody.
        Refused: NOT_EXPECTED.
    """
    known = {person.id for person in await expected_at(work, session)}
    for person_id in person_ids:
        if person_id not in known:
            person = await work.find(Person, person_id, named=named)
            raise Refused(
                "NOT_EXPECTED",
                f"{person.name} is in none of the cohorts of this session on that day and does not facilitate it. "
                "Have them join one first.",
                field=named,
            )


def at_present(on: date) -> Moment:
    """What is known at present of a day."""
    return Moment(on=literal(on), past=False)


async def _parts(work: Work, model: type[Any], session: Session) -> list[Any]:
    found = select(model).where(model.session_id == session.id).order_by(model.id)
    with work.session.no_autoflush:
        return list(await work.session.scalars(found))


async def _require_takes_place(work: Work, session: Session, cohort_id: UUID) -> None:
    cohort = await work.find(Cohort, cohort_id, named="cohortIds")
    if cohort.programme_id != session.programme_id:
        raise Refused(
            "COHORT_OF_ANOTHER_PROGRAMME",
            f"{cohort.name} is a cohort of another programme. Choose cohorts of this one.",
            field="cohortIds",
        )
    if session.held_on < cohort.starts_on or (
        cohort.ends_on is not None and session.held_on >= cohort.ends_on
    ):
        raise Refused(
            "OUTSIDE_COHORT",
            f"{cohort.name} does not run on {in_words(session.held_on)}. Choose a day within its time, or change that.",
            field="heldOn",
        )
