"""Rounds as people run them: whatever was published before, no result singles anybody out."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from domain.assessments import closing, inviting, opening, storing
from domain.assessments.connected import AT_ABOUT_THE_SAME_TIME, connected_with
from domain.database import Database
from tests.domain.assessments.rounds import AUDIT, ONCE, Asked, asked_team, both, some, sub_team_asked
from tests.factories import NOW, TODAY, acting, noon
from tests.refusals import refused


@pytest.fixture
async def it(database: Database) -> Asked:
    return await asked_team(database)


async def test_a_department_and_both_of_its_sub_teams_leave_nobody_over(it: Asked) -> None:
    """Five, all twelve, and six others: the third round shares nobody with the first."""
    first = await sub_team_asked(it, "Five", range(5))
    whole = await it.ask("Twelve", some(12))
    last = await sub_team_asked(it, "Six", range(5, 11))
    assert [len(await it.results(row)) for row in (first, whole, last)] == [4, 4, 0]


async def test_a_chain_reaches_as_far_as_its_links_do(it: Asked) -> None:
    """Each 25 days after the other; without the one in the middle, the ends are too far apart to be held together."""
    step = timedelta(days=25)
    await sub_team_asked(it, "Five", range(5))
    middle = await it.ask("Twelve", some(12), on=ONCE + step)
    last = await sub_team_asked(it, "Six", range(5, 11), on=ONCE + 2 * step)
    async with acting(it.database) as work:
        assert len((await connected_with(work, middle)).releases) == 2
        assert len((await connected_with(work, last)).releases) == 2
    assert await it.results(last) == {}


async def test_the_ends_of_a_broken_chain_are_taken_for_new_answers(it: Asked) -> None:
    await it.ask("Twelve", some(12))
    late = await sub_team_asked(it, "Eleven", range(11), on=ONCE + AT_ABOUT_THE_SAME_TIME + timedelta(days=1))
    assert len(await it.results(late)) == 4


async def test_the_moment_of_recording_decides_and_not_the_dates_that_people_enter(it: Asked) -> None:
    """“Opened” in August of the year before, and really on the day of the other round."""
    await it.ask("Twelve", some(12), on=TODAY)
    august = date(TODAY.year - 1, 8, 1)
    row = await it.draft("Eleven", on=august)
    async with acting(it.database, on=august, now=NOW) as work:
        await opening.open_(work, row.id)
    async with acting(it.database, on=TODAY, now=NOW) as work:
        await inviting.invite(work, row.id)
        await it.remember(work)
    await it.all_answer([*some(11), None], on=TODAY)
    await it.close(row, on=TODAY)
    assert await it.results(await it.publish(row, on=TODAY)) == {}


async def test_once_there_are_links_a_round_is_not_dated_back(it: Asked) -> None:
    row = await it.open(on=ONCE)
    async with refused(it.database, "DATED_BACK"), acting(it.database, on=ONCE, now=NOW) as work:
        await closing.close(work, row.id)
    async with acting(it.database, on=TODAY, now=noon(TODAY)) as work:
        closed = await closing.close(work, row.id)
    assert closed.closed_on == TODAY


async def test_somebody_who_skips_an_item_the_second_time_is_not_the_difference(database: Database) -> None:
    it = await asked_team(database, 7)
    await it.ask("Spring", some(7))
    answers = some(7)
    answers[3] = both(None, 2)
    again = await it.ask("Again", answers)
    assert {key for _, key in await it.results(again)} == set()


async def test_the_same_people_who_skip_nothing_may_be_asked_again(database: Database) -> None:
    it = await asked_team(database, 7)
    await it.ask("Spring", some(7))
    assert len(await it.results(await it.ask("Again", some(7)[::-1]))) == 4


@pytest.mark.parametrize(
    "file",
    [
        AUDIT.replace("key: audit", "key: other").replace("listen", "hear").replace("rush", "hurry"),
        AUDIT.replace("key: audit", "key: other").replace("People listen.", "Would you say people listen"),
        AUDIT.replace("key: audit", "key: other").replace("People listen.", " PEOPLE  listen "),
    ],
    ids=["other keys", "other words", "other writing"],
)
async def test_the_same_questions_under_another_key_are_held_against_each_other(it: Asked, file: str) -> None:
    await it.ask("Spring", some(12))
    async with acting(it.database) as work:
        it.instrument = await storing.store(work, file=file)
    items = [item.key for item in it.instrument.read().items]
    renamed = [dict(zip(items, given.values(), strict=True)) for given in some(11)]
    assert await it.results(await it.ask("Again", [*renamed, None])) == {}
