"""What can be done with programmes as a whole, and with the phases of their years."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import strawberry

from domain.programmes import commands, phases
from domain.programmes.models import ProgrammeStatus
from graph.mutations.inputs import Change, Request, asks, id_of, needed, optional
from graph.mutations.performing import Payload, mutation
from graph.programmes import Phase, Programme
from graph.reads import subject


@strawberry.type(description="What became of the programme.")
class ProgrammePayload(Payload):
    """The answer of every mutation that changes a programme."""

    programme: Programme | None = subject()


@strawberry.type(description="What became of the phase.")
class PhasePayload(Payload):
    """The answer of every mutation that changes a phase."""

    phase: Phase | None = subject(description="Null once it is removed.")


@asks
class ProgrammeCreateInput(Request):
    """A new programme and who leads it."""

    ref: str = needed("Short and unique, for example `crossrail`.")
    title: str
    lead_id: strawberry.ID = id_of("Organisation", "The id of the Organisation that leads it.")
    purpose: str | None = optional()
    status: ProgrammeStatus = ProgrammeStatus.PROPOSED
    category: str | None = optional()
    starts_on: date | None = optional()
    ends_on: date | None = optional("Its planned end: it becomes a milestone, which the lead owns.")
    whole_life_cost: Decimal | None = optional("In millions of pounds.")


@asks
class ProgrammeUpdateInput(Change):
    """What is said of a programme: what is left out stays as it is, null takes it away."""

    id: strawberry.ID = id_of("Programme")
    title: str | None = optional()
    purpose: str | None = optional()
    category: str | None = optional()
    starts_on: date | None = optional("Its end moves with the milestone that marks it.")
    whole_life_cost: Decimal | None = optional("In millions of pounds.")


@strawberry.input
class _Reasoned(Change):
    id: strawberry.ID = id_of("Programme")
    reason: str | None = optional("Kept in the journal.")


@asks
class ProgrammeActivateInput(_Reasoned):
    """Which programme begins or goes on."""


@asks
class ProgrammePauseInput(_Reasoned):
    """Which programme stops for the time being."""


@asks
class ProgrammeCloseInput(_Reasoned):
    """Which programme ends."""


@asks
class ProgrammeReopenInput(_Reasoned):
    """Which closed programme goes on."""


@asks
class PhaseAddInput(Request):
    """A named stretch of a programme, from `startsOn` up to, not including, `endsOn`."""

    programme_id: strawberry.ID = id_of("Programme")
    title: str
    starts_on: date
    ends_on: date | None = optional()


@asks
class PhaseUpdateInput(Change):
    """What a phase is called and when it is; what is left out stays as it is."""

    id: strawberry.ID = id_of("Phase")
    title: str | None = optional()
    starts_on: date | None = optional()
    ends_on: date | None = optional("Null: it is not known.")


@asks
class PhaseRemoveInput(Request):
    """Which phase there is no more."""

    id: strawberry.ID = id_of("Phase")


@strawberry.type
class ProgrammeMutations:
    """What can be done with programmes."""

    programme_create = mutation(commands.create, ProgrammeCreateInput, ProgrammePayload)
    programme_update = mutation(commands.update, ProgrammeUpdateInput, ProgrammePayload)
    programme_activate = mutation(commands.activate, ProgrammeActivateInput, ProgrammePayload)
    programme_pause = mutation(commands.pause, ProgrammePauseInput, ProgrammePayload)
    programme_close = mutation(commands.close, ProgrammeCloseInput, ProgrammePayload)
    programme_reopen = mutation(commands.reopen, ProgrammeReopenInput, ProgrammePayload)
    phase_add = mutation(phases.add, PhaseAddInput, PhasePayload)
    phase_update = mutation(phases.update, PhaseUpdateInput, PhasePayload)
    phase_remove = mutation(phases.remove, PhaseRemoveInput, PhasePayload)
