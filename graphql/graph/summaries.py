"""Summaries in the schema."""

from __future__ import annotations

from datetime import date, datetime

import strawberry
from strawberry.scalars import JSON

from domain import models
from domain.summaries.models import SummaryState
from graph.people import Person
from graph.reads import Node, column, computed, one, reads

strawberry.enum(SummaryState, description="How far a summary has come.")


@reads(
    models.Summary,
    filters=("id", "period_from", "period_to", "state", "revision", "hash", "sponsor"),
    orders=("period_to", "compiled_at", "revision"),
)
class Summary(Node):
    """What one sponsor is told about one period. Once issued it never changes."""

    version: int = column("Counts the changes; give it as `expectedVersion` when you change the record.")
    sponsor: Person | None = one("person_id")
    period_from: date
    period_to: date
    revision: int = column("Counts what was issued for the same period, from 1.")
    state: SummaryState
    headline: JSON = computed(
        lambda row, at: row.content["headline"], description="The figures at the top, by name."
    )
    content: JSON = column("Everything it says, each figure with its source.")
    hash: str = column("SHA-256 of the content: the same inputs give the same hash.")
    html: str = column("The page made from the content.")
    compiled_at: datetime
    reviewed_at: datetime | None
    issued_at: datetime | None
