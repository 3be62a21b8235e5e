"""The ledger adds up: whatever is done to a milestone, as of every date, whoever writes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import literal, select, text
from sqlalchemy.exc import DBAPIError

from domain.errors import Refused
from domain.history import as_of
from domain.milestones import commands
from domain.milestones.models import Baseline, LedgerEntry, Milestone, ReasonCode
from domain.models import Programme
from domain.work import Work
from tests.domain.milestones.scenes import BEGAN, Scene

DAYS = st.dates(date(2023, 6, 1), date(2025, 12, 31))
Step = Callable[[Work, UUID, UUID], Awaitable[object]]


def _reforecast(day: date, reason: ReasonCode) -> Step:
    return lambda doing, milestone, _: commands.reforecast(
        doing, milestone, forecast_on=day, reason=reason, note="Why"
    )


def _rebaseline(day: date) -> Step:
    return lambda doing, milestone, approver: commands.rebaseline(
        doing, milestone, baseline_on=day, approved_by_id=approver, note="Board"
    )


def _achieve(day: date) -> Step:
    return lambda doing, milestone, _: commands.achieve(doing, milestone, achieved_on=day)


def _report(day: date) -> Step:
    return lambda doing, milestone, _: commands.report_forecast(doing, milestone, forecast_on=day)


def _withdraw(doing: Work, milestone: UUID, _: UUID) -> Awaitable[object]:
    return commands.withdraw_achievement(doing, milestone, note="Wrong")


def _cancel(doing: Work, milestone: UUID, _: UUID) -> Awaitable[object]:
    return commands.cancel(doing, milestone, note="Not needed")


def _reinstate(doing: Work, milestone: UUID, _: UUID) -> Awaitable[object]:
    return commands.reinstate(doing, milestone, note="Needed after all")


def _rename(doing: Work, milestone: UUID, _: UUID) -> Awaitable[object]:
    return commands.update(doing, milestone, title="Another")


STEPS = st.lists(
    st.tuples(
        # Steps of one date, of following dates, and one that is dated before what is known.
        st.integers(-3, 40),
        st.one_of(
            st.builds(_reforecast, DAYS, st.sampled_from(ReasonCode)),
            st.builds(_rebaseline, DAYS),
            st.builds(_report, DAYS),
            st.builds(_achieve, DAYS),
            st.sampled_from([_withdraw, _cancel, _reinstate, _rename]),
        ),
    ),
    max_size=8,
)


@settings(
    max_examples=25,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(baseline_on=DAYS, forecast_on=st.none() | DAYS, marks_end=st.booleans(), steps=STEPS)
async def test_the_ledger_adds_up_as_of_every_date(
    here: Scene, baseline_on: date, forecast_on: date | None, marks_end: bool, steps: list[tuple[int, Step]]
) -> None:
    programme_id = await _fresh_programme(here)
    milestone = await here.milestone(
        programme_id=programme_id, baseline_on=baseline_on, forecast_on=forecast_on, marks_end=marks_end
    )
    on, known = BEGAN, {BEGAN}
    for days, step in steps:
        on += timedelta(days=days)
        known |= {on, on + timedelta(days=1)}
        try:
            async with here.at(on) as doing:
                await step(doing, milestone.id, here.approver_id)
        except Refused:
            continue
    for day in sorted(known):
        await _adds_up(here, programme_id, milestone.id, day)


async def _fresh_programme(here: Scene) -> UUID:
    async with here.at() as doing:
        programme = doing.add(
            Programme(ref=f"E-{uuid4().hex[:12].upper()}", title="Example", status="ACTIVE", heard_on=BEGAN)
        )
    return programme.id


async def _adds_up(here: Scene, programme_id: UUID, milestone_id: UUID, day: date) -> None:
    row = await here.as_of(Milestone, milestone_id, day)
    programme = await here.as_of(Programme, programme_id, day)
    entries, agreed = as_of(LedgerEntry, literal(day)), as_of(Baseline, literal(day))
    days = await here.look(select(entries.c.days).where(entries.c.milestone_id == milestone_id))
    dates = await here.look(
        select(agreed.c.baseline_on).where(agreed.c.milestone_id == milestone_id).order_by(agreed.c.id)
    )
    if row is None:
        assert (days, dates) == ([], [])
        return
    assert sum(each for (each,) in days) == (row.forecast_on - row.baseline_on).days
    assert dates[-1] == (row.baseline_on,)
    assert programme.ends_on == (row.forecast_on if row.marks_end else None)


async def test_slip_days_are_the_same_in_python_and_in_sql(here: Scene) -> None:
    late = await here.milestone(baseline_on=date(2024, 1, 31), forecast_on=date(2024, 3, 1))
    early = await here.milestone(baseline_on=date(2024, 3, 1), forecast_on=date(2024, 1, 31))
    slips = select(Milestone.slip_days).where(Milestone.programme_id == here.programme_id)
    found = await here.look(slips.order_by(Milestone.id))
    assert [days for (days,) in found] == [late.slip_days, early.slip_days] == [30, -30]


MOVED_WITHOUT_ENTRY: dict[str, str] = {
    "a forecast": "UPDATE milestones SET forecast_on = forecast_on + 1, version = version + 1 WHERE id = :id",
    "a baseline": "UPDATE milestones SET baseline_on = baseline_on - 1, version = version + 1 WHERE id = :id",
    "an entry": "INSERT INTO ledger_entries (id, valid_from, programme_id, milestone_id, from_on, to_on, days, reason, "
    "recorded_at) SELECT gen_random_uuid(), valid_from, programme_id, id, forecast_on, forecast_on, 5, 'SCOPE', now() "
    "FROM milestones WHERE id = :id",
    "a late beginning": "INSERT INTO milestones (id, version, valid_from, programme_id, title, baseline_on, "
    "forecast_on, criticality, evidence_required, marks_end) SELECT gen_random_uuid(), 1, valid_from, programme_id, "
    "title, baseline_on, forecast_on, criticality, false, false FROM milestones WHERE id = :id",
}


@pytest.mark.parametrize("statement", MOVED_WITHOUT_ENTRY.values(), ids=MOVED_WITHOUT_ENTRY)
async def test_the_database_refuses_what_does_not_add_up(here: Scene, statement: str) -> None:
    made = await here.milestone(baseline_on=date(2024, 6, 30), forecast_on=date(2024, 7, 31))
    with pytest.raises(DBAPIError, match="its dates are") as refused:
        async with here.at() as doing:
            await doing.session.execute(text(statement), {"id": made.id})
    assert _sqlstate(refused.value) == "TD002"
    assert (await here.row(Milestone, made.id)).slip_days == 31


async def test_the_database_looks_only_at_the_end_of_a_transaction(here: Scene) -> None:
    made = await here.milestone(baseline_on=date(2024, 6, 30))
    move = text("UPDATE milestones SET forecast_on = :day, version = version + 1 WHERE id = :id")
    async with here.at() as doing:
        for day in (date(2025, 1, 1), date(2024, 6, 30)):
            await doing.session.execute(move, {"id": made.id, "day": day})
    assert (await here.row(Milestone, made.id)).slip_days == 0


def _sqlstate(error: DBAPIError) -> Any:
    return getattr(error.orig, "sqlstate", None)
