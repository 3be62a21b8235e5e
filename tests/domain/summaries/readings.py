"""Readings made by hand, for rules that need no database."""

from datetime import date
from typing import Any

from domain.milestones.models import Criticality
from domain.milestones.rules import MilestoneStatus
from domain.programmes.health import Health
from domain.summaries.period import Period
from domain.summaries.reading import (
    Judgement,
    Lead,
    Milestone,
    Nodes,
    Owner,
    Programme,
    Reading,
    Snapshot,
)

PERIOD = Period(date(2025, 12, 31), date(2026, 3, 31))


def programme(ref: str = "hub", **given: Any) -> Programme:
    """A programme that was heard of, with no rating."""
    reports: list[Judgement] = given.pop("reports", [])
    values: dict[str, Any] = {
        "id": ref,
        "ref": ref,
        "title": ref.title(),
        "delivery_confidence": None,
        "health": Health.ON_TRACK,
        "contradiction": False,
        "ends_on": None,
        "heard_on": PERIOD.ends,
        "lead": Lead("RX4", "Northern Trust"),
        "status_reports": Nodes(reports),
    }
    return Programme(**(values | given))


def milestone(id_: str = "doors", *, of: str = "hub", **given: Any) -> Milestone:
    """A planned milestone, forecast for 30 June 2026."""
    values: dict[str, Any] = {
        "id": id_,
        "title": id_.title(),
        "status": MilestoneStatus.PLANNED,
        "forecast_on": date(2026, 6, 30),
        "achieved_on": None,
        "slip_days": 0,
        "criticality": Criticality.MEDIUM,
        "programme": Owner(of, of, of.title()),
    }
    return Milestone(**(values | given))


def snapshot(*programmes: Programme, milestones: tuple[Milestone, ...] = ()) -> Snapshot:
    """Some programmes and milestones, by id."""
    return Snapshot({each.id: each for each in programmes}, {each.id: each for each in milestones})


def reading(before: Snapshot, after: Snapshot, **rest: Any) -> Reading:
    """What was read at both ends of the period."""
    return Reading(PERIOD, before, after, **rest)
