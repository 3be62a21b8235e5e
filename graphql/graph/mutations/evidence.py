"""What can be done with the evidence for milestones."""

from __future__ import annotations

import strawberry

from domain.milestones import evidence
from graph.milestones import Evidence
from graph.mutations.inputs import Request, asks, id_of, needed
from graph.mutations.performing import Payload, mutation
from graph.reads import subject


@strawberry.type(description="What became of the evidence.")
class EvidencePayload(Payload):
    """The answer of every mutation that changes evidence."""

    evidence: Evidence | None = subject(description="Null once it is removed.")


@asks
class EvidenceAddInput(Request):
    """Where it can be seen that a milestone was achieved."""

    milestone_id: strawberry.ID = id_of("Milestone")
    title: str | None = strawberry.field(default=None, description="Without it the link is its own title.")
    url: str = needed("A link that begins with http:// or https://.")


@asks
class EvidenceRemoveInput(Request):
    """Which evidence does not belong there."""

    id: strawberry.ID = id_of("Evidence")


@strawberry.type
class EvidenceMutations:
    """What can be done with evidence."""

    evidence_add = mutation(evidence.add, EvidenceAddInput, EvidencePayload)
    evidence_remove = mutation(evidence.remove, EvidenceRemoveInput, EvidencePayload)
