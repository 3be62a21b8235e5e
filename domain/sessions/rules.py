"""What is said of a session, in SQL: how full its agenda is, for whom it is, and which sessions came before it.

`session` is an alias of the rows as they were at the moment: of `Moment.rows`, or the reader's own.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Numeric, ScalarSelect, Select, and_, cast, func, or_, select

from domain.cohorts.rules import represents
from domain.moment import Moment
from domain.sessions.models import Session, SessionCohort, SessionFacilitator
from domain.sessions.practice import Action, AgendaItem, Proposal, ProposalVote
from domain.sessions.presence import Attendance


def agenda_minutes(session: type[Session], at: Moment) -> ColumnElement[int]:
    """What the questions on the agenda of a session take together."""
    item = at.rows(AgendaItem)
    total = select(func.coalesce(func.sum(item.minutes), 0)).where(item.session_id == session.id)
    return total.correlate_except(item).scalar_subquery()


def is_for(session: type[Session], cohort: Any, at: Moment) -> ColumnElement[bool]:
    """Whether a session is for a cohort."""
    part = at.rows(SessionCohort)
    cohorts = select(part.cohort_id).where(part.session_id == session.id)
    found: ColumnElement[bool] = cohort.id.in_(cohorts.correlate_except(part))
    return found


def is_facilitated_by(session: type[Session], person: Any, at: Moment) -> ColumnElement[bool]:
    """Whether a person facilitates a session."""
    part = at.rows(SessionFacilitator)
    people = select(part.person_id).where(part.session_id == session.id)
    found: ColumnElement[bool] = person.id.in_(people.correlate_except(part))
    return found


def opens_with(session: type[Session], action: Any, at: Moment) -> ColumnElement[bool]:
    """Whether the agenda of a session opens with an action.

    It does with one of an earlier session that shares a cohort with it, unless it was closed before that day.
    """
    earlier, own, theirs = at.rows(Session), at.rows(SessionCohort), at.rows(SessionCohort)
    before = (
        select(earlier.id)
        .join_from(own, theirs, theirs.cohort_id == own.cohort_id)
        .join(earlier, earlier.id == theirs.session_id)
        .where(own.session_id == session.id, earlier.starts_at < session.starts_at)
        .correlate_except(earlier, own, theirs)
    )
    return and_(
        action.session_id.in_(before), or_(action.closed_on.is_(None), action.closed_on >= session.held_on)
    )


def is_overdue(action: type[Action], at: Moment) -> ColumnElement[bool]:
    """Whether an action is open and was due before the date of the moment."""
    return and_(action.closed_on.is_(None), action.due_on < at.on)


def vote_count(proposal: type[Proposal], at: Moment) -> ColumnElement[int]:
    """How many members voted for a proposal."""
    vote = at.rows(ProposalVote)
    votes = select(func.count()).select_from(vote).where(vote.proposal_id == proposal.id)
    return votes.correlate_except(vote).scalar_subquery()


def attends_for(attendance: type[Attendance], at: Moment) -> ScalarSelect[UUID]:
    """The id of the organisation that a person counts for at a session: where they belonged on the day it was held."""
    session = at.rows(Session)
    held_on = select(session.held_on).where(session.id == attendance.session_id)
    day = held_on.correlate_except(session).scalar_subquery()
    return represents(attendance.person_id, attendance.programme_id, at, day=day)


def attendance_counts(session: type[Session], at: Moment) -> Select[Any]:
    """How many people were at a session or not, by the organisation that they counted for, and by how they took part.

    The most first; then by organisation, status and mode, as text, with what is not known last.
    """
    attendance = at.rows(Attendance)
    each = (
        select(attends_for(attendance, at).label("organisation_id"), attendance.status, attendance.mode)
        .where(attendance.session_id == session.id)
        .correlate_except(attendance)
        .subquery()
    )
    people = func.count().label("people")
    keys = (each.c.organisation_id, each.c.status, each.c.mode)
    counted: Any = select(*keys, people)
    found: Select[Any] = counted.group_by(*keys).order_by(people.desc(), *keys)
    return found


def share(part: Any, whole: Any) -> ColumnElement[Decimal | None]:
    """A share from 0 to 1 with four digits; null of nothing."""
    return cast(func.round(cast(part, Numeric) / func.nullif(whole, 0), 4), Numeric(6, 4))
