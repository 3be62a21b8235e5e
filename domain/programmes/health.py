"""Health: what the milestones and the silence of a programme say, beside what somebody judged.

It is computed for any date and never kept; delivery confidence is a judgement and never computed. Where the
two contradict each other, that is said (`contradicts`) and not resolved.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, cast

from sqlalchemy import ColumnElement, Integer, case, false, literal_column, or_, select

from domain.milestones.models import Milestone
from domain.milestones.rules import constant
from domain.moment import Moment
from domain.programmes.figures import ProgrammeFigures, some_expected_before
from domain.programmes.models import DeliveryConfidence, Programme

SILENT_AFTER: Final = timedelta(days=30)


class Health(StrEnum):
    """How a programme is doing on a date, worst first. Milestones achieved or cancelled do not count."""

    OVERDUE = "OVERDUE"  # a milestone was expected before the date
    SLIPPING = "SLIPPING"  # a milestone is expected later than was agreed
    SILENT = "SILENT"  # nobody reported and no milestone was touched for more than 30 days, or ever
    ON_TRACK = "ON_TRACK"


# The health that speaks against a judgement. AMBER says that there are issues, so no health contradicts it;
# RESET and EXEMPT are no judgement, and silence is no news.
CONTRADICTED_BY: Final[dict[DeliveryConfidence, frozenset[Health]]] = {
    DeliveryConfidence.GREEN: frozenset({Health.OVERDUE, Health.SLIPPING}),
    DeliveryConfidence.AMBER_GREEN: frozenset({Health.OVERDUE, Health.SLIPPING}),
    DeliveryConfidence.AMBER_RED: frozenset({Health.ON_TRACK}),
    DeliveryConfidence.RED: frozenset({Health.ON_TRACK}),
}


def health(programme: type[Programme], at: Moment) -> ColumnElement[Health]:
    """How a programme is doing at a moment, in SQL."""
    figures = at.rows(ProgrammeFigures)
    found = select(health_by(figures, at)).where(figures.id == programme.id)
    # The checkers take the word of a case for text.
    return cast("ColumnElement[Health]", found.correlate_except(figures).scalar_subquery())


def health_by(figures: type[ProgrammeFigures], at: Moment) -> ColumnElement[Health]:
    """The same from the programme's figures: the worst that is amiss."""
    return case(
        (some_expected_before(figures, at.on), constant(Health.OVERDUE)),
        (figures.slipped_milestones > _number(0), constant(Health.SLIPPING)),
        (silent(figures, at), constant(Health.SILENT)),
        else_=constant(Health.ON_TRACK),
    )


def _number(value: int) -> ColumnElement[int]:
    return literal_column(str(value), Integer)


def health_on(programme: Programme, milestones: Iterable[Milestone], on: date) -> Health:
    """How a programme is doing on a date; it and its milestones are given as they were then."""
    remaining = [milestone for milestone in milestones if milestone.is_open]
    if any(milestone.forecast_on < on for milestone in remaining):
        return Health.OVERDUE
    if any(milestone.slip_days > 0 for milestone in remaining):
        return Health.SLIPPING
    if programme.heard_on is None or programme.heard_on < on - SILENT_AFTER:
        return Health.SILENT
    return Health.ON_TRACK


def silent(programme: type[Programme] | type[ProgrammeFigures], at: Moment) -> ColumnElement[bool]:
    """Whether nobody was heard for more than 30 days before the moment, or ever; whatever else is amiss."""
    return or_(
        programme.heard_on.is_(None),
        programme.heard_on + _number(SILENT_AFTER.days) < at.on,
    )


def contradicts(confidence: DeliveryConfidence | None, computed: Health) -> bool:
    """Whether the judgement and the computed health say opposite things of one programme."""
    return confidence is not None and computed in CONTRADICTED_BY.get(confidence, frozenset())


def contradicting(
    confidence: ColumnElement[DeliveryConfidence | None], computed: ColumnElement[Health]
) -> ColumnElement[bool]:
    """Whether the judgement and the computed health say opposite things of one programme, in SQL."""
    # One branch for each set of healths, so that the health is worked out once for a programme at most.
    judged: dict[frozenset[Health], list[DeliveryConfidence]] = {}
    for judgement, against in CONTRADICTED_BY.items():
        judged.setdefault(against, []).append(judgement)
    return case(
        *(
            (confidence.in_(map(constant, judgements)), computed.in_(map(constant, sorted(against))))
            for against, judgements in judged.items()
        ),
        else_=false(),
    )
