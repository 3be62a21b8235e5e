"""What changed between the two ends of a period: the comparisons on which figures and sections both rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from domain.milestones.rules import MilestoneStatus
from domain.programmes.health import SILENT_AFTER
from domain.programmes.models import DeliveryConfidence
from domain.summaries.reading import Milestone, Programme, Reading

# From best to worst. RESET and EXEMPT are no grade: nothing is better or worse than they are.
SCALE = (
    DeliveryConfidence.GREEN,
    DeliveryConfidence.AMBER_GREEN,
    DeliveryConfidence.AMBER,
    DeliveryConfidence.AMBER_RED,
    DeliveryConfidence.RED,
)


@dataclass(frozen=True, slots=True)
class Slip:
    """A milestone whose forecast moved, by days; negative when it was brought forward."""

    milestone: Milestone
    before: Milestone
    days: int


def joined(reading: Reading) -> list[Programme]:
    """The programmes that are among the sponsor's at the end of the period only."""
    before = reading.before.programmes
    return [programme for id_, programme in reading.after.programmes.items() if id_ not in before]


def left(reading: Reading) -> list[Programme]:
    """The programmes that were among the sponsor's at the start of the period only."""
    after = reading.after.programmes
    return [programme for id_, programme in reading.before.programmes.items() if id_ not in after]


def stayed(reading: Reading) -> Iterator[tuple[Programme, Programme]]:
    """The programmes that are the sponsor's at both ends, each as it was and as it is."""
    for id_, after in reading.after.programmes.items():
        before = reading.before.programmes.get(id_)
        if before is not None:
            yield before, after


def grade(rating: DeliveryConfidence | None) -> int | None:
    """The place on the scale from 0, GREEN, to 4, RED; None for no rating and for those that are no grade."""
    return SCALE.index(rating) if rating in SCALE else None


def steps_worse(before: Programme, after: Programme) -> int | None:
    """By how many grades a rating fell, negative when it rose; None if the two cannot be compared."""
    was, is_ = grade(before.delivery_confidence), grade(after.delivery_confidence)
    return None if was is None or is_ is None else is_ - was


def slips(reading: Reading) -> Iterator[Slip]:
    """The milestones, of programmes that stayed, that were forecast for another date at the start.

    A milestone that was given up at either end is expected at no date.
    """
    for milestone in _of_stayed(reading):
        before = reading.before.milestones.get(milestone.id)
        if before is None or MilestoneStatus.CANCELLED in {before.status, milestone.status}:
            continue
        days = (milestone.forecast_on - before.forecast_on).days
        if days:
            yield Slip(milestone, before, days)


def achieved(reading: Reading) -> Iterator[Milestone]:
    """The milestones, of programmes that stayed, that were achieved in the period."""
    for milestone in _of_stayed(reading):
        if milestone.achieved_on is not None and reading.period.covers(milestone.achieved_on):
            yield milestone


def overdue(reading: Reading) -> Iterator[Milestone]:
    """The open milestones of the sponsor's programmes that were forecast before the period's end."""
    for milestone in reading.after.milestones.values():
        if milestone.is_open and milestone.forecast_on < reading.period.ends:
            yield milestone


def due_next(reading: Reading) -> Iterator[Milestone]:
    """The open milestones of the sponsor's programmes, forecast from this period's end to the next one's."""
    for milestone in reading.after.milestones.values():
        if milestone.is_open and reading.period.ends <= milestone.forecast_on <= reading.period.next_ends:
            yield milestone


def silent(reading: Reading) -> Iterator[Programme]:
    """The sponsor's programmes of which nobody was heard in the last 30 days of the period, or ever."""
    for programme in reading.after.programmes.values():
        if programme.heard_on is None or programme.heard_on < reading.period.ends - SILENT_AFTER:
            yield programme


def _of_stayed(reading: Reading) -> Iterator[Milestone]:
    known, still = reading.before.programmes, reading.after.programmes
    for milestone in reading.after.milestones.values():
        if milestone.programme.id in known and milestone.programme.id in still:
            yield milestone
