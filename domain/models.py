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
    "Affiliation",
    "Baseline",
    "Cohort",
    "CohortMember",
    "Continuation",
    "Dependency",
    "Evidence",
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
    "ReleasedPerson",
    "ReleasedStrength",
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
    "Team",
    "TeamMember",
    "metadata",
]
