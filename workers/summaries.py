"""Compiles a sponsor's summary of a period."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any
from uuid import UUID

from domain.access.viewers import Role, Viewer
from domain.calendar import now, today
from domain.database import Database
from domain.summaries import commands
from domain.summaries.content import compose
from domain.summaries.period import Period
from domain.summaries.reading import Reader, Reading
from domain.summaries.sources import Source
from domain.work import work
from workers.pages import summary_page
from workers.reading import read
from workers.running import InHand


async def compile_summary(
    database: Database, in_hand: InHand, person_id: str, period_from: str, period_to: str
) -> dict[str, Any]:
    """Read as the sponsor, compose, and keep it. Run again, it finds the same and changes nothing.

    Raises:
        Refused: there is no such person, or no such period yet.
        TakenOver: somebody else has the job by now, who may have read later.
    """
    sponsor = UUID(person_id)
    at = now()
    period = Period.between(date.fromisoformat(period_from), date.fromisoformat(period_to), today=today(at))
    reader, reading, sources = await read(database, sponsor, period)
    # Seconds of work for a sponsor of thousands: beside the loop, so that the worker still answers.
    content, html = await asyncio.to_thread(_written, reader, reading, sources)
    async with work(database, Viewer(Role.SPONSOR, sponsor), now=at) as kept:
        summary = await commands.store(
            kept,
            person_id=sponsor,
            **period.as_dates(),
            content=content,
            html=html,
        )
        await in_hand(kept.session)
    return {"summary_id": str(summary.id), "hash": summary.hash}


def _written(reader: Reader, reading: Reading, sources: dict[str, Source]) -> tuple[dict[str, Any], str]:
    content = compose(reader, reading, sources)
    return content, summary_page(content)
