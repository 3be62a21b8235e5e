"""What can be done with organisations, what they are called elsewhere, and what became of them."""

from __future__ import annotations

from datetime import date

import strawberry

from domain.organisations import commands
from domain.organisations.models import OrganisationKind
from graph.mutations.inputs import Change, Request, asks, id_of, needed, optional, optional_id_of
from graph.mutations.performing import Payload, mutation
from graph.organisations import Organisation, OrganisationIdentifier, Succession
from graph.reads import subject


@strawberry.type(description="What became of the organisation.")
class OrganisationPayload(Payload):
    """The answer of every mutation that changes an organisation."""

    organisation: Organisation | None = subject()


@strawberry.type(description="What became of the identifier.")
class OrganisationIdentifierPayload(Payload):
    """The answer of every mutation that changes an identifier of an organisation."""

    identifier: OrganisationIdentifier | None = subject(description="Null once it is removed.")


@strawberry.type(description="The succession that was recorded.")
class SuccessionPayload(Payload):
    """The answer of the mutation that records a succession."""

    succession: Succession | None = subject()


@asks
class OrganisationCreateInput(Request):
    """A new organisation; it is known from the day it opened."""

    code: str = needed("Short and unique: capital letters and digits, for example `MOD`.")
    name: str
    kind: OrganisationKind
    parent_id: strawberry.ID | None = optional_id_of(
        "Organisation", "The id of the Organisation it belongs to."
    )
    opened_on: date | None = optional("The first day; without it, it has been there since always.")
    closed_on: date | None = optional("The day from which it is no more.")


@asks
class OrganisationUpdateInput(Change):
    """What an organisation is called, its kind and what it belongs to; what is left out stays as it is."""

    id: strawberry.ID = id_of("Organisation")
    name: str | None = optional()
    kind: OrganisationKind | None = optional()
    parent_id: strawberry.ID | None = optional_id_of(
        "Organisation", "The id of the Organisation it belongs to; null: to none."
    )


@asks
class OrganisationCloseInput(Change):
    """Which organisation closes, and when."""

    id: strawberry.ID = id_of("Organisation")
    closed_on: date = needed("The day from which it is no more; it may lie in the future.")


@asks
class OrganisationReopenInput(Change):
    """Which organisation has not closed after all."""

    id: strawberry.ID = id_of("Organisation")


@asks
class OrganisationIdentifierAddInput(Request):
    """What a scheme outside Tandem calls an organisation."""

    organisation_id: strawberry.ID = id_of("Organisation")
    scheme: str = needed("For example `ODS` or `GSS`.")
    value: str = needed("For example `RX4` or `E06000047`; unique in its scheme.")


@asks
class OrganisationIdentifierRemoveInput(Request):
    """Which identifier does not belong to its organisation any more."""

    id: strawberry.ID = id_of("OrganisationIdentifier")


@asks
class OrganisationSucceedInput(Request):
    """Which organisation closed, and which took over. Record a split as one succession for each successor."""

    predecessor_id: strawberry.ID = id_of("Organisation", "The id of the Organisation that closed.")
    successor_id: strawberry.ID = id_of("Organisation", "The id of the Organisation that took over.")
    on: date = needed("The day from which the successor stands in its place.")


@strawberry.type
class OrganisationMutations:
    """What can be done with organisations."""

    organisation_create = mutation(commands.create, OrganisationCreateInput, OrganisationPayload)
    organisation_update = mutation(commands.update, OrganisationUpdateInput, OrganisationPayload)
    organisation_close = mutation(commands.close, OrganisationCloseInput, OrganisationPayload)
    organisation_reopen = mutation(commands.reopen, OrganisationReopenInput, OrganisationPayload)
    organisation_identifier_add = mutation(
        commands.add_identifier, OrganisationIdentifierAddInput, OrganisationIdentifierPayload
    )
    organisation_identifier_remove = mutation(
        commands.remove_identifier, OrganisationIdentifierRemoveInput, OrganisationIdentifierPayload
    )
    organisation_succeed = mutation(commands.succeed, OrganisationSucceedInput, SuccessionPayload)
