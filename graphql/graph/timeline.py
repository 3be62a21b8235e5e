"""The timeline of a programme in the schema: what happened in it and what is expected, on one axis."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import strawberry
from sqlalchemy import ColumnElement, and_, or_

from domain import models
from domain.programmes.timeline_models import TimelineKind
from graph.milestones import Milestone
from graph.reads import column, one, reads
from graph.rounds import Round
from graph.sessions import Session

strawberry.enum(
    TimelineKind,
    description="What an entry of a timeline is; entries of the same day stand in this order.",
)


def _of(*kinds: TimelineKind) -> Callable[[Any, Any, Any], ColumnElement[bool]]:
    """The record of an entry, if it is of one of these kinds."""
    return lambda row, other, _at: and_(or_(*(row.kind == kind for kind in kinds)), other.id == row.id)


@reads(models.TimelineEntry, filters=("kind", "on", "title", "milestone", "session", "round"))
class TimelineEntry:
    """Something of a programme on a day. One of `milestone`, `session` and `round` has the record, by its kind."""

    kind: TimelineKind
    on: date = column(
        "A milestone: achieved, or else the forecast. A session: the day in London. A round: when it was opened, "
        "closed (while it is open: its last day, if it has one) or published. Coverage: the first of a month, or the "
        "date of the question, if it has changed."
    )
    title: str
    milestone: Milestone | None = one(_of(TimelineKind.MILESTONE))
    session: Session | None = one(_of(TimelineKind.SESSION))
    round: Round | None = one(
        _of(TimelineKind.ROUND_OPENING, TimelineKind.ROUND_CLOSING, TimelineKind.ROUND_PUBLICATION)
    )
    members: int | None = column("Of a coverage: how many were in a team of the programme.")
    with_profile: int | None = column("Of a coverage: how many of them had been assessed.")
    shown: int | None = column(
        "Of a coverage: how many of those show it to the programme, both on that day and today."
    )
