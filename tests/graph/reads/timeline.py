"""What is on the timelines of programmes, said a second time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from domain import models
from domain.assessments.round_models import RoundState
from domain.programmes.timeline_models import TimelineEntry, TimelineKind
from tests.graph.reads import slow_strengths as strengths

if TYPE_CHECKING:
    from tests.graph.reads.world import Sight

RECORDS: dict[TimelineKind, type[Any]] = {
    TimelineKind.MILESTONE: models.Milestone,
    TimelineKind.SESSION: models.Session,
    TimelineKind.ROUND_OPENING: models.Round,
    TimelineKind.ROUND_CLOSING: models.Round,
    TimelineKind.ROUND_PUBLICATION: models.Round,
    TimelineKind.STRENGTHS_COVERAGE: models.Programme,
}


def entries(sight: Sight) -> list[TimelineEntry]:
    """Everything on the timelines of all programmes, whoever looks."""
    return [*_milestones(sight), *_sessions(sight), *_rounds(sight), *_coverages(sight)]


def record(sight: Sight, entry: Any) -> Any:
    """The record that an entry is of."""
    return next(row for row in sight.rows(RECORDS[entry.kind]) if row.id == entry.id)


def _entry(kind: TimelineKind, row: Any, on: date, **figures: Any) -> TimelineEntry:
    return TimelineEntry(
        id=row.id, kind=kind, programme_id=getattr(row, "programme_id", row.id), on=on,
        title="Strengths coverage" if figures else row.title,
        **({"members": None, "with_profile": None, "shown": None} | figures),
    )  # fmt: skip


def _milestones(sight: Sight) -> Iterator[TimelineEntry]:
    for row in sight.rows(models.Milestone):
        if row.cancelled_on is None:
            yield _entry(TimelineKind.MILESTONE, row, row.achieved_on or row.forecast_on)


def _sessions(sight: Sight) -> Iterator[TimelineEntry]:
    for row in sight.rows(models.Session):
        if row.cancelled_on is None:
            yield _entry(TimelineKind.SESSION, row, row.held_on)


def _rounds(sight: Sight) -> Iterator[TimelineEntry]:
    for row in sight.rows(models.Round):
        for kind, on in (
            (TimelineKind.ROUND_OPENING, row.opened_on),
            (TimelineKind.ROUND_CLOSING, row.closes_on if row.state is RoundState.OPEN else row.closed_on),
            (TimelineKind.ROUND_PUBLICATION, row.published_on),
        ):
            if on is not None:
                yield _entry(kind, row, on)


def _coverages(sight: Sight) -> Iterator[TimelineEntry]:
    for programme in sight.rows(models.Programme):
        before = (0, 0)
        for day in strengths.days(sight, _begins(sight, programme)):
            figures = strengths.covered(sight, strengths.members(sight, programme, day), day)
            if before != (figures["withProfile"], figures["shown"]):
                yield _entry(
                    TimelineKind.STRENGTHS_COVERAGE, programme, day,
                    members=figures["members"], with_profile=figures["withProfile"], shown=figures["shown"],
                )  # fmt: skip
            before = figures["withProfile"], figures["shown"]


def _begins(sight: Sight, programme: Any) -> date:
    teams = [team for team in sight.rows(models.Team) if team.programme_id == programme.id]
    return min((team.starts_on for team in teams), default=date.max)
