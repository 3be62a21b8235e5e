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

from sqlalchemy import ColumnElement, Uuid, and_, cast, false, or_, select, true

from domain.access.consent import (
    may_be_told,
    of_release_told,
    seats,
    shown_to,
    shown_to_administrators,
)
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
    Comparison,
    Continuation,
    Decision,
    Dependency,
    Evidence,
    Feedback,
    Instrument,
    InstrumentBand,
    InstrumentDimension,
    InstrumentItem,
    InstrumentTheme,
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
    ProfileStrength,
    Programme,
    Proposal,
    ProposalVote,
    ReleasedPerson,
    ReleasedStrength,
    Restore,
    Result,
    Round,
    RoundAnswer,
    RoundCell,
    RoundComment,
    RoundInvitation,
    Session,
    SessionCohort,
    SessionFacilitator,
    SessionSeries,
    Sponsor,
    StatusReport,
    Strength,
    StrengthsCluster,
    StrengthsConsent,
    StrengthsFramework,
    StrengthsProfile,
    StrengthsRelease,
    Succession,
    Summary,
    TablePlan,
    TableSeat,
    Team,
    TeamMember,
    TimelineEntry,
)

Predicate = Callable[[Any, ColumnElement[UUID], ColumnElement[date]], ColumnElement[bool]]


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
    # What a framework says is about nobody: it gives the names to profiles, which are seen by consent.
    StrengthsFramework: _everyone,
    StrengthsCluster: _everyone,
    Strength: _everyone,
    # What is asked is no secret; who may use the wording is said with it.
    Instrument: _everyone,
    InstrumentDimension: _everyone,
    InstrumentBand: _everyone,
    InstrumentItem: _everyone,
    InstrumentTheme: _everyone,
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
    Round: _of_programme,
    RoundCell: _of_programme,
    Result: _of_programme,
    RoundComment: _of_programme,
    Comparison: _of_programme,
    # Who was asked and has answered, and what: the schema has no type for either, so nobody sees them.
    RoundInvitation: _no_sponsor,
    RoundAnswer: _no_sponsor,
    Person: lambda row, person, on: _colleague(row.id, person, on),
    Affiliation: lambda row, person, on: _colleague(row.person_id, person, on),
    # What somebody is good at is shown as far as they consent; what they consented to is their own affair.
    StrengthsProfile: lambda row, person, on: shown_to(row.person_id, person, on),
    ProfileStrength: lambda row, person, on: shown_to(row.person_id, person, on),
    StrengthsRelease: lambda row, person, on: and_(_of_programme(row, person, on), may_be_told(row)),
    ReleasedStrength: lambda row, person, on: and_(_of_programme(row, person, on), of_release_told(row)),
    ReleasedPerson: _no_sponsor,
    StrengthsConsent: lambda row, person, _on: row.person_id == person,
    Summary: lambda row, person, _on: row.person_id == person,
    PortfolioReport: _no_sponsor,
    # That the database was restored: its operator's affair.
    Restore: _no_sponsor,
    # It is gathered from rows that whoever asks can see, and from no others (`domain.programmes.timeline`).
    TimelineEntry: _everyone,
    # A job that is done for a person says so: they can follow it.
    Job: lambda row, person, _on: cast(row.arguments["person_id"].astext, Uuid) == person,
}
"""The decision for each table; one that is not here is seen by administrators alone."""

ADMINISTRATORS_SEE: dict[type[Any], Predicate] = {
    StrengthsProfile: lambda row, person, on: shown_to_administrators(row.person_id, person, on),
    ProfileStrength: lambda row, person, on: shown_to_administrators(row.person_id, person, on),
    StrengthsRelease: lambda row, _person, _on: may_be_told(row),
    ReleasedStrength: lambda row, _person, _on: of_release_told(row),
    ReleasedPerson: _no_sponsor,
}
"""What administrators do not see as a whole; of every other table they see every row."""


def visible(
    model: type[Any], row: Any, role: Role, person: ColumnElement[UUID], on: ColumnElement[date]
) -> ColumnElement[bool] | None:
    """The condition under which a viewer of that role sees `row` of `model` as of a date; None where all is seen.

    A table without a predicate is seen by administrators alone.
    """
    if role is Role.ADMINISTRATOR:
        own = ADMINISTRATORS_SEE.get(model)
        return None if own is None else own(row, person, on)
    predicate = SPONSORS_SEE.get(model)
    return false() if predicate is None else predicate(row, person, on)
