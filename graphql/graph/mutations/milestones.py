"""What can be done with milestones."""

from __future__ import annotations

from datetime import date

import strawberry
from strawberry import UNSET
from strawberry.types import Info

from domain.milestones import commands
from domain.milestones.models import Criticality, ReasonCode
from graph.context import Context
from graph.milestones import Milestone
from graph.mutations.performing import Change, Payload, Request, id_of, optional_id_of, perform
from graph.reads import subject


@strawberry.type
class MilestonePayload(Payload):
    """The milestone as it is now."""

    milestone: Milestone | None = subject()


@strawberry.input
class MilestoneCreateInput(Request):
    """A new promised point of a programme."""

    programme_id: strawberry.ID = id_of("Programme")
    title: str
    baseline_on: date
    forecast_on: date | None = UNSET
    criticality: Criticality = Criticality.MEDIUM
    owner_organisation_id: strawberry.ID | None = optional_id_of("Organisation")
    owner_person_id: strawberry.ID | None = optional_id_of("Person")
    evidence_required: bool = False


@strawberry.input
class MilestoneReforecastInput(Change):
    """A new expected date, and why it moved."""

    id: strawberry.ID = id_of("Milestone")
    forecast_on: date
    reason: ReasonCode
    note: str | None = UNSET


@strawberry.type
class MilestoneMutations:
    """What can be done with milestones."""

    @strawberry.mutation(description="Promise a new point of a programme.")
    async def milestone_create(
        self, info: Info[Context, None], input: MilestoneCreateInput
    ) -> MilestonePayload:
        return await perform(info, commands.create, input, MilestonePayload)

    @strawberry.mutation(
        description="Move the expected date, with the reason; the move is entered in the ledger."
    )
    async def milestone_reforecast(
        self, info: Info[Context, None], input: MilestoneReforecastInput
    ) -> MilestonePayload:
        return await perform(info, commands.reforecast, input, MilestonePayload)
