"""The root of all mutations: the slices joined."""

from __future__ import annotations

import strawberry

from graph.mutations.cohorts import CohortMutations
from graph.mutations.dependencies import DependencyMutations
from graph.mutations.evidence import EvidenceMutations
from graph.mutations.instruments import InstrumentMutations
from graph.mutations.milestones import MilestoneMutations
from graph.mutations.organisations import OrganisationMutations
from graph.mutations.partners import PartnerMutations
from graph.mutations.people import PersonMutations
from graph.mutations.programmes import ProgrammeMutations
from graph.mutations.reports import StatusReportMutations
from graph.mutations.rounds import RoundMutations
from graph.mutations.sessions import SessionMutations
from graph.mutations.sessions_agenda import AgendaMutations
from graph.mutations.sessions_attendance import AttendanceMutations
from graph.mutations.sessions_outcomes import OutcomeMutations
from graph.mutations.strengths import StrengthsMutations
from graph.mutations.summaries import SummaryMutations


@strawberry.type(
    description="Every change of state is one of these. A refusal is in `userErrors`, and then nothing has changed. "
    "Several in one document are carried out one after the other, each for itself."
)
class Mutation(
    SummaryMutations,
    StrengthsMutations,
    RoundMutations,
    InstrumentMutations,
    OutcomeMutations,
    AttendanceMutations,
    AgendaMutations,
    SessionMutations,
    CohortMutations,
    EvidenceMutations,
    DependencyMutations,
    MilestoneMutations,
    StatusReportMutations,
    PartnerMutations,
    ProgrammeMutations,
    PersonMutations,
    OrganisationMutations,
):
    """Everything that can be done, from organisations (the last base comes first in the schema) to summaries."""
