"""The rules of a milestone's row say the same in SQL and in Python, for every kind of row."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from sqlalchemy import literal, select

from domain.milestones import commands
from domain.milestones.models import Milestone
from domain.milestones.rules import (
    MilestoneStatus,
    due_between,
    overdue,
    slipped,
    status,
    status_on,
    still_open,
)
from domain.moment import Moment
from tests.domain.milestones.scenes import BEGAN, Scene

TODAY = date(2024, 6, 30)
ENDS = ("left open", "achieved", "cancelled")


async def every_kind(here: Scene) -> None:
    """Milestones agreed for, and expected on, the day before, today and the day after; each with each outcome."""
    days = [TODAY + timedelta(days=days) for days in (-1, 0, 1)]
    async with here.at(BEGAN) as doing:
        for baseline_on, forecast_on, end in product(days, days, ENDS):
            made = await commands.create(
                doing,
                programme_id=here.programme_id,
                title=end,
                baseline_on=baseline_on,
                forecast_on=forecast_on,
            )
            if end == "achieved":
                await commands.achieve(doing, made.id, achieved_on=BEGAN)
            if end == "cancelled":
                await commands.cancel(doing, made.id, note="Not needed")


async def asked(here: Scene, on: date, *, past: bool) -> list[Any]:
    at = Moment(literal(on), past=past)
    row = at.rows(Milestone)
    week = due_between(row, at.on, at.on + 7)
    said = (status(row, at), still_open(row), overdue(row, at), week, slipped(row), row.slip_days)
    return await here.look(select(row, *said).where(row.programme_id == here.programme_id))


@pytest.mark.parametrize("past", [False, True])
async def test_sql_and_python_agree(here: Scene, past: bool) -> None:
    await every_kind(here)
    for on in (TODAY, TODAY + timedelta(days=2), BEGAN):
        rows = await asked(here, on, past=past)
        assert len(rows) == 27
        for row, said, is_open, late, due, slips, days in rows:
            assert said is status_on(row, on)
            assert is_open == row.is_open
            assert late == (status_on(row, on) is MilestoneStatus.OVERDUE)
            assert due == (row.is_open and on <= row.forecast_on < on + timedelta(days=7))
            assert slips == (row.is_open and row.slip_days > 0)
            assert days == row.slip_days


@pytest.mark.parametrize(
    ("forecast_on", "given", "expected"),
    [
        (date(2024, 6, 29), {}, MilestoneStatus.OVERDUE),
        (date(2024, 6, 30), {}, MilestoneStatus.PLANNED),
        (date(2024, 6, 29), {"achieved_on": date(2024, 6, 30)}, MilestoneStatus.ACHIEVED),
        (date(2024, 6, 29), {"cancelled_on": date(2024, 6, 1)}, MilestoneStatus.CANCELLED),
    ],
)
def test_where_a_milestone_stands(
    forecast_on: date, given: dict[str, date], expected: MilestoneStatus
) -> None:
    row = Milestone(title="Rota", baseline_on=forecast_on, forecast_on=forecast_on, **given)
    assert status_on(row, TODAY) is expected


async def test_a_milestone_stands_as_it_stood_then(here: Scene) -> None:
    made = await here.milestone(baseline_on=date(2024, 3, 1))
    async with here.at(date(2024, 4, 1)) as doing:
        await commands.achieve(doing, made.id, achieved_on=date(2024, 3, 20))
    stood = {on: (await asked(here, on, past=True)) for on in (date(2024, 2, 1), date(2024, 3, 31), TODAY)}
    assert [rows[0][1] for rows in stood.values()] == [
        MilestoneStatus.PLANNED,
        MilestoneStatus.OVERDUE,
        MilestoneStatus.ACHIEVED,
    ]
    assert await asked(here, BEGAN - timedelta(days=1), past=True) == []
