"""What a closed round publishes: once, for good, and nothing by which few people could be told apart."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import asyncpg
import pytest
from sqlalchemy import ColumnElement, func, select

from domain.assessments import comparing, publication, storing
from domain.assessments.connected import AT_ABOUT_THE_SAME_TIME, connected_with
from domain.assessments.models import InstrumentBand
from domain.assessments.result_models import Comparison, ComparisonKind, DeltaSize, Result, RoundComment
from domain.assessments.round_models import Round, RoundAnswer, RoundCell, RoundState
from domain.cohorts import teams
from domain.database import Database
from domain.journal.models import JournalEntry
from tests.domain.assessments.rounds import AUDIT, ONCE, Answer, Asked, asked_team, both
from tests.factories import acting
from tests.refusals import contents, refused

LATER = date(2026, 6, 1)
ONE_ITEM = """
key: mark
version: 1
title: One mark
licence: CC BY 4.0
author: A forum
language: en-GB
scale: {minimum: 1, maximum: 10, labels: {1: Never, 10: Always}}
scoring: MEAN
dimensions: [{key: working, title: Working}]
items: [{key: mark, text: 'How is it?', dimension: working}]
"""


def some(size: int, seed: int = 1) -> list[Answer]:
    """Answers of a team that differ."""
    chosen = random.Random(seed)
    return [both(chosen.randint(1, 5), chosen.randint(1, 5)) for _ in range(size)]


@pytest.fixture
async def it(database: Database) -> Asked:
    return await asked_team(database)


async def _all(it: Asked, model: type[Any], *conditions: ColumnElement[bool]) -> list[Any]:
    async with acting(it.database) as work:
        return list(await work.session.scalars(select(model).where(*conditions).order_by(model.id)))


async def test_results_of_every_cell_and_subject(it: Asked) -> None:
    answers = [both(4, 2)] * 3 + [both(2, 1)] * 3 + [both(5, 3)] * 3 + [both(3, 3)] * 3
    row = await it.ask("Spring", answers, by_organisation=True)
    assert (row.state, row.published_on) == (RoundState.PUBLISHED, ONCE)
    found = await it.results(row)
    assert len(found) == 3 * 4
    everybody = found["Everybody", "listen"]
    assert (everybody.n, everybody.score, everybody.deviation) == (
        12,
        Decimal("3.500000"),
        Decimal("1.167748"),
    )
    assert everybody.distribution == {"1": 0, "2": 3, "3": 3, "4": 3, "5": 3}
    # Turned round: 2 counts as 4.
    assert found["Organisation FORUM-A", "rush"].score == Decimal("4.500000")
    assert found["Organisation FORUM-A", "rush"].distribution is None
    bands = {band.id: band.key for band in await _all(it, InstrumentBand)}
    assert bands[found["Organisation FORUM-A", "working"].band_id] == "good"
    assert found["Organisation FORUM-A", "working"].score == Decimal("3.750000")
    assert [cell.participants for cell in await _all(it, RoundCell)] == [12, 6, 6]


async def test_too_small_a_group_and_what_would_show_it_are_left_out(it: Asked) -> None:
    row = await it.ask("Spring", [*some(6), *some(3, 2), None, None, None], by_organisation=True)
    cells = {cell.title: cell.participants for cell in await _all(it, RoundCell)}
    assert cells == {"Everybody": 9, "Organisation FORUM-A": None, "Organisation FORUM-B": None}
    assert {title for title, _ in await it.results(row)} == {"Everybody"}


async def test_a_round_that_few_answer_publishes_nothing(it: Asked) -> None:
    row = await it.ask("Spring", [*some(4), *[None] * 8])
    assert row.state is RoundState.PUBLISHED
    assert await it.results(row) == {}
    assert [cell.participants for cell in await _all(it, RoundCell)] == [None]


async def test_a_round_that_nobody_answers_publishes_nothing(it: Asked) -> None:
    row = await it.ask("Spring", [None] * 12)
    assert row.state is RoundState.PUBLISHED
    assert await it.results(row) == {}


async def test_comments_are_apart_and_in_an_order_of_their_own(it: Asked) -> None:
    row = await it.open()
    for number, person in enumerate(it.people):
        await it.answer(person, both(1 + number % 5, 3), listen=f"Comment {number:02}")
    await it.close(row)
    await it.publish(row)
    said = [c.text for c in sorted(await _all(it, RoundComment), key=lambda c: c.place)]
    assert sorted(said) == [f"Comment {number:02}" for number in range(12)] != said


async def test_published_again_nothing_changes(it: Asked) -> None:
    row = await it.ask("Spring", some(12))
    before = await contents(it.database)
    await it.publish(row)
    assert await contents(it.database) == before


async def test_a_round_that_is_not_closed_is_not_published(it: Asked) -> None:
    row = await it.open()
    async with refused(it.database, "ROUND_NOT_CLOSED"):
        await it.publish(row)


async def test_killed_half_way_nothing_is_published_and_then_once(
    it: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = await it.open()
    await it.all_answer(some(12))
    await it.close(row)
    before = await contents(it.database)
    monkeypatch.setattr(publication, "compare_within", _killed)
    with pytest.raises(KeyboardInterrupt):
        await it.publish(row)
    monkeypatch.undo()
    assert await contents(it.database) == before
    await it.publish(row)
    assert len(await _all(it, JournalEntry, JournalEntry.command == "round.published")) == 1
    assert not await _all(it, RoundAnswer)


async def _killed(*_: Any) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE rounds SET k = 3, version = version + 1",
        "DELETE FROM rounds",
        "UPDATE round_cells SET participants = 3, version = version + 1",
        "DELETE FROM round_cells",
        "INSERT INTO round_cells SELECT (jsonb_populate_record(c, jsonb_build_object('id', gen_random_uuid(), "
        "'group_key', 'x'))).* FROM round_cells c LIMIT 1",
        "UPDATE results SET score = 1",
        "DELETE FROM results",
        "INSERT INTO results SELECT (jsonb_populate_record(r, jsonb_build_object('id', gen_random_uuid()))).* "
        "FROM results r LIMIT 1",
        "UPDATE round_comments SET text = 'x'",
        "DELETE FROM round_comments",
        "UPDATE comparisons SET sentence = 'x'",
        "DELETE FROM comparisons",
    ],
)
async def test_a_published_round_never_changes(it: Asked, statement: str) -> None:
    row = await it.open(by_organisation=True)
    for number, person in enumerate(it.people):
        await it.answer(person, both(1 + number % 5, 3), listen="Fine")
    await it.close(row)
    await it.publish(row)
    connection = await asyncpg.connect(it.database.url.replace("+asyncpg", ""))
    await connection.execute("SET tandem.effective_on = '2026-06-01'")
    with pytest.raises(asyncpg.PostgresError, match="stays as it is") as kept:
        await connection.execute(statement)
    assert getattr(kept.value, "sqlstate", None) == "TD003"
    await connection.close()


async def test_what_an_overlapping_round_published_counts(it: Asked) -> None:
    """Twelve, and at the same time eleven of them: the difference would be one person."""
    await it.ask("Spring", some(12))
    second = await it.ask("Again", [*some(11, 2), None])
    assert [cell.participants for cell in await _all(it, RoundCell, RoundCell.round_id == second.id)] == [
        None
    ]
    assert await it.results(second) == {}


async def test_a_round_months_later_is_taken_for_new_answers(it: Asked) -> None:
    await it.ask("Spring", some(12))
    later = await it.ask("Again", [*some(11, 2), None], on=ONCE + AT_ABOUT_THE_SAME_TIME + timedelta(days=1))
    assert ("Everybody", "listen") in await it.results(later)


async def test_a_release_has_the_people_of_every_cell_whose_number_was_told(it: Asked) -> None:
    row = await it.ask("Spring", [*some(11), None], by_organisation=True)
    again = await it.ask("Again", some(12))
    async with acting(it.database) as work:
        [release] = (await connected_with(work, again)).releases
    cells = [cell for cell in await _all(it, RoundCell, RoundCell.round_id == row.id) if cell.participants]
    assert sorted(map(len, release.participants.cells)) == sorted(cell.participants for cell in cells)
    assert max(release.participants.cells, key=len) == set(it.people[:11])


async def _marks(
    database: Database, size: int, before: Sequence[int], after: Sequence[int]
) -> tuple[Asked, Round, list[Comparison]]:
    it = await asked_team(database, size, ONE_ITEM)
    padding = [None] * size
    await it.ask("Before", [*({"mark": mark} for mark in before), *padding][:size])
    later = await it.ask("After", [*({"mark": mark} for mark in after), *padding][:size], on=LATER)
    changes = await _all(it, Comparison, Comparison.kind == ComparisonKind.CHANGE)
    return it, later, changes


async def test_the_change_between_two_rounds_has_the_known_figures(database: Database) -> None:
    _, later, [change, _] = await _marks(database, 10, [5, 6, 6, 7, 5, 6, 7, 6], [8, 9, 8, 9, 8, 7, 9, 9, 8])
    assert change.round_id == later.id
    assert [value and round(value, 4) for value in (change.difference, change.low, change.high)] == [
        Decimal("2.3333"), Decimal("1.5713"), Decimal("3.0953"),
    ]  # fmt: skip
    # Fewer than twice k answered, so how many gave which mark is not published, nor what follows from it.
    assert (change.delta, change.size) == (None, None)
    assert change.sentence == "Probably higher: +2.3, between +1.6 and +3.1; 8 of 10 answered, then 9 of 10."


async def test_cliffs_delta_is_told_where_both_distributions_are(database: Database) -> None:
    """The vector twice over: what is compared with what stays the same, so delta does."""
    _, _, [change, _] = await _marks(
        database, 18, [5, 6, 6, 7, 5, 6, 7, 6] * 2, [8, 9, 8, 9, 8, 7, 9, 9, 8] * 2
    )
    assert change.delta is not None
    assert (round(change.delta, 4), change.size) == (Decimal("0.9722"), DeltaSize.LARGE)


async def test_where_everybody_agrees_the_spread_is_withheld_and_the_change_says_so(
    database: Database,
) -> None:
    _, _, [change, _] = await _marks(database, 8, [4] * 8, [4, 5, 6, 7, 8, 9, 5, 6])
    assert (change.low, change.high, change.not_estimable) == (None, None, "WITHHELD")
    assert "cannot be estimated" in change.sentence


async def test_gaps_between_the_groups_of_a_round(it: Asked) -> None:
    await it.ask(
        "Spring", [*[both(4, 2), both(5, 1)] * 3, *[both(2, 4), both(1, 5)] * 3], by_organisation=True
    )
    gaps = await _all(it, Comparison)
    assert {gap.kind for gap in gaps} == {ComparisonKind.GAP}
    assert len(gaps) == 4
    assert gaps[0].sentence.startswith("Organisation FORUM-B against Organisation FORUM-A: probably lower: ")


async def test_rounds_of_another_version_are_not_comparable(it: Asked) -> None:
    first = await it.ask("Spring", some(12))
    async with acting(it.database) as work:
        it.instrument = await storing.store(work, file=AUDIT.replace("version: 1", "version: 2"))
    second = await it.ask("Summer", some(12, 2), on=LATER)
    assert not await _all(it, Comparison)
    async with refused(it.database, "NOT_COMPARABLE"), acting(it.database, on=LATER) as work:
        await comparing.compare(work, second.id, earlier_id=first.id)


async def test_any_two_rounds_of_a_team_can_be_compared_once(it: Asked) -> None:
    rows = [
        await it.ask(f"Round {number}", some(12, number), on=ONCE + timedelta(days=40 * number))
        for number in range(3)
    ]
    on = ONCE + timedelta(days=80)
    async with acting(it.database) as work:
        count = select(func.count()).select_from(Comparison).join(Result, Result.id == Comparison.first_id)
        of = [count.where(Comparison.round_id == rows[2].id, Result.round_id == row.id) for row in rows]
        assert [await work.session.scalar(each) for each in of] == [0, 4, 0]
    for _ in range(2):
        async with acting(it.database, on=on) as work:
            await comparing.compare(work, rows[2].id, earlier_id=rows[0].id)
    async with acting(it.database) as work:
        assert [await work.session.scalar(each) for each in of] == [4, 4, 0]


async def test_rounds_of_different_teams_are_not_compared(it: Asked) -> None:
    first = await it.ask("Spring", some(12))
    async with acting(it.database) as work:
        other = await teams.create(work, it.programme.id, name="Other", starts_on=date(2024, 1, 1))
        for person in it.people:
            await teams.add_member(work, other.id, person_id=person, starts_on=date(2024, 1, 1))
    it.team = other
    second = await it.ask("Summer", some(12, 2), on=LATER)
    async with refused(it.database, "ANOTHER_TEAM"), acting(it.database, on=LATER) as work:
        await comparing.compare(work, second.id, earlier_id=first.id)
