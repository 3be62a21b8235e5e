"""Which rows of a table a viewer can see: one predicate per table.

A sponsor sees a programme while they have a seat in it. As of a past date that is the seat of that date,
judged by what is known today: a seat that was given by mistake and taken back opens nothing, not even the
past.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, cast, false, or_, select, true

from domain.access.viewers import Role
from domain.models import (
    Action,
    Affiliation,
    AgendaItem,
    Attendance,
    Baseline,
    CheckInLink,
    Cohort,
    CohortMember,
    Continuation,
    Decision,
    Dependency,
    Evidence,
    Feedback,
    Job,
    JournalEntry,
    LedgerEntry,
    Method,
    Milestone,
    Organisation,
    OrganisationIdentifier,
    Partner,
    Person,
    Phase,
    PortfolioReport,
    Programme,
    Proposal,
    ProposalVote,
    Session,
    SessionCohort,
    SessionFacilitator,
    SessionSeries,
    Sponsor,
    StatusReport,
    Succession,
    Summary,
    TablePlan,
    TableSeat,
    Team,
    TeamMember,
)

Predicate = Callable[[Any, ColumnElement[UUID], ColumnElement[date]], ColumnElement[bool]]


def seats(person: ColumnElement[UUID], on: ColumnElement[date]) -> Select[tuple[UUID]]:
    """The programmes in which a person has a sponsor's seat on a date."""
    seat = Sponsor.__table__.alias()
    return select(seat.c.programme_id).where(
        seat.c.person_id == person,
        seat.c.starts_on <= on,
        or_(seat.c.ends_on.is_(None), seat.c.ends_on > on),
    )


def _of_programme(row: Any, person: ColumnElement[UUID], on: ColumnElement[date]) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = row.programme_id.in_(seats(person, on))
    return condition


def _own(row: Any, person: ColumnElement[UUID], _on: ColumnElement[date]) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = row.person_id == person
    return condition


def _programme(row: Any, person: ColumnElement[UUID], on: ColumnElement[date]) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = row.id.in_(seats(person, on))
    return condition


def _colleague(person_id: Any, person: ColumnElement[UUID], on: ColumnElement[date]) -> ColumnElement[bool]:
    """Themself, and whose name stands in their programmes: sponsors, owners, authors, members, who facilitates."""
    named = (
        (Sponsor, Sponsor.__table__.c.person_id),
        (Milestone, Milestone.__table__.c.owner_person_id),
        (StatusReport, StatusReport.__table__.c.author_id),
        (Baseline, Baseline.__table__.c.approved_by_id),
        (CohortMember, CohortMember.__table__.c.person_id),
        (TeamMember, TeamMember.__table__.c.person_id),
        (SessionFacilitator, SessionFacilitator.__table__.c.person_id),
        (Action, Action.__table__.c.owner_id),
    )
    return or_(
        person_id == person,
        *(
            person_id.in_(select(name).where(model.__table__.c.programme_id.in_(seats(person, on))))
            for model, name in named
        ),
    )


def _everyone(_row: Any, _person: ColumnElement[UUID], _on: ColumnElement[date]) -> ColumnElement[bool]:
    return true()


def _no_sponsor(_row: Any, _person: ColumnElement[UUID], _on: ColumnElement[date]) -> ColumnElement[bool]:
    return false()


SPONSORS_SEE: dict[type[Any], Predicate] = {
    # Which organisations exist, and what became of them, is public; everything else is seen through a programme.
    Organisation: _everyone,
    OrganisationIdentifier: _everyone,
    Succession: _everyone,
    Continuation: _everyone,
    Programme: _programme,
    Phase: _of_programme,
    Partner: _of_programme,
    Sponsor: _of_programme,
    StatusReport: _of_programme,
    Milestone: _of_programme,
    LedgerEntry: _of_programme,
    Baseline: _of_programme,
    Dependency: _of_programme,
    Evidence: _of_programme,
    Cohort: _of_programme,
    CohortMember: _of_programme,
    Team: _of_programme,
    TeamMember: _of_programme,
    SessionSeries: _of_programme,
    Session: _of_programme,
    SessionCohort: _of_programme,
    SessionFacilitator: _of_programme,
    AgendaItem: _of_programme,
    Method: _everyone,
    Attendance: _of_programme,
    # It is for one person, who has it; not even its hash is shown to anybody.
    CheckInLink: _no_sponsor,
    TablePlan: _of_programme,
    TableSeat: _of_programme,
    Proposal: _of_programme,
    # How many voted is for all; how one voted, and what one said of a session, is between them and the organisers.
    ProposalVote: _own,
    Decision: _of_programme,
    Action: _of_programme,
    Feedback: _own,
    JournalEntry: _of_programme,
    Person: lambda row, person, on: _colleague(row.id, person, on),
    Affiliation: lambda row, person, on: _colleague(row.person_id, person, on),
    Summary: lambda row, person, _on: row.person_id == person,
    PortfolioReport: _no_sponsor,
    # A job that is done for a person says so: they can follow it.
    Job: lambda row, person, _on: cast(row.arguments["person_id"].astext, Uuid) == person,
}
"""The decision for each table; one that is not here is seen by administrators alone."""


def visible(
    model: type[Any], row: Any, role: Role, person: ColumnElement[UUID], on: ColumnElement[date]
) -> ColumnElement[bool] | None:
    """The condition under which a viewer of that role sees `row` of `model` as of a date; None where all is seen.

    A table without a predicate is seen by administrators alone.
    """
    if role is Role.ADMINISTRATOR:
        return None
    predicate = SPONSORS_SEE.get(model)
    return false() if predicate is None else predicate(row, person, on)
