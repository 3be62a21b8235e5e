"""What is kept of the whole portfolio is what a count of all programmes gives, on every date."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import ColumnElement, Date, Text, cast, func, literal, select, text, union_all

from domain.database import Database
from domain.errors import Refused
from domain.models import PORTFOLIO_CHANGES, PORTFOLIO_TOTALS, ProgrammeFigures, ProgrammeKind
from domain.moment import Moment
from domain.organisations import commands as organisations
from domain.programmes import commands as programmes
from domain.programmes import partners
from domain.programmes.agreement import (
    FIGURES_DIFFER,
    PORTFOLIO_DIFFERS,
    PRESENT_FIGURES_DIFFER,
    TOTALS_DIFFER,
)
from domain.programmes.figures import expected_before, open_milestones
from domain.programmes.health import health_by
from domain.programmes.leads import lead_organisation_by
from domain.programmes.portfolio import DUE_WITHIN, add_up, portfolio
from domain.work import Work
from tests import factories as make
from tests.domain.programmes.chances import DAYS, something
from tests.races import race

# The days of the changes and those around them; then whatever comes of them by itself, to the end of the forecasts.
ASKED = [
    *(day + timedelta(days=days) for day in DAYS for days in (-1, 0, 3)),
    *(make.START + timedelta(days=days) for days in range(90, 600, 17)),
]

Figures = Counter[tuple[str, str, str | None]]


def _moment(day: date) -> Moment:
    return Moment(on=literal(day, Date()), past=True)


async def _kept(database: Database, day: date) -> Figures:
    rows = portfolio(_moment(day)).c
    key = (rows.figure, rows.status, rows.value)
    async with make.acting(database) as work:
        found = await work.session.execute(select(*key, func.sum(rows.amount)).group_by(*key))
        return Counter(
            {(figure, status, value): int(amount) for figure, status, value, amount in found if amount}
        )


def _value(expression: Any) -> ColumnElement[Any]:
    return cast(expression, Text)


async def _counted(database: Database, day: date) -> Figures:
    at = _moment(day)
    its, kind = at.rows(ProgrammeFigures), at.rows(ProgrammeKind)
    nothing = literal(None, Text())
    figures: dict[str, tuple[Any, Any]] = {
        "programmes": (nothing, 1),
        "status": (_value(kind.status), 1),
        "category": (kind.category, 1),
        "delivery_confidence": (_value(kind.delivery_confidence), 1),
        "health": (_value(health_by(its, at)), 1),
        "lead_id": (_value(lead_organisation_by(its, at)), 1),
        "milestones_open": (nothing, open_milestones(its)),
        "milestones_overdue": (nothing, expected_before(its, at.on)),
        "milestones_due": (
            nothing,
            expected_before(its, at.on + DUE_WITHIN.days) - expected_before(its, at.on),
        ),
        "milestones_slipped": (nothing, its.slipped_milestones),
    }
    each = (
        select(literal(figure), kind.status, value, amount).join_from(its, kind, kind.id == its.kind_id)
        for figure, (value, amount) in figures.items()
    )
    counted: Figures = Counter()
    async with make.acting(database) as work:
        for figure, status, value, amount in await work.session.execute(union_all(*each)):
            counted[figure, status, value] += amount
    return +counted


async def _agree(database: Database) -> None:
    for day in ASKED:
        assert await _kept(database, day) == await _counted(database, day), day
    async with database.engine.connect() as connection:
        for differ in (FIGURES_DIFFER, PRESENT_FIGURES_DIFFER, PORTFOLIO_DIFFERS, TOTALS_DIFFER):
            assert list(await connection.scalars(text(differ))) == []


async def _succeed(work: Work, chance: Random, among: list[UUID]) -> None:
    before, after = chance.sample(among, 2)
    on = make.START + timedelta(days=chance.randrange(-10, 120))
    await organisations.succeed(work, before, successor_id=after, on=on)


@pytest.mark.parametrize("seed", range(4))
async def test_what_is_kept_is_a_count_on_every_date(database: Database, seed: int) -> None:
    chance = Random(seed)
    async with make.acting(database) as work:
        made = [await make.programme(work, ref) for ref in ("one", "two", "three")]
        leads = [(await make.organisation(work, f"O{n}")).id for n in range(6)]
        kept = {it.id: [(await make.milestone(work, it, f"M{n}")).id for n in range(2)] for it in made}
    done = 0
    for _ in range(90):
        it = chance.choice(made)
        try:
            async with make.acting(database, on=chance.choice(DAYS)) as work:
                if chance.random() < 0.06:
                    await _succeed(work, chance, leads)
                else:
                    await something(work, chance, it, kept[it.id], leads)
            done += 1
        except Refused:
            continue
        if chance.random() < 0.1:
            async with make.acting(database) as work:
                await add_up(work)
    assert done > 20
    await _agree(database)


async def test_adding_up_leaves_every_figure_as_it_was_and_nothing_to_add(database: Database) -> None:
    async with make.acting(database) as work:
        hub = await make.programme(work)
        await make.milestone(work, hub, "First", baseline_on=make.START + timedelta(days=40))
    before = [await _kept(database, day) for day in ASKED]
    assert any(before)
    for _ in range(2):
        async with make.acting(database) as work:
            await add_up(work)
            assert await work.session.scalar(select(func.count()).select_from(PORTFOLIO_CHANGES)) == 0
            assert await work.session.scalar(select(func.count()).select_from(PORTFOLIO_TOTALS))
        assert [await _kept(database, day) for day in ASKED] == before


async def test_it_can_be_made_anew_from_every_programme(database: Database) -> None:
    """As a migration has to that changes a rule, such as after how many days a programme is silent."""
    async with make.acting(database) as work:
        for ref in ("one", "two"):
            await make.milestone(work, await make.programme(work, ref), "First")
        await add_up(work)
    before = [await _kept(database, day) for day in ASKED]
    async with make.acting(database) as work:
        await work.session.execute(text("TRUNCATE portfolio_changes, portfolio_totals"))
        anew = "SELECT known.* FROM programmes, portfolio_changes_of(programmes.id, '-infinity') known"
        await work.session.execute(text(f"INSERT INTO portfolio_changes {anew}"))
    assert [await _kept(database, day) for day in ASKED] == before


async def test_who_takes_over_from_a_lead_is_counted_with_what_the_lead_had(database: Database) -> None:
    merged_on = make.START + timedelta(days=30)
    async with make.acting(database) as work:
        lead, heir, last = [await make.organisation(work, code) for code in ("OLD", "NEW", "LAST")]
        await make.programme(work, "one", lead=lead)
        await make.programme(work, "two", lead=heir)
        await organisations.succeed(work, lead.id, successor_id=heir.id, on=merged_on)
        await organisations.succeed(work, heir.id, successor_id=last.id, on=merged_on + timedelta(days=9))
    for days, expected in ((-1, {lead.id: 1, heir.id: 1}), (0, {heir.id: 2}), (9, {last.id: 2})):
        kept = await _kept(database, merged_on + timedelta(days=days))
        led = {UUID(value): n for (figure, _, value), n in kept.items() if figure == "lead_id" and value}
        assert led == expected


async def test_a_lead_that_changes_while_a_succession_is_recorded_is_counted_once(database: Database) -> None:
    async def first(work: Work) -> None:
        await partners.change_lead(work, hub.id, organisation_id=old.id, starts_on=make.START)
        await work.save()

    async def second(work: Work) -> None:
        await organisations.succeed(work, old.id, successor_id=new.id, on=make.START + timedelta(days=30))

    async with make.acting(database) as work:
        old, new = [await make.organisation(work, code) for code in ("OLD", "NEW")]
        hub = await make.programme(work)
    assert await race(database, first, second) == "done"
    await _agree(database)


async def test_a_programme_that_changes_while_its_lead_is_succeeded_is_counted_once(
    database: Database,
) -> None:
    """It refers to its lead already, so nothing but the lock on successions makes one wait for the other."""

    async def first(work: Work) -> None:
        await programmes.pause(work, hub.id)
        await work.save()

    async def second(work: Work) -> None:
        await organisations.succeed(work, old.id, successor_id=new.id, on=make.START + timedelta(days=30))

    async with make.acting(database) as work:
        old, new = [await make.organisation(work, code) for code in ("OLD", "NEW")]
        hub = await make.programme(work, lead=old)
    assert await race(database, first, second) == "done"
    await _agree(database)
