"""Who takes part in programmes, and who answers for them, in the schema."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain import models
from domain.calendar import runs_on
from domain.organisations.holders import holder
from domain.programmes.decisions import awaits_decision
from domain.programmes.models import PartnerRole
from graph.organisations import Organisation
from graph.people import Person
from graph.reads import Connection, Node, column, computed, many, one, reads

if TYPE_CHECKING:
    from graph.programmes import Programme

strawberry.enum(PartnerRole, description="In what role an organisation takes part.")


@reads(
    models.Partner,
    filters=(
        "id",
        "role",
        "starts_on",
        "ends_on",
        "is_current",
        "needs_decision",
        "organisation",
        "programme",
    ),
    orders=("starts_on", "ends_on", "role"),
)
class Partner(Node):
    """An organisation's part in a programme, from `startsOn` up to, not including, `endsOn`."""

    version: int = column("Counts the changes; give it as `expectedVersion` when you change the record.")
    role: PartnerRole
    starts_on: date
    ends_on: date | None
    is_current: bool = computed(
        lambda row, at: runs_on(row, at.on), description="Whether the part runs on the date of the question."
    )
    needs_decision: bool = computed(
        awaits_decision,
        description="Whether the organisation was split by then and it is not decided yet which successor goes on.",
    )
    organisation: Organisation = one(
        lambda row, other, at: other.id == holder(row.organisation_id, row.starts_on, at.on),
        description="Who holds the part on the date of the question, after all successions up to then.",
    )
    named_organisation: Organisation = one("organisation_id", description="Who held the part when it began.")
    programme: Annotated[Programme, strawberry.lazy("graph.programmes")] = one("programme_id")
    sponsors: Connection[Sponsor] = many("partner_id", order=("starts_on",))


@reads(
    models.Sponsor,
    filters=("id", "starts_on", "ends_on", "is_current", "person", "partner", "programme"),
    orders=("starts_on", "ends_on"),
)
class Sponsor(Node):
    """A person who answers for a programme on behalf of one partner, from `startsOn` up to, not including, `endsOn`."""

    version: int = column("Counts the changes; give it as `expectedVersion` when you change the record.")
    starts_on: date
    ends_on: date | None
    is_current: bool = computed(
        lambda row, at: runs_on(row, at.on),
        description="Whether the seat is held on the date of the question.",
    )
    person: Person | None = one("person_id")
    partner: Partner = one("partner_id")
    programme: Annotated[Programme, strawberry.lazy("graph.programmes")] = one("programme_id")
