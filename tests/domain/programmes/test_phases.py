from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from domain.database import Database
from domain.models import HISTORY, Phase
from domain.programmes import commands, phases
from domain.work import Work
from tests import factories
from tests.factories import START, TODAY, acting, as_sponsor
from tests.refusals import refused

DAY = timedelta(days=1)

Attempt = Callable[[Work, factories.Joint, Phase], Awaitable[Any]]


async def _with_phase(database: Database) -> tuple[factories.Joint, Phase]:
    async with acting(database) as work:
        it = await factories.joint(work)
        return it, await phases.add(work, it.programme.id, title=" Set-up ", starts_on=START, ends_on=TODAY)


async def test_a_phase_is_added_changed_and_taken_out_and_the_past_keeps_it(database: Database) -> None:
    _, phase = await _with_phase(database)
    assert (phase.title, phase.ends_on) == ("Set-up", TODAY)
    async with acting(database, on=START + DAY) as work:
        changed = await phases.update(work, phase.id, title="Beginning", ends_on=None, expected_version=1)
        assert (changed.title, changed.ends_on, changed.starts_on) == ("Beginning", None, START)
    async with acting(database, on=TODAY) as work:
        await phases.remove(work, phase.id)
        assert not (await work.session.scalars(select(Phase))).all()
        past = HISTORY[Phase].c
        kept = await work.session.execute(
            select(past.title, past.valid_from, past.valid_until).order_by(past.version)
        )
    assert kept.all() == [("Set-up", START, START + DAY), ("Beginning", START + DAY, TODAY)]
    assert work.entries[0].command == "phase.removed"
    assert work.entries[0].changes["title"] == ["Beginning", None]


REFUSALS: list[tuple[str, Attempt, str]] = [
    (
        "no title",
        lambda work, it, _: phases.add(work, it.programme.id, title="", starts_on=START),
        "EMPTY_TITLE",
    ),
    (
        "an end before the start",
        lambda work, it, _: phases.add(
            work, it.programme.id, title="New", starts_on=START, ends_on=START - DAY
        ),
        "ENDS_BEFORE_START",
    ),
    (
        "a start after the end",
        lambda work, _, phase: phases.update(work, phase.id, starts_on=TODAY),
        "ENDS_BEFORE_START",
    ),
    (
        "a title in two lines",
        lambda work, _, phase: phases.update(work, phase.id, title="a\nb"),
        "BAD_CHARACTERS",
    ),
    (
        "an old version",
        lambda work, _, phase: phases.update(work, phase.id, title="N", expected_version=9),
        "STALE",
    ),
    ("no such phase", lambda work, *_: phases.remove(work, factories.NOBODY), "NOT_FOUND"),
    (
        "no such programme",
        lambda work, *_: phases.add(work, factories.NOBODY, title="New", starts_on=START),
        "NOT_FOUND",
    ),
]


async def test_refused(database: Database, subtests: pytest.Subtests) -> None:
    it, phase = await _with_phase(database)
    for case, attempt, code in REFUSALS:
        with subtests.test(case):
            async with refused(database, code), acting(database) as work:
                await attempt(work, it, phase)


TRIES: dict[str, Attempt] = {
    "add": lambda work, it, _: phases.add(work, it.programme.id, title="New", starts_on=START),
    "update": lambda work, _, phase: phases.update(work, phase.id, title="New"),
    "remove": lambda work, _, phase: phases.remove(work, phase.id),
}


async def test_a_sponsor_may_not_change_phases_and_nobody_those_of_a_closed_programme(
    database: Database, subtests: pytest.Subtests
) -> None:
    it, phase = await _with_phase(database)
    for name, attempt in TRIES.items():
        with subtests.test(f"{name} as a sponsor"):
            async with (
                refused(database, "FORBIDDEN"),
                acting(database, viewer=as_sponsor(it.lead_sponsor)) as work,
            ):
                await attempt(work, it, phase)
    async with acting(database) as work:
        await commands.close(work, it.programme.id)
    for name, attempt in TRIES.items():
        with subtests.test(f"{name} when closed"):
            async with refused(database, "NOT_OPEN"), acting(database) as work:
                await attempt(work, it, phase)
