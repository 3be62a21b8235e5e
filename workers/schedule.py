"""What happens by the calendar."""

from __future__ import annotations

from typing import Any

import structlog

from domain.access.viewers import ADMINISTRATOR
from domain.assessments import closing
from domain.calendar import now
from domain.programmes import portfolio
from domain.summaries import commands
from domain.work import work

log = structlog.get_logger("tandem.schedule")


async def request_scheduled_summaries(ctx: dict[str, Any]) -> None:
    """Have the summaries of the last month, or quarter, compiled for those who are to get them without asking."""
    async with work(ctx["database"], ADMINISTRATOR, now=now()) as scheduled:
        asked = await commands.request_scheduled(scheduled)
    log.info("summaries requested", count=asked)


async def close_rounds(ctx: dict[str, Any]) -> None:
    """Close the rounds whose last day for answers has passed; they are published as any that somebody closes."""
    async with work(ctx["database"], ADMINISTRATOR, now=now()) as scheduled:
        closed = await closing.close_due(scheduled)
    log.info("rounds closed", count=closed)


async def add_up_portfolio(ctx: dict[str, Any]) -> None:
    """Add up by how much the figures of all programmes have changed since the last time."""
    async with work(ctx["database"], ADMINISTRATOR, now=now()) as scheduled:
        await portfolio.add_up(scheduled)
