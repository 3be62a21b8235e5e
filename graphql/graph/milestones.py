"""Milestones, their ledger, baselines, evidence and dependencies in the schema."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain import models
from domain.milestones import rules
from domain.milestones.models import Criticality, ReasonCode
from domain.milestones.rules import MilestoneStatus
from domain.organisations.holders import holder
from graph.organisations import Organisation
from graph.people import Person
from graph.reads import Connection, Node, column, computed, many, one, reads

if TYPE_CHECKING:
    from graph.programmes import Programme

strawberry.enum(Criticality, description="How much depends on a milestone.")
strawberry.enum(ReasonCode, description="Why a date moved.")
strawberry.enum(
    MilestoneStatus, description="Where a milestone stands; overdue from the day after its forecast."
)


@reads(
    models.LedgerEntry,
    filters=("id", "days", "reason", "changed_on", "changed_at", "milestone"),
    orders=("changed_on", "changed_at", "days"),
)
class LedgerEntry(Node):
    """One move of a milestone's date. The days of all entries add up to forecast minus baseline, always."""

    days: int = column("What the move adds to the slip: a later forecast adds, a later baseline takes away.")
    reason: ReasonCode
    note: str | None
    from_on: date = column("The date before the move.")
    to_on: date = column("The date after the move.")
    from_: date = computed("from_on", description="The same as `fromOn`.", name="from")
    to: date = computed("to_on", description="The same as `toOn`.")
    changed_on: date = computed("valid_from", description="The day from which the move holds.")
    changed_at: datetime = computed("recorded_at", description="When the move was recorded.")
    changed_by: Person | None = one("recorded_by_id")
    milestone: Milestone = one("milestone_id")


@reads(models.Baseline, filters=("id", "baseline_on", "agreed_on"), orders=("agreed_on",))
class Baseline(Node):
    """A date that was agreed for a milestone; the latest is in force, the older ones are kept."""

    baseline_on: date
    agreed_on: date = computed("valid_from", description="The day on which it was agreed.")
    approved_by: Person | None = one("approved_by_id")
    note: str | None


@reads(models.Evidence, filters=("id", "title", "url"), orders=("title",))
class Evidence(Node):
    """Where it can be seen that a milestone was achieved."""

    version: int = column("Counts the changes; give it as `expectedVersion` when you change the record.")
    title: str
    url: str = column("A link that begins with http:// or https://.")


@reads(models.Dependency, filters=("id", "milestone", "depends_on"))
class Dependency(Node):
    """A milestone that cannot be achieved before another one, which may be another programme's."""

    version: int = column("Counts the changes; give it as `expectedVersion` when you change the record.")
    milestone: Milestone | None = one("milestone_id")
    depends_on: Milestone | None = one(
        "depends_on_id",
        description="The milestone that has to come first; null if you cannot see it.",
    )


@reads(
    models.Milestone,
    filters=(
        "id",
        "title",
        "status",
        "baseline_on",
        "forecast_on",
        "achieved_on",
        "cancelled_on",
        "slip_days",
        "criticality",
        "marks_end",
        "owner",
        "owner_person",
        "programme",
    ),
    orders=("title", "baseline_on", "forecast_on", "achieved_on", "slip_days", "criticality"),
)
class Milestone(Node):
    """A promised point of a programme: what was agreed, what is expected now, what happened."""

    version: int = column("Counts the changes; give it as `expectedVersion` when you change the record.")
    title: str
    status: MilestoneStatus = computed(rules.status, description="On the date of the question.")
    baseline_on: date = column("The date that was agreed.")
    forecast_on: date = column("The date that is expected now.")
    achieved_on: date | None
    cancelled_on: date | None
    slip_days: int = column("Forecast minus baseline; negative when it is early.")
    criticality: Criticality
    evidence_required: bool = column("Whether it can be marked achieved only with evidence.")
    marks_end: bool = column("Whether its forecast is the end of the programme.")
    programme: Annotated[Programme, strawberry.lazy("graph.programmes")] = one("programme_id")
    owner: Organisation | None = one(
        lambda row, other, at: other.id == holder(row.owner_organisation_id, row.owned_from, at.on),
        description="The organisation that owns it on the date of the question, after all successions up to then.",
    )
    owner_person: Person | None = one("owner_person_id", description="The person who owns it.")
    ledger: Connection[LedgerEntry] = many(
        "milestone_id",
        order=("valid_from",),
        description="Every move of its dates, oldest first.",
    )
    baselines: Connection[Baseline] = many("milestone_id", order=("valid_from",))
    evidence: Connection[Evidence] = many("milestone_id", order=("title",))
    dependencies: Connection[Dependency] = many(
        "milestone_id", description="What has to be achieved before it."
    )
    dependents: Connection[Dependency] = many("depends_on_id", description="What waits for it.")
