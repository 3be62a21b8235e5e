"""The journal in the schema."""

from __future__ import annotations

from datetime import date, datetime

from strawberry.scalars import JSON

from domain import models
from graph.people import Person
from graph.programmes import Programme
from graph.reads import Node, any_node, column, computed, one, reads


@reads(
    models.JournalEntry,
    filters=("id", "recorded_at", "effective_on", "command", "subject_type", "programme", "actor"),
    orders=("recorded_at", "effective_on"),
)
class JournalEntry(Node):
    """One command that was carried out: by whom, when, on which record, and what it changed."""

    recorded_at: datetime = column("When it was carried out.")
    effective_on: date = computed("valid_from", description="The day from which it holds.")
    command: str = column("What was done, for example `milestone.reforecast`.")
    subject_type: str
    subject: Node | None = any_node(
        lambda row: row.subject_type,
        lambda row: row.subject_id,
        description="The record; null if it is gone.",
    )
    changes: JSON = column("The fields that changed, each with its value before and after.")
    actor: Person | None = one("actor_id", description="Null for the built-in administrator.")
    programme: Programme | None = one("programme_id")
