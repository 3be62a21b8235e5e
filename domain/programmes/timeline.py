"""The timeline of programmes: milestones, sessions, rounds and strengths coverage on one axis, as one select.

Each kind is gathered from its own rows, as of the date of the question and as far as the viewer sees them, so a
timeline shows nothing that its records do not.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Protocol

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    String,
    case,
    cast,
    func,
    literal_column,
    null,
    or_,
    select,
    true,
    union_all,
)

from domain.assessments.round_models import Round, RoundState
from domain.cohorts.models import Team
from domain.milestones.models import Milestone
from domain.programmes.models import Programme
from domain.programmes.timeline_models import TimelineEntry, TimelineKind
from domain.sessions.models import Session
from domain.strengths import maps, programmes

_FIGURES = ("members", "with_profile", "shown")


class Sight(Protocol):
    """How whoever asks looks at tables: as of which date, which rows there are, and which of them they see."""

    @property
    def on(self) -> ColumnElement[date]:
        """The date of the question."""
        ...

    def rows(self, model: type[Any]) -> Any:
        """An alias of the model's rows."""
        ...

    def visible(self, model: type[Any], row: Any) -> ColumnElement[bool] | None:
        """The condition under which a row is seen; None where all are."""
        ...


def entries(at: Sight) -> CompoundSelect[Any]:
    """Everything on the timelines of all programmes, with the columns of `TimelineEntry`."""
    return union_all(_milestones(at), _sessions(at), *_rounds(at), _coverage(at))


def _milestones(at: Sight) -> Any:
    """On the day on which it was achieved, or else is expected; what was cancelled stands on no day any more."""
    milestone, seen = _rows(at, Milestone)
    on = func.coalesce(milestone.achieved_on, milestone.forecast_on)
    return _entry(TimelineKind.MILESTONE, milestone, on).where(milestone.cancelled_on.is_(None), seen)


def _sessions(at: Sight) -> Any:
    session, seen = _rows(at, Session)
    return _entry(TimelineKind.SESSION, session, session.held_on).where(session.cancelled_on.is_(None), seen)


def _rounds(at: Sight) -> list[Any]:
    return [
        _round(at, TimelineKind.ROUND_OPENING, lambda row: row.opened_on),
        _round(at, TimelineKind.ROUND_CLOSING, _closing),
        _round(at, TimelineKind.ROUND_PUBLICATION, lambda row: row.published_on),
    ]


def _closing(row: Any) -> ColumnElement[date]:
    """The day on which a round was closed, or while it is open will be."""
    return case((row.state == RoundState.OPEN, row.closes_on), else_=row.closed_on)


def _round(at: Sight, kind: TimelineKind, day_of: Callable[[Any], Any]) -> Any:
    row, seen = _rows(at, Round)
    day = day_of(row)
    return _entry(kind, row, day).where(day.is_not(None), seen)


def _rows(at: Sight, model: type[Any]) -> tuple[Any, ColumnElement[bool]]:
    row = at.rows(model)
    seen = at.visible(model, row)
    return row, true() if seen is None else seen


def _entry(kind: TimelineKind, row: Any, on: Any) -> Any:
    figures = [cast(null(), Integer).label(name) for name in _FIGURES]
    return select(
        row.id, _is(kind), row.programme_id, on.label("on"), row.title.label("title"), *figures
    ).correlate_except(row)


def _is(kind: TimelineKind) -> ColumnElement[Any]:
    """The kind as a word of the statement's text, so that Postgres leaves out what a filter does not ask for."""
    return cast(literal_column(f"'{kind}'"), TimelineEntry.__table__.c.kind.type).label("kind")


def _coverage(at: Sight) -> Any:
    """On the days of a map (the first of each month and the date of the question) on which it has changed."""
    programme, seen = _rows(at, Programme)
    figures = _figures(programme, at)
    before = [
        func.coalesce(func.lag(figures.c[name]).over(order_by=figures.c.on), 0) for name in _FIGURES[1:]
    ]
    changed = [figures.c[name] != earlier for name, earlier in zip(_FIGURES[1:], before, strict=True)]
    compared = select(figures, or_(*changed).label("has_changed")).lateral()
    return (
        select(
            programme.id,
            _is(TimelineKind.STRENGTHS_COVERAGE),
            programme.id.label("programme_id"),
            compared.c.on,
            cast(literal_column("'Strengths coverage'"), String).label("title"),
            *(compared.c[name] for name in _FIGURES),
        )
        .select_from(programme)
        .join(compared, compared.c.has_changed)
        .where(seen)
        .correlate_except(programme)
    )


def _figures(programme: Any, at: Sight) -> Any:
    """How far the strengths of those in a programme's teams were known, day by day since it has had teams."""
    team = at.rows(Team)
    begins = select(func.min(team.starts_on)).where(team.programme_id == programme.id)
    on = maps.days(begins.correlate_except(team).scalar_subquery(), at)
    day: Any = maps.Day(at, on.c.on)
    rules = (programmes.people, programmes.with_profile, programmes.shown)
    figures = (rule(programme, day).label(name) for name, rule in zip(_FIGURES, rules, strict=True))
    return select(on.c.on, *figures).select_from(on).correlate_except(on).subquery()
