"""The calendar: when something is due, as instants, and which occurrence was done.

Rules are about moments, not about what a clock shows: that goes from 00:59 to 02:00 one night, and through an hour
twice in another. What is meant by a clock in London occurs once each day.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.calendar import LONDON, today
from domain.journal.models import ScheduleRun

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Every:
    """Once in each period that goes evenly into a day, so much after it begins: at 30 seconds of each minute, say."""

    period: timedelta
    after: timedelta = timedelta(0)

    def latest(self, now: datetime) -> datetime:
        """The latest occurrence up to now."""
        return now - (now - _EPOCH - self.after) % self.period


@dataclass(frozen=True, slots=True)
class Daily:
    """Once on each of those days of a month, at a time on a London clock, in whole minutes.

    Where the clock skips that time, it is the first moment after it; where it comes twice, the first of the two.
    """

    at: time
    days: Container[int] = range(1, 32)

    def latest(self, now: datetime) -> datetime:
        """The latest occurrence up to now."""
        day = today(now)
        while day.day not in self.days or _moment(day, self.at) > now:
            day -= _DAY
        return _moment(day, self.at)


Rule = Every | Daily


def _moment(day: date, at: time) -> datetime:
    """The first moment at which a clock in London shows that time of that day, or a later one."""
    wall = datetime.combine(day, at)
    # Before the clock skips a time and after it are two readings of it, of which the earlier one is too early.
    moment = min(wall.replace(tzinfo=LONDON, fold=fold).astimezone(UTC) for fold in (0, 1))
    while moment.astimezone(LONDON).replace(tzinfo=None) < wall:
        moment += _MINUTE
    return moment


async def claim(session: AsyncSession, name: str, occurrence: datetime) -> bool:
    """Take an occurrence of a line of the calendar up; whether it is still to be done.

    It counts as done when this transaction is committed. Who asks meanwhile waits for that. A line that is new has
    missed nothing: its first occurrence is the next one.
    """
    taken = await session.scalar(
        update(ScheduleRun)
        .where(ScheduleRun.name == name, ScheduleRun.occurred_at < occurrence)
        .values(occurred_at=occurrence)
        .returning(ScheduleRun.name)
    )
    if taken is None:
        new = insert(ScheduleRun).values(name=name, occurred_at=occurrence)
        await session.execute(new.on_conflict_do_nothing(index_elements=[ScheduleRun.name]))
    return taken is not None
