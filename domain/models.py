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
from domain.cohorts.models import Cohort, CohortMember, Team, TeamMember
from domain.journal.models import Job, JournalEntry
from domain.milestones.models import Baseline, Dependency, Evidence, LedgerEntry, Milestone
from domain.organisations.models import Continuation, Organisation, OrganisationIdentifier, Succession
from domain.people.models import Affiliation, Person
from domain.programmes.figures import ProgrammeFigures
from domain.programmes.models import (
    Partner,
    Phase,
    PortfolioReport,
    Programme,
    Sponsor,
    StatusReport,
)
from domain.strengths.models import (
    ProfileStrength,
    Strength,
    StrengthsCluster,
    StrengthsConsent,
    StrengthsFramework,
    StrengthsProfile,
)
from domain.summaries.models import Summary
from domain.tables import Base

HISTORY = history.with_history()
metadata = Base.metadata

__all__ = [
    "HISTORY",
    "Affiliation",
    "Baseline",
    "Cohort",
    "CohortMember",
    "Comparison",
    "Continuation",
    "Dependency",
    "Evidence",
    "Instrument",
    "InstrumentBand",
    "InstrumentDimension",
    "InstrumentItem",
    "InstrumentTheme",
    "Job",
    "JournalEntry",
    "LedgerEntry",
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
    "Result",
    "Round",
    "RoundAnswer",
    "RoundCell",
    "RoundComment",
    "RoundInvitation",
    "Sponsor",
    "StatusReport",
    "Strength",
    "StrengthsCluster",
    "StrengthsConsent",
    "StrengthsFramework",
    "StrengthsProfile",
    "Succession",
    "Summary",
    "Team",
    "TeamMember",
    "metadata",
]
