"""The portfolio in the schema: all programmes of a filter in figures, in the same statement as everything else."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import aliased

from domain import models
from domain.programmes.figures import expected_before, open_milestones
from domain.programmes.health import Health, health_by
from domain.programmes.leads import lead_organisation_by
from domain.programmes.models import DeliveryConfidence, ProgrammeStatus
from domain.programmes.portfolio import DUE_WITHIN, portfolio
from graph.organisations import Organisation
from graph.reads import Materialised, column, counted, counted_by, one, reads, summed, tallied


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


def _figures(programme: Any, at: Any) -> tuple[Any, ColumnElement[bool]]:
    figures = at.rows(models.ProgrammeFigures)
    return figures, figures.id == programme.id


def _kinds(figures: Any, _at: Any) -> tuple[Any, ColumnElement[int]]:
    return aliased(models.ProgrammeKind), figures.kind_id


def portfolio_of(filtered_as: Any) -> Any:
    """The programmes that the filter of a type leaves, in figures."""
    return tallied(
        models.Programme,
        filtered_as,
        beside=_figures,
        alike=_kinds,
        materialised=Materialised(portfolio, filters=("status",)),
        description="The programmes that the filter leaves, in figures.",
    )


def _by(name: str, of: Any, **more: Any) -> Any:
    return counted_by(name, of, counted="programmes", **more)


@reads()
class Portfolio:
    """All programmes that the filter leaves, in figures."""

    programmes: int = counted()
    by_status: list[StatusCount] = _by("status", lambda row, _at: row.status)
    by_delivery_confidence: list[DeliveryConfidenceCount] = _by(
        "delivery_confidence", lambda row, _at: row.delivery_confidence
    )
    by_health: list[HealthCount] = _by("health", health_by)
    by_lead: list[LeadCount] = _by("lead_id", lead_organisation_by, many=True)
    by_category: list[CategoryCount] = _by("category", lambda row, _at: row.category)
    milestones_open: int = summed(
        lambda row, at: open_milestones(row),
        description="Milestones that are still to be achieved.",
    )
    milestones_due: int = summed(
        lambda row, at: expected_before(row, at.on + DUE_WITHIN.days),
        less=lambda row, at: expected_before(row, at.on),
        description=f"Open milestones expected in the {DUE_WITHIN.days} days from the date of the question.",
    )
    milestones_overdue: int = summed(
        lambda row, at: expected_before(row, at.on),
        description="Open milestones that were expected before the date of the question.",
    )
    milestones_slipped: int = summed(
        lambda row, at: row.slipped_milestones,
        description="Open milestones expected later than was agreed.",
    )
