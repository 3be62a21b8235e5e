"""The portfolio in the schema: all programmes of a filter in figures, in the same statement as everything else."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func, select

from domain import models
from domain.milestones import rules
from domain.programmes import health as health_rules
from domain.programmes.health import Health
from domain.programmes.leads import lead_organisation
from domain.programmes.models import DeliveryConfidence, ProgrammeStatus
from graph.organisations import Organisation
from graph.reads import column, computed, listed, one, reads

DUE_WITHIN_DAYS = 90


@reads()
class DeliveryConfidenceCount:
    """How many programmes were last judged so."""

    delivery_confidence: DeliveryConfidence | None = column("Null: the latest report gave no rating.")
    programmes: int


@reads()
class HealthCount:
    """How many programmes are doing so."""

    health: Health
    programmes: int


@reads()
class StatusCount:
    """How many programmes are at this point of their life."""

    status: ProgrammeStatus
    programmes: int


@reads()
class LeadCount:
    """How many programmes an organisation leads."""

    lead: Organisation | None = one("lead_id")
    programmes: int


@reads()
class CategoryCount:
    """How many programmes are of a category."""

    category: str | None = column("Null: no category was given.")
    programmes: int


def _grouped(value: Any, name: str, programmes: Any) -> Any:
    inner = select(value.label(name)).select_from(programmes).subquery()
    counted = func.count().label("programmes")
    statement: Any = select(inner.c[name], counted)
    return statement.group_by(inner.c[name]).order_by(counted.desc(), inner.c[name])


def _milestones(programmes: Any, at: Any, condition: Any) -> ColumnElement[int]:
    milestone = at.rows(models.Milestone)
    statement = select(func.count()).join_from(programmes, milestone, milestone.programme_id == programmes.id)
    return statement.where(condition(milestone)).scalar_subquery()


@reads()
class Portfolio:
    """All programmes that the filter leaves, in figures."""

    programmes: int = computed(lambda row, at: select(func.count()).select_from(row).scalar_subquery())
    by_status: list[StatusCount] = listed(lambda row, at: _grouped(row.status, "status", row))
    by_delivery_confidence: list[DeliveryConfidenceCount] = listed(
        lambda row, at: _grouped(row.delivery_confidence, "delivery_confidence", row)
    )
    by_health: list[HealthCount] = listed(
        lambda row, at: _grouped(health_rules.health(row, at), "health", row)
    )
    by_lead: list[LeadCount] = listed(lambda row, at: _grouped(lead_organisation(row, at), "lead_id", row))
    by_category: list[CategoryCount] = listed(lambda row, at: _grouped(row.category, "category", row))
    milestones_due: int = computed(
        lambda row, at: _milestones(
            row, at, lambda milestone: rules.due_between(milestone, at.on, at.on + DUE_WITHIN_DAYS)
        ),
        description=f"Open milestones expected in the {DUE_WITHIN_DAYS} days from the date of the question.",
    )
    milestones_overdue: int = computed(
        lambda row, at: _milestones(row, at, lambda milestone: rules.overdue(milestone, at)),
        description="Open milestones that were expected before the date of the question.",
    )
    milestones_slipped: int = computed(
        lambda row, at: _milestones(row, at, rules.slipped),
        description="Open milestones expected later than was agreed.",
    )
