"""Health is the same in SQL and in Python, at present and at any date of the past."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import ColumnElement, literal, select

from domain.database import Database
from domain.milestones import commands
from domain.milestones.models import Milestone, ReasonCode
from domain.moment import Moment
from domain.programmes.health import Health, contradicting, contradicts, health, health_on, silent
from domain.programmes.models import DeliveryConfidence, Programme, ProgrammeStatus
from tests.factories import acting

BEGAN, ON = date(2024, 1, 1), date(2024, 6, 30)
DAY = timedelta(days=1)


def programme(heard_on: date | None = ON) -> Programme:
    return Programme(ref="P1", title="Hub", heard_on=heard_on)


def milestone(baseline_on: date = ON, forecast_on: date | None = None, **given: Any) -> Milestone:
    return Milestone(title="Rota", baseline_on=baseline_on, forecast_on=forecast_on or baseline_on, **given)


LATE, SLIPPED, EARLY = milestone(ON - DAY), milestone(ON, ON + DAY), milestone(ON + DAY, ON)
CASES: list[tuple[str, date | None, list[Milestone], Health]] = [
    ("nothing is amiss", ON, [milestone()], Health.ON_TRACK),
    ("without milestones nothing is late", ON, [], Health.ON_TRACK),
    ("expected yesterday", ON, [milestone(), LATE], Health.OVERDUE),
    ("expected later than agreed", ON, [milestone(), SLIPPED], Health.SLIPPING),
    ("expected earlier than agreed", ON, [EARLY], Health.ON_TRACK),
    ("overdue is worse than slipping", ON, [SLIPPED, LATE], Health.OVERDUE),
    ("overdue is worse than silent", None, [LATE], Health.OVERDUE),
    ("slipping is worse than silent", None, [SLIPPED], Health.SLIPPING),
    ("heard 30 days ago", ON - 30 * DAY, [milestone()], Health.ON_TRACK),
    ("heard 31 days ago", ON - 31 * DAY, [milestone()], Health.SILENT),
    ("never heard", None, [], Health.SILENT),
    ("what was achieved late is done", ON, [milestone(ON - DAY, ON + DAY, achieved_on=ON)], Health.ON_TRACK),
    ("what was cancelled is nobody's worry", ON, [milestone(ON - DAY, cancelled_on=ON)], Health.ON_TRACK),
]


@pytest.mark.parametrize(
    ("heard_on", "milestones", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_health(heard_on: date | None, milestones: list[Milestone], expected: Health) -> None:
    assert health_on(programme(heard_on), milestones, ON) is expected


AGAINST = {
    (DeliveryConfidence.GREEN, Health.OVERDUE),
    (DeliveryConfidence.GREEN, Health.SLIPPING),
    (DeliveryConfidence.AMBER_GREEN, Health.OVERDUE),
    (DeliveryConfidence.AMBER_GREEN, Health.SLIPPING),
    (DeliveryConfidence.AMBER_RED, Health.ON_TRACK),
    (DeliveryConfidence.RED, Health.ON_TRACK),
}


@pytest.mark.parametrize("confidence", [None, *DeliveryConfidence])
@pytest.mark.parametrize("computed", Health)
def test_what_contradicts_what(confidence: DeliveryConfidence | None, computed: Health) -> None:
    assert contradicts(confidence, computed) == ((confidence, computed) in AGAINST)


async def test_sql_and_python_agree_on_what_contradicts_what(database: Database) -> None:
    pairs = list(product([None, *DeliveryConfidence], Health))
    confidence, kind = (
        Programme.delivery_confidence.type,
        type(health(Programme, Moment(literal(ON), past=False)).type),
    )
    assert kind is type(confidence)
    in_sql: dict[Health, ColumnElement[Any]] = {each: literal(each.value) for each in Health}
    said = [
        contradicting(literal(judged, confidence), in_sql[computed]).label(f"pair_{place}")
        for place, (judged, computed) in enumerate(pairs)
    ]
    async with acting(database) as looking:
        row = (await looking.session.execute(select(*said))).one()
    assert list(row) == [contradicts(judged, computed) for judged, computed in pairs]


DAYS = st.dates(date(2023, 11, 1), date(2024, 12, 31))
CHANGES = st.sampled_from(["achieve", "cancel", "reforecast", "nothing"])
PROMISES = st.lists(st.tuples(DAYS, st.none() | DAYS, CHANGES, DAYS), max_size=4)


@settings(
    max_examples=20,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    heard_on=st.none() | DAYS,
    confidence=st.none() | st.sampled_from(DeliveryConfidence),
    promises=PROMISES,
    days=st.lists(DAYS, min_size=1, max_size=4),
)
async def test_sql_and_python_agree_as_of_every_date(
    database: Database,
    heard_on: date | None,
    confidence: DeliveryConfidence | None,
    promises: list[tuple[date, date | None, str, date]],
    days: list[date],
) -> None:
    programme_id = await _story(database, heard_on, confidence, promises)
    changed_on = BEGAN + len(promises) * 40 * DAY
    for on in days:
        await _agree(database, programme_id, on, past=True)
    await _agree(database, programme_id, max(changed_on, *days), past=False)


async def _story(
    database: Database,
    heard_on: date | None,
    confidence: DeliveryConfidence | None,
    promises: list[tuple[date, date | None, str, date]],
) -> UUID:
    """A programme with milestones, of which one changes every 40 days."""
    async with acting(database, on=BEGAN) as doing:
        made = doing.add(
            Programme(
                ref=f"P-{uuid4().hex[:12]}",
                title="Hub",
                status=ProgrammeStatus.ACTIVE,
                heard_on=heard_on,
                delivery_confidence=confidence,
            )
        )
        await doing.save()
        milestones = [
            await commands.create(
                doing, programme_id=made.id, title="Rota", baseline_on=baseline_on, forecast_on=forecast_on
            )
            for baseline_on, forecast_on, _, _ in promises
        ]
    for place, (row, (_, _, change, day)) in enumerate(zip(milestones, promises, strict=True), start=1):
        async with acting(database, on=BEGAN + place * 40 * DAY) as doing:
            if change == "achieve":
                await commands.achieve(doing, row.id, achieved_on=BEGAN)
            elif change == "cancel":
                await commands.cancel(doing, row.id, note="Not needed")
            elif change == "reforecast" and day != row.forecast_on:
                await commands.reforecast(doing, row.id, forecast_on=day, reason=ReasonCode.SCOPE)
    return made.id


async def _agree(database: Database, programme_id: UUID, on: date, *, past: bool) -> None:
    at = Moment(literal(on), past=past)
    row, promised = at.rows(Programme), at.rows(Milestone)
    computed = health(row, at)
    said = (computed, silent(row, at), contradicting(row.delivery_confidence.expression, computed))
    async with acting(database) as looking:
        found = (
            await looking.session.execute(select(row, *said).where(row.id == programme_id))
        ).one_or_none()
        milestones = (
            await looking.session.scalars(select(promised).where(promised.programme_id == programme_id))
        ).all()
    if found is None:
        assert past
        assert on < BEGAN
        return
    then, in_sql, is_silent, against = found
    assert in_sql is health_on(then, milestones, on)
    assert is_silent == (health_on(then, [], on) is Health.SILENT)
    assert against == contradicts(then.delivery_confidence, in_sql)
