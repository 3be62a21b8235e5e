"""Who is in a cohort or a team on a date, and for which organisation: rules in SQL.

Whatever has no end of its own ends with what it is in: a member with the cohort or the team, a team with its cohort. So
an end is written in one place, and moving it moves everything that goes with it.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    ScalarSelect,
    Select,
    and_,
    func,
    literal_column,
    or_,
    select,
)

from domain.calendar import runs_on
from domain.cohorts.models import Cohort, CohortMember, Team, TeamMember
from domain.moment import Moment
from domain.organisations.holders import holder
from domain.people.affiliations import affiliated_with
from domain.people.models import Affiliation
from domain.programmes.models import Partner

_DAY = literal_column("1", Integer)


def cohort_member_until(member: type[CohortMember], at: Moment) -> ColumnElement[date | None]:
    """The day from which a member is no longer in the cohort; null while no end is known."""
    cohort = at.rows(Cohort)
    ends_on = select(cohort.ends_on).where(cohort.id == member.cohort_id)
    return _earlier(member.ends_on, ends_on.correlate_except(cohort).scalar_subquery())


def team_until(team: type[Team], at: Moment) -> ColumnElement[date | None]:
    """The day from which a team is no more; null while no end is known."""
    cohort = at.rows(Cohort)
    ends_on = select(cohort.ends_on).where(cohort.id == team.cohort_id)
    return _earlier(team.ends_on, ends_on.correlate_except(cohort).scalar_subquery())


def team_member_until(member: type[TeamMember], at: Moment) -> ColumnElement[date | None]:
    """The day from which a member is no longer in the team; null while no end is known."""
    team = at.rows(Team)
    ends_on = select(team_until(team, at)).where(team.id == member.team_id)
    return _earlier(member.ends_on, ends_on.correlate_except(team).scalar_subquery())


def in_cohort(member: type[CohortMember], at: Moment) -> ColumnElement[bool]:
    """Whether a member is in the cohort at a moment."""
    return _runs(member, cohort_member_until(member, at), at.on)


def team_runs(team: type[Team], at: Moment) -> ColumnElement[bool]:
    """Whether there is a team at a moment."""
    return _runs(team, team_until(team, at), at.on)


def in_team(member: type[TeamMember], at: Moment) -> ColumnElement[bool]:
    """Whether a member is in the team at a moment."""
    return _runs(member, team_member_until(member, at), at.on)


def cohort_member_from(member: type[CohortMember], at: Moment) -> ScalarSelect[UUID]:
    """The id of the organisation that a member of a cohort comes from at a moment; see `represents`."""
    day = _day_in(member, cohort_member_until(member, at), at.on)
    return represents(member.person_id, member.programme_id, at, day=day)


def team_member_from(member: type[TeamMember], at: Moment) -> ScalarSelect[UUID]:
    """The id of the organisation that a member of a team comes from at a moment; see `represents`."""
    day = _day_in(member, team_member_until(member, at), at.on)
    return represents(member.person_id, member.programme_id, at, day=day)


def represents(
    person_id: Any, programme_id: Any, at: Moment, *, day: ColumnElement[date] | None = None
) -> ScalarSelect[UUID]:
    """The id of the organisation for which a person counts in a programme on `day`, or on that of the question.

    It is the one that they belonged to on that day; who belonged to several counts for one that took part in the
    programme. Null where they belonged to none.
    """
    on = at.on if day is None else day

    def takes_part(affiliation: type[Affiliation]) -> ColumnElement[bool]:
        return holder(affiliation.organisation_id, affiliation.starts_on, on).in_(
            partners(programme_id, on, at)
        )

    return affiliated_with(person_id, at, day=on, first=takes_part)


def from_partner(
    person_id: Any, programme_id: Any, at: Moment, *, day: ColumnElement[date] | None = None
) -> ColumnElement[bool]:
    """Whether a person belongs to a partner of a programme on `day`, or on that of the question."""
    on = at.on if day is None else day
    affiliation = at.rows(Affiliation)
    held_by = holder(affiliation.organisation_id, affiliation.starts_on, on)
    return (
        select(affiliation.id)
        .where(
            affiliation.person_id == person_id,
            runs_on(affiliation, on),
            held_by.in_(partners(programme_id, on, at)),
        )
        .correlate_except(affiliation)
        .exists()
    )


def cohort_member_from_partner(member: type[CohortMember], at: Moment) -> ColumnElement[bool]:
    """Whether the organisation that a member of a cohort comes from takes part in the programme at a moment."""
    day = _day_in(member, cohort_member_until(member, at), at.on)
    return from_partner(member.person_id, member.programme_id, at, day=day)


def team_member_from_partner(member: type[TeamMember], at: Moment) -> ColumnElement[bool]:
    """Whether the organisation that a member of a team comes from takes part in the programme at a moment."""
    day = _day_in(member, team_member_until(member, at), at.on)
    return from_partner(member.person_id, member.programme_id, at, day=day)


def partners(programme_id: Any, on: ColumnElement[date], at: Moment) -> Select[UUID]:
    """The ids of the organisations that take part in a programme on a day, in whatever role."""
    partner = at.rows(Partner)
    return (
        select(holder(partner.organisation_id, partner.starts_on, on))
        .where(partner.programme_id == programme_id, runs_on(partner, on))
        .correlate_except(partner)
    )


def _earlier(one: Any, other: Any) -> ColumnElement[date | None]:
    """The earlier of two days of which each may be unknown: in Postgres LEAST passes over nulls."""
    return func.least(one, other, type_=Date())


def _runs(row: Any, until: ColumnElement[date | None], on: ColumnElement[date]) -> ColumnElement[bool]:
    return and_(row.starts_on <= on, or_(until.is_(None), until > on))


def _day_in(row: Any, until: ColumnElement[date | None], on: ColumnElement[date]) -> ColumnElement[date]:
    """That day, or the nearest one on which the row is so: who has left still comes from where they came from then."""
    return func.greatest(row.starts_on, func.least(on, until - _DAY, type_=Date()), type_=Date())
