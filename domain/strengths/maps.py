"""Whose profiles count for a team or a cohort on a date, and how many of them there are over time: rules in SQL.

A group is given by two ids of which one is null: a team's or a cohort's. In a cohort its participants count, not those
who facilitate it. Who joins or leaves is in or out of it on that day, since nothing is written down but their part.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Date,
    Integer,
    and_,
    cast,
    func,
    literal_column,
    select,
    union,
)

from domain.access.consent import consents
from domain.cohorts.models import CohortMember, CohortRole, TeamMember
from domain.cohorts.rules import in_cohort, in_team
from domain.moment import Moment
from domain.strengths.models import ConsentLevel, StrengthsProfile

MONTHS = 120
"""How many months a timeline goes back at most."""


@dataclass(frozen=True, slots=True)
class Group:
    """A team or a cohort, as the columns of a row that have their ids; the other one is null."""

    team_id: Any
    cohort_id: Any


@dataclass(frozen=True, slots=True)
class Day:
    """Another day of what is known at a moment; the rules of cohorts take it for a moment."""

    at: Any
    on: ColumnElement[date]
    past: bool = False

    def rows(self, model: Any) -> Any:
        """A fresh alias of the model's rows as they are known."""
        return self.at.rows(model)


def members(group: Group, at: Moment, day: ColumnElement[date] | None = None) -> CompoundSelect[UUID]:
    """The ids of the people who are in a group on `day`, or on the date of the question."""
    moment: Any = at if day is None else Day(at, day)
    of_team, of_cohort = at.rows(TeamMember), at.rows(CohortMember)
    return union(
        select(of_team.person_id)
        .where(of_team.team_id == group.team_id, in_team(of_team, moment))
        .correlate_except(of_team),
        select(of_cohort.person_id)
        .where(
            of_cohort.cohort_id == group.cohort_id,
            of_cohort.role == CohortRole.PARTICIPANT,
            in_cohort(of_cohort, moment),
        )
        .correlate_except(of_cohort),
    )


def latest(profile: Any, at: Moment) -> ColumnElement[bool]:
    """Whether a profile is the person's latest by its framework, up to the date of the question."""
    later = at.rows(StrengthsProfile)
    newer = select(later.id).where(
        later.person_id == profile.person_id,
        later.framework_id == profile.framework_id,
        later.assessed_on > profile.assessed_on,
        later.assessed_on <= at.on,
    )
    return and_(profile.assessed_on <= at.on, ~newer.correlate_except(later).exists())


def counts_for(profile: Any, group: Group, at: Moment) -> ColumnElement[bool]:
    """Whether a profile is the latest of somebody who is in the group on the date of the question."""
    return and_(profile.person_id.in_(members(group, at)), latest(profile, at))


def coverage(group: Group, starts_on: Any, at: Moment) -> Any:
    """How many are in a group, on the first of each month since it began and on the date of the question.

    Its columns are `on`, `members`, `with_profile` and `shown`: members who have a profile, and who also show it to the
    programme, both today and on that day.
    """
    on = days(starts_on, at)
    people = members(group, at, on.c.on).subquery()
    person_id = people.c[0]
    profile = at.rows(StrengthsProfile)
    has_profile = (
        select(profile.id)
        .where(profile.person_id == person_id, profile.assessed_on <= on.c.on)
        .correlate_except(profile)
        .exists()
    )

    def counted(*conditions: ColumnElement[bool]) -> Any:
        return select(func.count(cast(literal_column("1"), Integer))).select_from(people).where(*conditions)

    return (
        select(
            on.c.on,
            counted().scalar_subquery().label("members"),
            counted(has_profile).scalar_subquery().label("with_profile"),
            counted(has_profile, consents(person_id, ConsentLevel.PROGRAMME, on.c.on))
            .scalar_subquery()
            .label("shown"),
        )
        .select_from(on)
        .order_by(on.c.on)
        .correlate_except(on)
    )


def days(starts_on: Any, at: Any) -> Any:
    """The first of each month since a day, and the date of the question, as a table with a column `on`."""
    month = func.date_trunc("month", at.on)
    first = func.greatest(func.date_trunc("month", starts_on), month - func.make_interval(0, MONTHS - 1))
    months = (
        func.generate_series(first, month, func.make_interval(0, 1)).table_valued("month").render_derived()
    )
    monthly = select(cast(months.c.month, Date).label("on")).correlate_except(months)
    each = union(monthly, select(cast(at.on, Date).label("on"))).subquery()
    within = select(each.c.on).where(each.c.on >= starts_on, each.c.on <= at.on)
    return within.correlate_except(each).subquery()
