"""Programmes, their phases and status reports in the schema."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain import models
from domain.programmes import health as health_rules
from domain.programmes.health import Health
from domain.programmes.leads import lead_organisation
from domain.programmes.models import DeliveryConfidence, ProgrammeStatus
from graph.cohorts import Cohort, Team
from graph.milestones import Milestone
from graph.organisations import Organisation
from graph.outcomes import Action, Decision
from graph.partners import Partner, Sponsor
from graph.people import Person
from graph.programme_strengths import ProgrammeStrengths
from graph.reads import Connection, Node, column, computed, many, one, reads
from graph.rounds import Round
from graph.sessions import Session
from graph.timeline import TimelineEntry

if TYPE_CHECKING:
    from graph.journal import JournalEntry

strawberry.enum(ProgrammeStatus, description="Where a programme is in its life.")
strawberry.enum(
    DeliveryConfidence,
    description="Somebody's judgement of whether a programme will deliver; RESET and EXEMPT are no grade.",
)
strawberry.enum(
    Health, description="How a programme is doing on a date, worked out from its milestones and reports."
)


@reads(models.Phase, filters=("id", "title", "starts_on", "ends_on"), orders=("starts_on",))
class Phase(Node):
    """A named stretch of a programme, from `startsOn` up to, not including, `endsOn`."""

    version: int = column("Counts the changes; give it as `expectedVersion` when you change the record.")
    title: str
    starts_on: date
    ends_on: date | None


@reads(
    models.StatusReport,
    filters=("id", "reported_on", "delivery_confidence", "programme"),
    orders=("reported_on",),
)
class StatusReport(Node):
    """What somebody judged of a programme on a date, and why."""

    version: int = column("Counts the changes; give it as `expectedVersion` when you change the record.")
    reported_on: date
    delivery_confidence: DeliveryConfidence | None = column("Null where no rating was given.")
    reason: str | None
    author: Person | None = one("author_id")
    programme: Programme = one("programme_id")


@reads(
    models.Programme,
    filters=(
        "id",
        "ref",
        "title",
        "status",
        "category",
        "delivery_confidence",
        "health",
        "contradiction",
        "starts_on",
        "ends_on",
        "whole_life_cost",
        "heard_on",
        "lead",
        "partners",
        "sponsors",
        "milestones",
        "cohorts",
        "teams",
        "sessions",
    ),
    orders=(
        "ref",
        "title",
        "status",
        "starts_on",
        "ends_on",
        "whole_life_cost",
        "delivery_confidence",
        "heard_on",
    ),
)
class Programme(Node):
    """Several years of work that belong to all of their partners."""

    version: int = column("Counts the changes; give it as `expectedVersion` when you change the record.")
    ref: str = column("Short and unique, in lower case, for example `crossrail`.")
    title: str
    purpose: str | None
    status: ProgrammeStatus
    category: str | None
    delivery_confidence: DeliveryConfidence | None = column(
        "The latest judgement given; null where the latest report gave none."
    )
    health: Health = computed(health_rules.health, description="Worked out for the date of the question.")
    contradiction: bool = computed(
        lambda row, at: health_rules.contradicting(row.delivery_confidence, health_rules.health(row, at)),
        description="Whether judgement and health say opposite things.",
    )
    starts_on: date | None
    ends_on: date | None = column("The forecast of the milestone that marks the end.")
    whole_life_cost: Decimal | None = column("In millions of pounds.")
    heard_on: date | None = column("When somebody last reported or touched a milestone.")
    lead: Organisation | None = one(
        lambda row, other, at: other.id == lead_organisation(row, at),
        description="Who leads it on the date of the question.",
    )
    partners: Connection[Partner] = many(
        "programme_id",
        order=("starts_on",),
        description="Who takes part, or did: `filter: {isCurrent: {eq: true}}` for those of the date of the question.",
    )
    sponsors: Connection[Sponsor] = many("programme_id", order=("starts_on",))
    phases: Connection[Phase] = many("programme_id", order=("starts_on",))
    status_reports: Connection[StatusReport] = many(
        "programme_id",
        order=("-reported_on",),
        description="The latest first.",
    )
    milestones: Connection[Milestone] = many(
        "programme_id",
        order=("forecast_on",),
        description="By forecast.",
    )
    cohorts: Connection[Cohort] = many("programme_id", order=("starts_on", "name"))
    teams: Connection[Team] = many(
        "programme_id", order=("name",), description="Of its cohorts and of its own."
    )
    rounds: Connection[Round] = many(
        "programme_id", order=("-opened_on", "title"), description="Of its teams, the latest first."
    )
    strengths: ProgrammeStrengths = one(
        "id", description="How far the strengths of those in its teams are known, and what they can draw on."
    )
    sessions: Connection[Session] = many(
        "programme_id", order=("starts_at",), description="In the order of time."
    )
    timeline: Connection[TimelineEntry] = many(
        "programme_id",
        order=("on", "kind"),
        description="Milestones, sessions, rounds and strengths coverage by day. What was cancelled is left out; "
        "`last` gives the latest.",
    )
    decisions: Connection[Decision] = many(
        "programme_id", description="What its sessions decided, in the order of recording."
    )
    actions: Connection[Action] = many(
        "programme_id",
        order=("due_on",),
        description="What was agreed at its sessions, by the day it is due.",
    )
    journal: Connection[Annotated[JournalEntry, strawberry.lazy("graph.journal")]] = many(
        "programme_id",
        order=("-recorded_at",),
        description="Who did what to it, the latest first.",
    )
