"""Every table in one place, with its history: import this before the metadata is used as a whole."""

from domain import history
from domain.cohorts.models import Cohort, CohortMember, Team, TeamMember
from domain.journal.models import Job, JournalEntry
from domain.milestones.models import Baseline, Dependency, Evidence, LedgerEntry, Milestone
from domain.organisations.models import Continuation, Organisation, OrganisationIdentifier, Succession
from domain.people.models import Affiliation, Person
from domain.programmes.models import (
    Partner,
    Phase,
    PortfolioReport,
    Programme,
    Sponsor,
    StatusReport,
)
from domain.sessions.models import Session, SessionCohort, SessionFacilitator, SessionSeries
from domain.sessions.practice import (
    Action,
    AgendaItem,
    Decision,
    Feedback,
    Method,
    Proposal,
    ProposalVote,
)
from domain.sessions.presence import Attendance, CheckInLink, TablePlan, TableSeat
from domain.summaries.models import Summary
from domain.tables import Base

HISTORY = history.with_history()
metadata = Base.metadata

__all__ = [
    "HISTORY",
    "Action",
    "Affiliation",
    "AgendaItem",
    "Attendance",
    "Baseline",
    "CheckInLink",
    "Cohort",
    "CohortMember",
    "Continuation",
    "Decision",
    "Dependency",
    "Evidence",
    "Feedback",
    "Job",
    "JournalEntry",
    "LedgerEntry",
    "Method",
    "Milestone",
    "Organisation",
    "OrganisationIdentifier",
    "Partner",
    "Person",
    "Phase",
    "PortfolioReport",
    "Programme",
    "Proposal",
    "ProposalVote",
    "Session",
    "SessionCohort",
    "SessionFacilitator",
    "SessionSeries",
    "Sponsor",
    "StatusReport",
    "Succession",
    "Summary",
    "TablePlan",
    "TableSeat",
    "Team",
    "TeamMember",
    "metadata",
]
