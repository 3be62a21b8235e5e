"""What is said of a milestone on a date: planned, overdue, slipped. Each rule once for SQL, once for Python.

In SQL, `milestone` is an alias of the rows as they were at the moment: of `Moment.rows`, or the reader's own.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any, TypeVar, cast

from sqlalchemy import ColumnElement, and_, case, literal_column, type_coerce

from domain.milestones.models import Milestone
from domain.moment import Moment
from domain.tables import words

Word = TypeVar("Word", bound=StrEnum)


class MilestoneStatus(StrEnum):
    """Where a milestone stands on a date. It is overdue from the day after its forecast."""

    PLANNED = "PLANNED"
    OVERDUE = "OVERDUE"
    ACHIEVED = "ACHIEVED"
    CANCELLED = "CANCELLED"


def status(milestone: type[Milestone], at: Moment) -> ColumnElement[MilestoneStatus]:
    """Where a milestone stands at a moment, in SQL."""
    return case(
        (milestone.cancelled_on.is_not(None), constant(MilestoneStatus.CANCELLED)),
        (milestone.achieved_on.is_not(None), constant(MilestoneStatus.ACHIEVED)),
        (milestone.forecast_on < at.on, constant(MilestoneStatus.OVERDUE)),
        else_=constant(MilestoneStatus.PLANNED),
    )


def status_on(milestone: Milestone, on: date) -> MilestoneStatus:
    """Where a milestone, as it was on a date, stands on that date."""
    if milestone.cancelled_on is not None:
        return MilestoneStatus.CANCELLED
    if milestone.achieved_on is not None:
        return MilestoneStatus.ACHIEVED
    return MilestoneStatus.OVERDUE if milestone.forecast_on < on else MilestoneStatus.PLANNED


def still_open(milestone: type[Milestone]) -> ColumnElement[bool]:
    """Whether it is still to be achieved: neither achieved nor cancelled."""
    return and_(milestone.achieved_on.is_(None), milestone.cancelled_on.is_(None))


def overdue(milestone: type[Milestone], at: Moment) -> ColumnElement[bool]:
    """Whether it is open and was expected before the date of the moment."""
    return and_(still_open(milestone), milestone.forecast_on < at.on)


def due_between(
    milestone: type[Milestone], from_on: ColumnElement[date], until_on: ColumnElement[date]
) -> ColumnElement[bool]:
    """Whether it is open and expected from `from_on` up to, not including, `until_on`."""
    return and_(still_open(milestone), milestone.forecast_on >= from_on, milestone.forecast_on < until_on)


def slipped(milestone: type[Milestone]) -> ColumnElement[bool]:
    """Whether it is open and expected later than was agreed."""
    return and_(still_open(milestone), milestone.forecast_on > milestone.baseline_on)


def constant(word: Word) -> ColumnElement[Word]:
    """A word of a closed list in the text of a statement, so that a rule brings no variables of its own."""
    return type_coerce(literal_column(f"'{word.value}'"), cast("Any", words(type(word))))
