from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import permutations
from random import Random
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import literal, select

from domain.database import Database
from domain.models import Continuation, Succession
from domain.organisations import commands
from domain.organisations.holders import holder
from domain.organisations.successions import Stand, Step, stands
from tests import factories
from tests.factories import TODAY, acting, organisation
from tests.races import race
from tests.refusals import Attempt, Refusal, refused

LONG_AGO, MHCLG_ON, DLUHC_ON = date(2006, 5, 5), date(2018, 1, 8), date(2021, 9, 18)
MERGED_ON, SPLIT_ON = date(2016, 7, 14), date(2023, 2, 7)
Story = list[tuple[str, str, date]]

STORY: Story = [
    ("DCLG", "MHCLG", MHCLG_ON),
    ("MHCLG", "DLUHC", DLUHC_ON),
    ("BIS", "BEIS", MERGED_ON),
    ("DECC", "BEIS", MERGED_ON),
    ("BEIS", "DESNZ", SPLIT_ON),
    ("BEIS", "DSIT", SPLIT_ON),
    ("BEIS", "DBT", SPLIT_ON),
]
HELD = [
    ("DCLG", LONG_AGO, MHCLG_ON - timedelta(days=1), "DCLG"),
    ("DCLG", LONG_AGO, MHCLG_ON, "MHCLG"),
    ("DCLG", LONG_AGO, DLUHC_ON - timedelta(days=1), "MHCLG"),
    ("DCLG", LONG_AGO, DLUHC_ON, "DLUHC"),
    ("DCLG", LONG_AGO, TODAY, "DLUHC"),
    ("MHCLG", MHCLG_ON, TODAY, "DLUHC"),
    ("BIS", LONG_AGO, MERGED_ON, "BEIS"),
    ("DECC", LONG_AGO, MERGED_ON, "BEIS"),
    # A split: it stays with the organisation that closed until somebody decides.
    ("BIS", LONG_AGO, SPLIT_ON, "BEIS"),
    ("BEIS", MERGED_ON, TODAY, "BEIS"),
    # A report that still names what had closed: it stands as reported.
    ("BIS", MERGED_ON + timedelta(days=9), TODAY, "BIS"),
    ("DBT", SPLIT_ON, TODAY, "DBT"),
]


async def _told(database: Database, story: Story) -> dict[str, UUID]:
    async with acting(database, on=TODAY) as work:
        codes = dict.fromkeys(code for before, after, _ in story for code in (before, after))
        ids = {code: (await organisation(work, code)).id for code in codes}
        for before, after, on in story:
            await commands.succeed(work, ids[before], successor_id=ids[after], on=on)
    return ids


@pytest.mark.parametrize(
    "story", [STORY, STORY[::-1], STORY[3:] + STORY[:3]], ids=["in order", "backwards", "mixed"]
)
async def test_who_holds_what_is_the_same_in_whatever_order_it_becomes_known(
    database: Database, story: Story
) -> None:
    ids = await _told(database, story)
    async with acting(database) as work:
        for code, since, on, expected in HELD:
            asked = select(holder(literal(ids[code]), literal(since), literal(on)))
            assert (await work.session.execute(asked)).scalar_one() == ids[expected], (code, since, on)


async def test_a_succession_closes_the_predecessor_and_is_recorded_once(database: Database) -> None:
    async with acting(database, on=TODAY) as work:
        before, after = await organisation(work, "A"), await organisation(work, "B")
    async with acting(database, on=TODAY) as work:
        succession = await commands.succeed(work, before.id, successor_id=after.id, on=MERGED_ON)
        closed = await work.find(type(before), before.id)
    assert (closed.closed_on, succession.valid_from) == (MERGED_ON, MERGED_ON)
    [entry] = work.entries
    assert (entry.command, entry.subject_id) == ("organisation.succeeded", succession.id)
    assert entry.changes["closed_on"] == [None, "2016-07-14"]


async def test_an_organisation_known_to_have_closed_then_is_left_as_it_is(database: Database) -> None:
    async with acting(database, on=TODAY) as work:
        before, after = await organisation(work, "A", closed_on=MERGED_ON), await organisation(work, "B")
        await commands.succeed(work, before.id, successor_id=after.id, on=MERGED_ON)
    assert before.version == 1


def _succeed(before: str, after: str, on: date) -> Attempt[Mapping[str, UUID]]:
    return lambda work, ids: commands.succeed(work, ids[before], successor_id=ids[after], on=on)


REFUSALS: Sequence[Refusal[Mapping[str, UUID]]] = [
    ("itself", _succeed("DBT", "DBT", TODAY), "SUCCESSION_CIRCLE"),
    ("what it took over from", _succeed("DLUHC", "MHCLG", TODAY), "SUCCESSION_CIRCLE"),
    ("what it took over from long ago", _succeed("DLUHC", "DCLG", TODAY), "SUCCESSION_CIRCLE"),
    ("the same again", _succeed("DCLG", "MHCLG", MHCLG_ON), "ALREADY_SUCCEEDED"),
    ("a second date", _succeed("DCLG", "DBT", MHCLG_ON + timedelta(days=1)), "SUCCESSION_DATE_DIFFERS"),
    ("a successor that had closed", _succeed("DBT", "MHCLG", DLUHC_ON), "SUCCESSOR_NOT_OPEN"),
    ("an end before it took over", _succeed("DLUHC", "DBT", DLUHC_ON), "CLOSES_BEFORE_IT_TOOK_OVER"),
    ("a slip of the keyboard", _succeed("DBT", "DSIT", date(202, 2, 7)), "BAD_DATE"),
    (
        "an unknown predecessor",
        lambda work, ids: commands.succeed(work, factories.NOBODY, successor_id=ids["DBT"], on=TODAY),
        "NOT_FOUND",
    ),
    (
        "an unknown successor",
        lambda work, ids: commands.succeed(work, ids["DBT"], successor_id=factories.NOBODY, on=TODAY),
        "NOT_FOUND",
    ),
    (
        "reopening what others took over",
        lambda work, ids: commands.reopen(work, ids["DCLG"]),
        "HAS_SUCCESSORS",
    ),
    (
        "closing before it took over",
        lambda work, ids: commands.close(work, ids["DLUHC"], closed_on=DLUHC_ON),
        "CLOSES_BEFORE_IT_TOOK_OVER",
    ),
]


async def test_refused(database: Database, subtests: pytest.Subtests) -> None:
    ids = await _told(database, STORY)
    for case, attempt, code in REFUSALS:
        with subtests.test(case):
            async with refused(database, code), acting(database, on=TODAY) as work:
                await attempt(work, ids)


async def test_a_successor_that_opens_later_is_refused(database: Database) -> None:
    async with acting(database, on=TODAY) as work:
        before, after = await organisation(work, "A"), await organisation(work, "B", opened_on=SPLIT_ON)
    async with refused(database, "SUCCESSOR_NOT_OPEN"), acting(database, on=TODAY) as work:
        await commands.succeed(work, before.id, successor_id=after.id, on=MERGED_ON)


async def test_a_merger_before_it_opened_is_refused(database: Database) -> None:
    async with acting(database, on=TODAY) as work:
        before, after = await organisation(work, "A", opened_on=SPLIT_ON), await organisation(work, "B")
    async with refused(database, "CLOSES_BEFORE_IT_OPENS"), acting(database, on=TODAY) as work:
        await commands.succeed(work, before.id, successor_id=after.id, on=MERGED_ON)


async def test_two_successions_at_once_follow_each_other(database: Database) -> None:
    async with acting(database, on=TODAY) as work:
        a, b = await organisation(work, "A"), await organisation(work, "B")
    outcome = await race(
        database,
        lambda work: commands.succeed(work, a.id, successor_id=b.id, on=MERGED_ON),
        lambda work: commands.succeed(work, b.id, successor_id=a.id, on=SPLIT_ON),
        on=TODAY,
    )
    assert outcome == "SUCCESSION_CIRCLE"


def test_a_split_ends_a_chain() -> None:
    a, b, c, d = (UUID(int=n) for n in range(4))
    chain = [Step(a, b, MERGED_ON), Step(b, c, SPLIT_ON)]
    assert stands(chain) == [
        Stand(a, b, MERGED_ON, SPLIT_ON),
        Stand(a, c, SPLIT_ON, date.max),
        Stand(b, c, SPLIT_ON, date.max),
    ]
    assert stands([*chain, Step(b, d, SPLIT_ON)]) == [Stand(a, b, MERGED_ON, date.max)]


@st.composite
def _stories(draw: st.DrawFn) -> list[tuple[int, int, date]]:
    """Successions in which organisation n ends on the n-th of some days, and only later ones take over."""
    count = draw(st.integers(2, 7))
    days = [MERGED_ON + timedelta(days=100 * n) for n in range(count)]
    steps = []
    for before in range(count - 1):
        after = draw(st.sets(st.integers(before + 1, count - 1), max_size=2))
        steps += [(before, successor, days[before]) for successor in sorted(after)]
    return steps


@given(_stories(), st.randoms(use_true_random=False))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_the_continuations_do_not_depend_on_the_order(
    database: Database, story: list[tuple[int, int, date]], random: Random
) -> None:
    """Whatever the order, the database has what the whole story says."""
    shuffled = random.sample(story, len(story))
    tag = uuid4().hex[:8].upper()
    async with acting(database, on=TODAY) as work:
        numbers = {n for before, after, _ in story for n in (before, after)}
        ids = {n: (await organisation(work, f"{tag}-{n}")).id for n in numbers}
        for before, after, on in shuffled:
            await commands.succeed(work, ids[before], successor_id=ids[after], on=on)
        known = await work.session.execute(
            select(
                Continuation.organisation_id,
                Continuation.holder_id,
                Continuation.from_on,
                Continuation.until_on,
            ).where(Continuation.organisation_id.in_(ids.values()))
        )
        assert {tuple(row) for row in known} == set(stands(Step(ids[a], ids[b], on) for a, b, on in story))
        counted = await work.session.scalars(
            select(Succession).where(Succession.predecessor_id.in_(ids.values()))
        )
        assert len(counted.all()) == len(story)


def test_the_rule_itself_does_not_depend_on_the_order() -> None:
    ids = [UUID(int=n) for n in range(4)]
    steps = [Step(ids[0], ids[1], MERGED_ON), Step(ids[1], ids[2], MHCLG_ON), Step(ids[2], ids[3], SPLIT_ON)]
    assert len({frozenset(stands(order)) for order in permutations(steps)}) == 1
