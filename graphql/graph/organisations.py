"""Organisations in the schema."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import strawberry
from sqlalchemy import and_

from domain import models
from domain.calendar import runs_on
from domain.organisations.holders import holder
from domain.organisations.models import OrganisationKind
from graph.reads import Connection, Node, column, computed, many, one, reads

if TYPE_CHECKING:
    from graph.partners import Partner

strawberry.enum(OrganisationKind, description="What sort of body an organisation is.")


@reads(models.OrganisationIdentifier, filters=("id", "scheme", "value"), orders=("scheme", "value"))
class OrganisationIdentifier(Node):
    """What a scheme outside Tandem calls an organisation, for example ODS `RX4` or GSS `E06000047`."""

    version: int = column("Counts the changes; give it as `expectedVersion` when you change the record.")
    scheme: str
    value: str


@reads(
    models.Organisation,
    filters=("id", "code", "name", "kind", "opened_on", "closed_on", "parent"),
    orders=("code", "name", "opened_on", "closed_on"),
)
class Organisation(Node):
    """A body that can take part in programmes; open from `openedOn` up to, not including, `closedOn`."""

    version: int = column("Counts the changes; give it as `expectedVersion` when you change the record.")
    code: str = column("Short and unique, for example `MOD`.")
    name: str
    kind: OrganisationKind
    opened_on: date | None = column("The first day; null if it has been there since always.")
    closed_on: date | None = column("The day from which it is no more; null while it is open.")
    parent: Organisation | None = one("parent_id")
    children: Connection[Organisation] = many("parent_id", order=("name",))
    identifiers: Connection[OrganisationIdentifier] = many("organisation_id", order=("scheme", "value"))
    became: Connection[Succession] = many(
        "predecessor_id",
        order=("valid_from",),
        description="What became of it: one successor, or several after a split.",
    )
    came_from: Connection[Succession] = many(
        "successor_id",
        order=("valid_from",),
        description="Which organisations it succeeded.",
    )
    partnerships: Connection[Annotated[Partner, strawberry.lazy("graph.partners")]] = many(
        lambda row, other, at: and_(
            runs_on(other, at.on), holder(other.organisation_id, other.starts_on, at.on) == row.id
        ),
        order=("starts_on",),
        description="Its parts in programmes on the date of the question, those it took over included.",
    )


@reads(models.Succession, filters=("id", "on"), orders=("on",))
class Succession(Node):
    """On a date the predecessor closed and this successor took over, whole or with others."""

    on: date = computed("valid_from", description="The day from which the successor stands in its place.")
    predecessor: Organisation = one("predecessor_id")
    successor: Organisation = one("successor_id")
