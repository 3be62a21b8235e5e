"""A round from draft to closed: what is fixed when, and who is asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from domain.assessments import answering, closing, inviting, opening, rounds, storing
from domain.assessments.round_models import Round, RoundCell, RoundInvitation, RoundState
from domain.cohorts import teams
from domain.cohorts.models import TeamMember
from domain.database import Database
from domain.errors import Forbidden
from domain.journal.models import Job, JournalEntry
from domain.people import commands as people
from tests import factories
from tests.domain.assessments.rounds import ONCE, Asked, asked_team, both
from tests.factories import acting, as_sponsor
from tests.refusals import refused


@pytest.fixture
async def it(database: Database) -> Asked:
    return await asked_team(database)


async def _cells(it: Asked, row: Round) -> list[tuple[str | None, str, int]]:
    async with acting(it.database) as work:
        found = await work.session.scalars(
            select(RoundCell).where(RoundCell.round_id == row.id).order_by(RoundCell.place)
        )
        return [(cell.grouping, cell.title, cell.invited) for cell in found]


def _told(row: Round) -> str:
    """The notice that respondents of an open round are shown."""
    assert row.notice is not None
    return row.notice


async def _group(it: Asked, row: Round, name: str, members: Sequence[UUID], grouping: str = "Side") -> Any:
    async with acting(it.database, on=ONCE) as work:
        return await rounds.group(work, row.id, grouping=grouping, name=name, person_ids=members)


async def test_as_it_opens_its_cells_are_fixed(it: Asked) -> None:
    row = await it.draft(by_organisation=True)
    await _group(it, row, "Staff", it.people[:5])
    await _group(it, row, "Management", it.people[5:8])
    opened = await it.start(row)
    assert await _cells(it, row) == [
        (None, "Everybody", 12),
        # Three people can have no results of their own.
        ("Side", "Staff", 5),
        ("organisation", "Organisation FORUM-A", 6),
        ("organisation", "Organisation FORUM-B", 6),
    ]
    for said in ("at least 5 people", "Side: Staff", "Organisation FORUM-A", "sponsors of this programme"):
        assert said in _told(opened)
    assert "Management" not in _told(opened)


async def test_who_joins_later_is_not_asked_and_who_moves_later_stays_where_they_were(it: Asked) -> None:
    row = await it.open(by_organisation=True)
    before = await _cells(it, row)
    later = date(2026, 4, 1)
    async with acting(it.database, on=later) as work:
        members = await work.session.scalars(select(TeamMember).where(TeamMember.person_id == it.people[0]))
        await teams.remove_member(work, members.one().id, ends_on=later)
    await it.all_answer([both(3, 4)] * 12, on=later)
    assert await _cells(it, row) == before


async def test_somebody_who_has_left_the_team_is_not_asked(it: Asked) -> None:
    async with acting(it.database, on=ONCE) as work:
        members = await work.session.scalars(select(TeamMember).where(TeamMember.person_id == it.people[0]))
        await teams.remove_member(work, members.one().id, ends_on=ONCE)
    row = await it.open()
    async with acting(it.database) as work:
        asked = await work.session.scalars(
            select(RoundInvitation.person_id).where(RoundInvitation.round_id == row.id)
        )
        assert set(asked) == set(it.people[1:])


async def test_a_group_is_declared_anew_and_taken_away(it: Asked) -> None:
    row = await it.draft()
    await _group(it, row, "Staff", it.people[:5])
    row = await _group(it, row, "Staff", it.people[:6])
    assert row.groupings == {"Side": {"Staff": [str(person) for person in it.people[:6]]}}
    async with refused(it.database, "IN_ANOTHER_GROUP"):
        await _group(it, row, "Management", it.people[5:])
    row = await _group(it, row, "Staff", [])
    assert row.groupings == {}


async def test_until_somebody_answers_a_round_can_be_withdrawn(it: Asked) -> None:
    row = await it.open()
    async with refused(it.database, "ROUND_OPEN"):
        await _group(it, row, "Staff", it.people[:5])
    async with acting(it.database, on=ONCE) as work:
        await opening.withdraw(work, row.id)
        await rounds.update(work, row.id, k=6)
    async with refused(it.database, "NOT_FOUND"):
        await it.answer(it.people[0], both(3, 3))
    opened = await it.start(row)
    assert "at least 6 people" in _told(opened)


@pytest.mark.parametrize("what", ["update", "group", "withdraw"])
async def test_from_the_first_answer_on_anonymity_is_locked(it: Asked, what: str) -> None:
    row = await it.open()
    await it.answer(it.people[0], both(3, 3))
    async with refused(it.database, "ANONYMITY_LOCKED"), acting(it.database, on=ONCE) as work:
        match what:
            case "update":
                await rounds.update(work, row.id, k=9)
            case "group":
                await rounds.group(work, row.id, grouping="Side", name="A", person_ids=it.people[:6])
            case _:
                await opening.withdraw(work, row.id)


async def test_a_team_of_fewer_than_k_is_not_asked(database: Database) -> None:
    it = await asked_team(database, 4)
    row = await it.draft()
    async with refused(database, "TOO_FEW_PEOPLE"):
        await it.start(row)


async def test_reminders_reach_those_who_have_not_answered(it: Asked) -> None:
    row = await it.open()
    for person in it.people[:10]:
        await it.answer(person, both(3, 3))
    async with acting(it.database, on=ONCE) as work:
        await inviting.remind(work, row.id)
        assert sorted(link.email for link in work.handed["links"]) == ["p10@example.org", "p11@example.org"]
        await it.remember(work)
    await it.answer(it.people[10], both(3, 3))


async def test_a_link_is_not_shown_where_it_is_printed_by_accident(it: Asked) -> None:
    row = await it.open()
    async with acting(it.database, on=ONCE) as work:
        await inviting.remind(work, row.id)
        [link, *_] = work.handed["links"]
    assert link.path not in repr(work.handed)


async def test_closing_asks_for_the_publication_once(it: Asked) -> None:
    row = await it.open()
    await it.close(row)
    async with refused(it.database, "ROUND_NOT_OPEN"):
        await it.close(row)
    async with acting(it.database) as work:
        [job] = await work.session.scalars(select(Job))
    assert (job.function, job.key, job.arguments) == (
        closing.PUBLISH,
        f"round:{row.id}",
        {"round_id": str(row.id)},
    )


@pytest.mark.parametrize(
    ("key", "score"),
    [
        ("partnership-behaviours", "the number of people, the average, and"),
        ("five-dimensions-15", "the number of people, the average, of a dimension that of the sums, and"),
        ("staff-pulse", "the number of people, the share of favourable answers, and"),
    ],
)
async def test_people_are_told_what_a_result_has(it: Asked, key: str, score: str) -> None:
    async with acting(it.database) as work:
        it.instrument = await storing.store(work, shipped_key=key)
    assert score in _told(await it.open())


LAST = date(2026, 3, 20)
"""The last day for answers."""


async def test_a_last_day_is_told_and_kept(it: Asked) -> None:
    row = await it.open(closes_on=LAST)
    assert "Answers are taken until the end of 20 March 2026." in _told(row)
    await it.answer(it.people[0], both(3, 3), on=LAST)
    async with acting(it.database, on=LAST) as work:
        assert (await answering.asked(work, it.tokens[it.people[1]])).is_open
        assert await closing.close_due(work) == 0
    late = LAST + timedelta(days=1)
    async with acting(it.database, on=late) as work:
        assert not (await answering.asked(work, it.tokens[it.people[1]])).is_open
    async with refused(it.database, "ROUND_NOT_OPEN"):
        await it.answer(it.people[1], both(3, 3), on=late)
    async with refused(it.database, "ROUND_NOT_OPEN"), acting(it.database, on=late) as work:
        await inviting.remind(work, row.id)
    async with refused(it.database, "ANONYMITY_LOCKED"), acting(it.database, on=late) as work:
        await rounds.update(work, row.id, closes_on=None)


async def test_it_closes_by_itself_and_once(it: Asked) -> None:
    row = await it.open(closes_on=LAST)
    other = await it.open("Without a last day")
    for closed in (1, 0):
        async with acting(it.database, on=date(2026, 3, 25)) as work:
            assert await closing.close_due(work) == closed
    async with acting(it.database) as work:
        row, other = await work.find(Round, row.id), await work.find(Round, other.id)
        assert (row.state, row.closed_on, other.state) == (RoundState.CLOSED, LAST, RoundState.OPEN)
        [job] = await work.session.scalars(select(Job))
    assert job.key == f"round:{row.id}"


async def test_it_cannot_close_before_it_opens(it: Asked) -> None:
    row = await it.draft(closes_on=date(2026, 3, 1))
    async with refused(it.database, "CLOSES_BEFORE_IT_OPENS"):
        await it.start(row)
    async with acting(it.database, on=ONCE) as work:
        row = await rounds.update(work, row.id, closes_on=None)
    assert "Answers are taken" not in _told(await it.start(row))


async def test_only_who_may_close_rounds_closes_them_when_they_are_due(it: Asked) -> None:
    async with acting(it.database) as work:
        sponsor = await people.create(work, name="Sponsor", email="s@example.org")
    async with refused(it.database, "FORBIDDEN"), acting(it.database, viewer=as_sponsor(sponsor)) as work:
        await closing.close_due(work)


async def test_the_journal_tells_of_the_round_and_not_of_answers(it: Asked) -> None:
    row = await it.open()
    await it.all_answer([both(3, 4)] * 12)
    await it.close(row)
    await it.publish(row)
    async with acting(it.database) as work:
        entries = list(
            await work.session.scalars(
                select(JournalEntry).where(JournalEntry.subject_id == row.id).order_by(JournalEntry.id)
            )
        )
    assert [entry.command for entry in entries] == [
        "round.created",
        "round.opened",
        "round.invited",
        "round.closed",
        "round.published",
    ]


async def test_a_sponsor_looks_and_does_not_touch(it: Asked) -> None:
    row = await it.open()
    async with acting(it.database) as work:
        sponsor = await people.create(work, name="Sponsor", email="s@example.org")
        await factories.sponsor(work, it.programme, sponsor)
    async with acting(it.database, on=ONCE, viewer=as_sponsor(sponsor)) as work:
        for act in (inviting.remind, closing.close, opening.withdraw):
            with pytest.raises(Forbidden):
                await act(work, row.id)
