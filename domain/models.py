"""Every table in one place, with its history: import this before the metadata is used as a whole."""

from domain import history
from domain.assessments.models import (
    Instrument,
    InstrumentBand,
    InstrumentDimension,
    InstrumentItem,
    InstrumentTheme,
)
from domain.assessments.result_models import Comparison, Result, RoundComment
from domain.assessments.round_models import Round, RoundAnswer, RoundCell, RoundInvitation
from domain.backups.models import Restore
from domain.cohorts.models import Cohort, CohortMember, Team, TeamMember
from domain.journal.models import Job, JournalEntry, ScheduleRun
from domain.milestones.models import Baseline, Dependency, Evidence, LedgerEntry, Milestone
from domain.organisations.models import Continuation, Organisation, OrganisationIdentifier, Succession
from domain.people.models import Affiliation, Person
from domain.programmes.figures import ProgrammeFigures, ProgrammeKind
from domain.programmes.models import (
    Partner,
    Phase,
    PortfolioReport,
    Programme,
    Sponsor,
    StatusReport,
)
from domain.programmes.portfolio_models import PORTFOLIO_CHANGES, PORTFOLIO_TOTALS
from domain.programmes.timeline_models import TimelineEntry
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
from domain.strengths.models import (
    ProfileStrength,
    ReleasedPerson,
    ReleasedStrength,
    Strength,
    StrengthsCluster,
    StrengthsConsent,
    StrengthsFramework,
    StrengthsProfile,
    StrengthsRelease,
)
from domain.summaries.models import Summary
from domain.tables import Base

HISTORY = history.with_history()
metadata = Base.metadata

__all__ = [
    "HISTORY",
    "PORTFOLIO_CHANGES",
    "PORTFOLIO_TOTALS",
    "Action",
    "Affiliation",
    "AgendaItem",
    "Attendance",
    "Baseline",
    "CheckInLink",
    "Cohort",
    "CohortMember",
    "Comparison",
    "Continuation",
    "Decision",
    "Dependency",
    "Evidence",
    "Feedback",
    "Instrument",
    "InstrumentBand",
    "InstrumentDimension",
    "InstrumentItem",
    "InstrumentTheme",
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
    "ProfileStrength",
    "Programme",
    "ProgrammeFigures",
    "ProgrammeKind",
    "Proposal",
    "ProposalVote",
    "ReleasedPerson",
    "ReleasedStrength",
    "Restore",
    "Result",
    "Round",
    "RoundAnswer",
    "RoundCell",
    "RoundComment",
    "RoundInvitation",
    "ScheduleRun",
    "Session",
    "SessionCohort",
    "SessionFacilitator",
    "SessionSeries",
    "Sponsor",
    "StatusReport",
    "Strength",
    "StrengthsCluster",
    "StrengthsConsent",
    "StrengthsFramework",
    "StrengthsProfile",
    "StrengthsRelease",
    "Succession",
    "Summary",
    "TablePlan",
    "TableSeat",
    "Team",
    "TeamMember",
    "TimelineEntry",
    "metadata",
]
