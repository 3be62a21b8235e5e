from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from domain.cohorts import commands
from domain.database import Database
from domain.programmes import commands as programmes
from tests import factories
from tests.domain.cohorts.scenes import Together, join, team, together
from tests.factories import START, TODAY, acting, as_sponsor
from tests.races import race
from tests.refusals import Attempt, Refusal, refused

DAY = timedelta(days=1)


async def test_a_cohort_has_a_name_and_dates_and_closes(database: Database) -> None:
    async with acting(database) as work:
        it = await factories.joint(work)
        made = await commands.create(
            work, it.programme.id, name=" Senior managers ", starts_on=START, ends_on=TODAY
        )
        assert (made.name, made.starts_on, made.ends_on) == ("Senior managers", START, TODAY)
    async with acting(database, on=START + DAY) as work:
        changed = await commands.update(work, made.id, name="Managers", ends_on=None, expected_version=1)
        assert (changed.name, changed.starts_on, changed.ends_on) == ("Managers", START, None)
        closed = await commands.close(work, made.id, ends_on=TODAY - DAY, expected_version=2)
        assert closed.ends_on == TODAY - DAY
    assert [(entry.command, entry.programme_id) for entry in work.entries] == [
        ("cohort.updated", it.programme.id),
        ("cohort.closed", it.programme.id),
    ]
    assert work.entries[0].changes == {
        "name": ["Senior managers", "Managers"],
        "ends_on": [TODAY.isoformat(), None],
    }


async def test_a_closed_cohort_can_be_opened_again_by_its_dates(database: Database) -> None:
    async with acting(database) as work:
        it = await together(work)
        await commands.close(work, it.cohort.id, ends_on=TODAY)
        assert (await commands.update(work, it.cohort.id, ends_on=None)).ends_on is None


async def test_the_start_moves_as_far_as_what_is_in_it(database: Database) -> None:
    async with acting(database) as work:
        it = await together(work)
        await join(work, it.cohort, it.ada, starts_on=START + 3 * DAY)
        assert (await commands.update(work, it.cohort.id, starts_on=START + 3 * DAY)).starts_on > START


async def test_a_name_is_one_programmes_own(database: Database) -> None:
    async with acting(database) as work:
        first, second = await factories.joint(work, "first"), await factories.joint(work, "second")
        for it in (first, second):
            await commands.create(work, it.programme.id, name="Executives", starts_on=START)


def _create(**given: Any) -> Attempt[Together | factories.Joint]:
    usual: dict[str, Any] = {"name": "New", "starts_on": START}
    of = given.pop("programme_id", None)
    return lambda work, it: commands.create(work, of or it.programme.id, **(usual | given))


def _update(**given: Any) -> Attempt[Together]:
    return lambda work, it: commands.update(work, it.cohort.id, **given)


def _close(**given: Any) -> Attempt[Together]:
    return lambda work, it: commands.close(work, it.cohort.id, **given)


REFUSALS: Sequence[Refusal[Together]] = [
    ("no name", _create(name=" "), "EMPTY_NAME"),
    ("a name in two lines", _create(name="A\nB"), "BAD_CHARACTERS"),
    ("a name in use", _create(name="Executives"), "NAME_TAKEN"),
    ("a name in use for another", _update(name="Managers"), "NAME_TAKEN"),
    ("no day", _create(ends_on=START), "ENDS_BEFORE_START"),
    ("no day any more", _update(ends_on=START), "ENDS_BEFORE_START"),
    ("a slip of the keyboard", _create(starts_on=date(24, 1, 1)), "BAD_DATE"),
    ("no programme", _create(programme_id=factories.NOBODY), "NOT_FOUND"),
    ("an old version", _update(name="N", expected_version=9), "STALE"),
    ("closed with an old version", _close(ends_on=TODAY, expected_version=9), "STALE"),
    ("a start after somebody joined", _update(starts_on=START + DAY), "STARTS_AFTER_MEMBERS"),
    ("closed before it starts", _close(ends_on=START), "ENDS_BEFORE_START"),
    (
        "no cohort",
        lambda work, _: commands.close(work, factories.NOBODY, ends_on=TODAY),
        "NOT_FOUND",
    ),
]


async def test_refused(database: Database, subtests: pytest.Subtests) -> None:
    async with acting(database) as work:
        it = await together(work)
        await commands.create(work, it.programme.id, name="Managers", starts_on=START)
        await team(work, it.programme, cohort_id=it.cohort.id)
    for case, attempt, code in REFUSALS:
        with subtests.test(case):
            async with refused(database, code), acting(database) as work:
                await attempt(work, it)


async def test_what_is_closed_stays_so(database: Database) -> None:
    async with acting(database) as work:
        it = await together(work)
        await commands.close(work, it.cohort.id, ends_on=TODAY)
    async with refused(database, "ALREADY_ENDED"), acting(database) as work:
        await commands.close(work, it.cohort.id, ends_on=TODAY)
    async with acting(database) as work:
        await programmes.close(work, it.programme.id)
    for attempt in (_create(), _update(name="N")):
        async with refused(database, "NOT_OPEN"), acting(database) as work:
            await attempt(work, it)
    # What is over can still be ended earlier.
    async with acting(database) as work:
        await commands.close(work, it.cohort.id, ends_on=TODAY - DAY)


async def test_a_sponsor_looks_and_a_stranger_does_not_even_that(database: Database) -> None:
    async with acting(database) as work:
        it = await factories.joint(work)
        cohort = await commands.create(work, it.programme.id, name="Executives", starts_on=START)
        stranger = await factories.person(work, "Eve Else")
    for who, code in ((it.lead_sponsor, "FORBIDDEN"), (stranger, "NOT_FOUND")):
        async with refused(database, code), acting(database, on=TODAY, viewer=as_sponsor(who)) as work:
            await commands.update(work, cohort.id, name="Mine")


async def test_two_cohorts_of_one_name_at_once_are_one(database: Database) -> None:
    async with acting(database) as work:
        it = await factories.joint(work)
    assert await race(database, *[lambda work: _create()(work, it)] * 2) == "NAME_TAKEN"
