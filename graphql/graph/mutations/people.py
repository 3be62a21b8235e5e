"""What can be done with people, and with what they belong to."""

from __future__ import annotations

from datetime import date

import strawberry

from domain.people import commands
from domain.people.models import SummaryFrequency
from graph.mutations.inputs import Change, Request, asks, id_of, needed, optional
from graph.mutations.performing import Payload, mutation
from graph.people import Affiliation, Person
from graph.reads import subject


@strawberry.type(description="What became of the person.")
class PersonPayload(Payload):
    """The answer of every mutation that changes a person."""

    person: Person | None = subject()


@strawberry.type(description="What became of the affiliation.")
class AffiliationPayload(Payload):
    """The answer of every mutation that changes an affiliation."""

    affiliation: Affiliation | None = subject()


@asks
class PersonCreateInput(Request):
    """Somebody who takes part, or a placeholder until it is known who does."""

    name: str
    email: str = needed("Unique; capitals make no difference.")
    is_placeholder: bool = strawberry.field(
        default=False, description="Whether this only stands for somebody who has yet to be named."
    )
    summary_frequency: SummaryFrequency = SummaryFrequency.QUARTERLY


@asks
class PersonUpdateInput(Change):
    """What somebody is called and how they are reached; what is left out stays as it is."""

    id: strawberry.ID = id_of("Person")
    name: str | None = optional()
    email: str | None = optional()
    summary_frequency: SummaryFrequency | None = optional("How often summaries are compiled for them.")


@asks
class AffiliationAddInput(Request):
    """Which person belongs to which organisation, and when."""

    person_id: strawberry.ID = id_of("Person")
    organisation_id: strawberry.ID = id_of("Organisation")
    position: str | None = optional("What they are there, for example `Medical director`.")
    starts_on: date = needed("The first day.")
    ends_on: date | None = optional("The day from which it is over, if that is known.")


@asks
class AffiliationEndInput(Change):
    """Which affiliation ends, and when."""

    id: strawberry.ID = id_of("Affiliation")
    ends_on: date = needed("The day from which it is over.")


@strawberry.type
class PersonMutations:
    """What can be done with people."""

    person_create = mutation(commands.create, PersonCreateInput, PersonPayload)
    person_update = mutation(commands.update, PersonUpdateInput, PersonPayload)
    affiliation_add = mutation(commands.affiliate, AffiliationAddInput, AffiliationPayload)
    affiliation_end = mutation(commands.end_affiliation, AffiliationEndInput, AffiliationPayload)
