"""What can be done with milestones."""

from __future__ import annotations

from datetime import date

import strawberry

from domain.milestones import commands
from domain.milestones.models import Criticality, ReasonCode
from graph.milestones import Milestone
from graph.mutations.inputs import Change, Request, asks, id_of, needed, optional, optional_id_of
from graph.mutations.performing import Payload, mutation
from graph.reads import subject


@strawberry.type(description="What became of the milestone.")
class MilestonePayload(Payload):
    """The answer of every mutation that changes a milestone."""

    milestone: Milestone | None = subject()


@asks
class MilestoneCreateInput(Request):
    """A new promised point of a programme."""

    programme_id: strawberry.ID = id_of("Programme")
    title: str
    baseline_on: date = needed("The date that was agreed.")
    forecast_on: date | None = optional("The date that is expected now, if it is another one already.")
    criticality: Criticality = Criticality.MEDIUM
    owner_organisation_id: strawberry.ID | None = optional_id_of("Organisation")
    owner_person_id: strawberry.ID | None = optional_id_of("Person")
    evidence_required: bool = False
    marks_end: bool = strawberry.field(
        default=False, description="Whether it is the planned end of the programme, which has one at most."
    )


@asks
class MilestoneUpdateInput(Change):
    """What a milestone is called and how it is treated; what is left out stays as it is."""

    id: strawberry.ID = id_of("Milestone")
    title: str | None = optional()
    criticality: Criticality | None = optional()
    evidence_required: bool | None = optional("Whether it can be marked achieved only with evidence.")


@asks
class MilestoneOwnerAssignInput(Change):
    """Who answers for a milestone: what is left out stays as it is, null takes it away."""

    id: strawberry.ID = id_of("Milestone")
    organisation_id: strawberry.ID | None = optional_id_of("Organisation")
    person_id: strawberry.ID | None = optional_id_of("Person")


@asks
class MilestoneReforecastInput(Change):
    """A new expected date, and why it moved."""

    id: strawberry.ID = id_of("Milestone")
    forecast_on: date
    reason: ReasonCode = needed("Not REPORTED or REBASELINED: Tandem gives these itself.")
    note: str | None = optional("More about the reason; OTHER needs it.")


@asks
class MilestoneRebaselineInput(Change):
    """A new agreed date, who approved it, and why."""

    id: strawberry.ID = id_of("Milestone")
    baseline_on: date
    approved_by_id: strawberry.ID = id_of("Person", "The id of the person who approved it.")
    note: str = needed("Why a new date was agreed.")


@asks
class MilestoneAchieveInput(Change):
    """When a milestone was reached, and where that can be seen."""

    id: strawberry.ID = id_of("Milestone")
    achieved_on: date = needed("Not after the day from which the change holds.")
    evidence_url: str | None = optional("A link that begins with http:// or https://.")
    evidence_title: str | None = optional("What the link leads to; without it the link is its own title.")


@strawberry.input
class _Noted(Change):
    id: strawberry.ID = id_of("Milestone")
    note: str = needed("Why; it is kept in the journal.")


@asks
class MilestoneAchievementWithdrawInput(_Noted):
    """Which milestone was not achieved after all, and what was wrong."""


@asks
class MilestoneCancelInput(_Noted):
    """Which milestone is not needed any more, and why."""


@asks
class MilestoneReinstateInput(_Noted):
    """Which cancelled milestone is needed after all, and why."""


@strawberry.type
class MilestoneMutations:
    """What can be done with milestones."""

    milestone_create = mutation(commands.create, MilestoneCreateInput, MilestonePayload)
    milestone_update = mutation(commands.update, MilestoneUpdateInput, MilestonePayload)
    milestone_owner_assign = mutation(commands.assign_owner, MilestoneOwnerAssignInput, MilestonePayload)
    milestone_reforecast = mutation(commands.reforecast, MilestoneReforecastInput, MilestonePayload)
    milestone_rebaseline = mutation(commands.rebaseline, MilestoneRebaselineInput, MilestonePayload)
    milestone_achieve = mutation(commands.achieve, MilestoneAchieveInput, MilestonePayload)
    milestone_achievement_withdraw = mutation(
        commands.withdraw_achievement, MilestoneAchievementWithdrawInput, MilestonePayload
    )
    milestone_cancel = mutation(commands.cancel, MilestoneCancelInput, MilestonePayload)
    milestone_reinstate = mutation(commands.reinstate, MilestoneReinstateInput, MilestonePayload)
