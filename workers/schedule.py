"""What happens by the calendar, once for all workers together, with or without a queue."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta

import structlog
from structlog.contextvars import bound_contextvars

from domain.access.viewers import ADMINISTRATOR
from domain.assessments import closing
from domain.calendar import now
from domain.database import Database
from domain.keeping import tidy
from domain.outages import Outage, outage_of
from domain.programmes import portfolio
from domain.schedule import Daily, Every, Rule, claim
from domain.settings import Settings
from domain.summaries import commands
from domain.work import Work, work
from workers.background import end

# The clock is looked at, not waited for: it may be set, and machines sleep.
_LOOK_EVERY_S = 1.0
_AGAIN_AFTER_S = 30.0

log = structlog.get_logger("tandem.schedule")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the calendar: its name, when it is due, and what is done then, in one transaction."""

    name: str
    due: Rule
    act: Callable[[Work], Awaitable[None]]


async def _request_summaries(scheduled: Work) -> None:
    """Have the summaries of the last month, or quarter, compiled for those who are to get them without asking."""
    log.info("summaries requested", count=await commands.request_scheduled(scheduled))


async def _close_rounds(scheduled: Work) -> None:
    """Close the rounds whose last day for answers has passed; they are published as any that somebody closes."""
    log.info("rounds closed", count=await closing.close_due(scheduled))


async def _add_up_portfolio(scheduled: Work) -> None:
    """Add up by how much the figures of all programmes have changed since the last time."""
    await portfolio.add_up(scheduled)


async def _tidy(scheduled: Work) -> None:
    """Remove some of what has been of no use for long."""
    gone = await tidy(scheduled, keep=timedelta(days=Settings.read().keep_days))
    log.info("tidied", **asdict(gone))


SCHEDULE = (
    # What was asked for is not asked for again: on the days after the first, those come who had no seat yet.
    Line("request summaries", Daily(time(5), days=range(1, 8)), _request_summaries),
    # Each hour, so that a round is closed soon after its last day has passed.
    Line("close rounds", Every(timedelta(hours=1), after=timedelta(minutes=5)), _close_rounds),
    # Each minute: what is not added up yet is read whole by whoever asks for the portfolio.
    Line("add up portfolio", Every(timedelta(minutes=1), after=timedelta(seconds=30)), _add_up_portfolio),
    # A thousand of each kind at a time are 144,000 a day.
    Line("tidy", Every(timedelta(minutes=10), after=timedelta(seconds=45)), _tidy),
)
"""The calendar. After an outage, of each line the latest occurrence is made up for."""


async def keep(database: Database, line: Line, *, at: datetime) -> bool:
    """Do what is due by a line at a moment, unless it was done, by whichever worker; whether it was done now."""
    occurrence = line.due.latest(at)
    with bound_contextvars(line=line.name, occurrence=occurrence.isoformat()):
        async with work(database, ADMINISTRATOR, now=at) as scheduled:
            if not await claim(scheduled.session, line.name, occurrence):
                return False
            await line.act(scheduled)
    return True


@asynccontextmanager
async def scheduling(database: Database) -> AsyncIterator[None]:
    """Keep the calendar in the background for as long as the context lasts."""
    tasks = [asyncio.create_task(_follow(database, line), name=line.name) for line in SCHEDULE]
    try:
        yield
    finally:
        await end(*tasks)


async def _follow(database: Database, line: Line) -> None:
    known: datetime | None = None
    while True:
        at = now()
        latest = line.due.latest(at)
        try:
            if latest != known:
                await keep(database, line, at=at)
                known = latest
        except Exception as error:  # noqa: BLE001 - a line that ends would never be kept again; it says so and goes on
            _interrupted(line, error)
            await asyncio.sleep(_AGAIN_AFTER_S)
        await asyncio.sleep(_LOOK_EVERY_S)


def _interrupted(line: Line, error: Exception) -> None:
    if isinstance(error, OSError) or outage_of(error) not in {None, Outage.ALTERED}:
        log.warning("interrupted", line=line.name, error=type(error).__name__)
    else:
        log.error("failed", line=line.name, exc_info=error)
