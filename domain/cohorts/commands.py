"""What can be done with a cohort as a whole."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import func, select

from domain.calendar import in_order
from domain.cohorts.locks import part_to_change, programme_of_cohorts
from domain.cohorts.models import Cohort, CohortMember, Team
from domain.errors import Refused
from domain.keep import KEEP, Keep, change
from domain.work import Work


async def create(
    work: Work, programme_id: UUID, *, name: str, starts_on: date, ends_on: date | None = None
) -> Cohort:
    """People of several partners will go through a programme together, from a date, up to another if that is known.

    Raises:
        Refused: NOT_OPEN, EMPTY_NAME, NAME_TAKEN or ENDS_BEFORE_START.
    """
    programme = await programme_of_cohorts(work, programme_id)
    programme.require_open()
    in_order(starts_on, ends_on)
    cohort = work.add(Cohort(programme_id=programme.id, name=name, starts_on=starts_on, ends_on=ends_on))
    work.record("cohort.created", cohort)
    await work.save(_name_taken(cohort))
    return cohort


async def update(
    work: Work,
    cohort_id: UUID,
    *,
    expected_version: int | None = None,
    name: str | Keep = KEEP,
    starts_on: date | Keep = KEEP,
    ends_on: date | Keep | None = KEEP,
) -> Cohort:
    """Change what a cohort is called, or when it is. Members and teams without an end of their own go with it.

    Raises:
        Refused: NOT_OPEN, EMPTY_NAME, NAME_TAKEN, ENDS_BEFORE_START or STARTS_AFTER_MEMBERS.
    """
    programme, cohort = await part_to_change(work, Cohort, cohort_id, expected_version=expected_version)
    programme.require_open()
    change(cohort, name=name, starts_on=starts_on, ends_on=ends_on)
    cohort.require_begins_before(await _first_day(work, cohort))
    work.record("cohort.updated", cohort)
    await work.save(_name_taken(cohort))
    return cohort


async def close(work: Work, cohort_id: UUID, *, ends_on: date, expected_version: int | None = None) -> Cohort:
    """A cohort ends on a date, or earlier than was planned, and with it its teams and everybody's part in it.

    Raises:
        Refused: ALREADY_ENDED or ENDS_BEFORE_START.
    """
    _, cohort = await part_to_change(work, Cohort, cohort_id, expected_version=expected_version)
    cohort.end(ends_on)
    work.record("cohort.closed", cohort)
    await work.save()
    return cohort


def _name_taken(cohort: Cohort) -> dict[str, Refused]:
    refusal = Refused(
        "NAME_TAKEN",
        f"This programme has a cohort {cohort.name} already. Choose another name.",
        field="name",
    )
    return {"uq_cohorts_programme_id_name": refusal}


async def _first_day(work: Work, cohort: Cohort) -> date | None:
    """The first day on which something of a cohort begins, if there is anything."""
    members = select(CohortMember.starts_on).where(CohortMember.cohort_id == cohort.id)
    begun = members.union_all(select(Team.starts_on).where(Team.cohort_id == cohort.id)).subquery()
    with work.session.no_autoflush:
        first: date | None = await work.session.scalar(select(func.min(begun.c.starts_on)))
    return first
