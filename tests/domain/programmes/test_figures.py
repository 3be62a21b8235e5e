"""What programmes are counted by is what a recount of them, their milestones and partners gives, on every date."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from domain.database import Database
from domain.errors import Refused
from domain.history import as_of
from domain.milestones import commands as milestones
from domain.milestones.models import Milestone
from domain.models import Partner, ProgrammeFigures, ProgrammeKind
from domain.programmes import commands as programmes
from domain.programmes.models import PartnerRole, Programme
from domain.work import Work
from tests import factories as make
from tests.domain.programmes.chances import DAYS, something
from tests.races import race

KIND = ("status", "category", "delivery_confidence")
OWN = (*KIND, "heard_on")
LED = ("earlier_since", "led_from", "earlier_leads", "lead_id")
FIGURES = ("heard_on", "first_forecast", "open_forecasts", "slipped_milestones", *LED)


async def _figures(database: Database, programme_id: UUID, day: date) -> tuple[Any, ...]:
    """The figures as of the end of a day, in the order of what `_recount` gives."""
    rows = as_of(ProgrammeFigures, func.date(day)).c
    async with make.acting(database) as work:
        found = await work.session.execute(
            select(*(getattr(ProgrammeKind, name) for name in KIND), *(rows[name] for name in FIGURES))
            .join_from(ProgrammeKind, rows.id.table, ProgrammeKind.id == rows.kind_id)
            .where(rows.id == programme_id)
        )
    [figures] = found.all()
    return tuple(figures)


async def _recount(database: Database, programme_id: UUID, day: date) -> tuple[Any, ...]:
    async with make.acting(database) as work:
        of, there, here = (as_of(model, func.date(day)).c for model in (Programme, Milestone, Partner))
        [own] = await work.session.execute(select(*(of[name] for name in OWN)).where(of.id == programme_id))
        planned = (
            await work.session.execute(
                select(there.forecast_on, there.baseline_on).where(
                    there.programme_id == programme_id,
                    there.achieved_on.is_(None),
                    there.cancelled_on.is_(None),
                )
            )
        ).all()
        leading = (
            await work.session.execute(
                select(here.starts_on, here.ends_on, here.organisation_id).where(
                    here.programme_id == programme_id, here.role == PartnerRole.LEAD
                )
            )
        ).all()
    turns = {start: who for start, end, who in leading if end is None or end > start}
    for start, end, _ in leading:
        if end is not None and end > start:
            turns.setdefault(end, None)
    *earlier, last = sorted(turns)
    forecasts = sorted(forecast for forecast, _ in planned)
    return (
        *own,
        forecasts[0] if forecasts else None,
        forecasts,
        sum(forecast > baseline for forecast, baseline in planned),
        earlier,
        last,
        [turns[day] for day in earlier],
        turns[last],
    )


@pytest.mark.parametrize("seed", range(4))
async def test_figures_are_a_recount_on_every_date(database: Database, seed: int) -> None:
    chance = Random(seed)
    async with make.acting(database) as work:
        programme = await make.programme(work)
        organisations = [(await make.organisation(work, f"O{n}")).id for n in range(4)]
        kept = [(await make.milestone(work, programme, f"M{n}")).id for n in range(3)]
    done = 0
    for _ in range(60):
        # In any order of dates: what is dated earlier than another change is known later.
        try:
            async with make.acting(database, on=chance.choice(DAYS)) as work:
                await something(work, chance, programme, kept, organisations)
            done += 1
        except Refused:
            continue
    assert done > 10
    for day in [*DAYS, make.TODAY]:
        assert await _figures(database, programme.id, day) == await _recount(database, programme.id, day)
    async with make.acting(database) as work:
        present = await work.session.get_one(ProgrammeFigures, programme.id)
        kind = await work.session.get_one(ProgrammeKind, present.kind_id)
        told = tuple(getattr(kind if name in KIND else present, name) for name in (*KIND, *FIGURES))
    assert told == await _recount(database, programme.id, make.TODAY)


async def test_what_is_changed_on_an_earlier_date_is_counted_from_it_on(database: Database) -> None:
    later = make.START + timedelta(days=30)
    async with make.acting(database) as work:
        programme = await make.programme(work)
        first, second = [await make.milestone(work, programme, title) for title in ("First", "Second")]
    async with make.acting(database, on=later) as work:
        await milestones.achieve(work, first.id, achieved_on=later)
    async with make.acting(database, on=later - timedelta(days=10)) as work:
        await milestones.cancel(work, second.id, note="Not needed.")
    counts = [
        len((await _figures(database, programme.id, later - timedelta(days=days)))[len(OWN) + 1])
        for days in (11, 10, 1, 0)
    ]
    assert counts == [2, 1, 1, 0]


async def test_two_programmes_of_a_new_kind_at_the_same_time_are_both_counted(database: Database) -> None:
    async def first(work: Work) -> None:
        await programmes.update(work, made[0], category="Harbours")
        await work.save()

    async def second(work: Work) -> None:
        await programmes.update(work, made[1], category="Harbours")

    async with make.acting(database) as work:
        made = [(await make.programme(work, ref)).id for ref in ("one", "two")]
    assert await race(database, first, second) == "done"
    for programme_id in made:
        assert await _figures(database, programme_id, make.START) == await _recount(
            database, programme_id, make.START
        )
