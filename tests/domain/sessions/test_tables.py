from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from domain.cohorts import commands as cohorts
from domain.database import Database
from domain.people import commands as people
from domain.sessions import attendance, commands, tables
from domain.sessions.models import Session, SessionMode
from domain.sessions.presence import AttendanceStatus, TablePlan, TableSeat
from domain.work import Work
from tests import factories
from tests.domain.cohorts.scenes import join
from tests.domain.sessions.scenes import DAY, Meeting, meeting, plan
from tests.factories import START, TODAY, acting, person
from tests.refusals import refused


async def _crowd(work: Work, count: int = 10, **given: Any) -> Meeting:
    """A session of Ada, Ben and so many more, half of them of either partner."""
    it = await meeting(work, **given)
    for number in range(count):
        who = await person(work, f"Guest {number:02}", email=f"guest{number}@example.org")
        of = it.lead if number % 2 else it.other
        await people.affiliate(work, who.id, organisation_id=of.id, starts_on=START)
        await join(work, it.cohort, who)
    return it


async def _tables(work: Work, session: Session) -> dict[tuple[int, int], set[UUID]]:
    seats = await work.session.scalars(select(TableSeat).where(TableSeat.session_id == session.id))
    found: dict[tuple[int, int], set[UUID]] = {}
    for seat in seats:
        found.setdefault((seat.round_number, seat.table_number), set()).add(seat.person_id)
    return found


async def test_people_meet_others_from_session_to_session(database: Database) -> None:
    async with acting(database) as work:
        it = await _crowd(work, held_on=TODAY - 2 * DAY)
        later = [await plan(work, it, held_on=TODAY - DAY), await plan(work, it, held_on=TODAY)]
        first = await tables.mix_tables(work, it.session.id, seats_per_table=4, seed=3)
        assert (first.people, first.tables, first.rounds, first.repeated_pairs) == (12, 3, 1, 0)
        assert (first.met_pairs, first.possible_pairs) == (18, 66)
        assert first.same_organisation_pairs == 6
        assert first.random_met_pairs == Decimal(18)
        second = await tables.mix_tables(work, later[0].id, seats_per_table=3, seed=3)
        assert second.repeated_pairs == 0
        assert second.met_pairs == 30
        assert second.random_repeated_pairs > 1
        assert second.random_met_pairs == 30 - second.random_repeated_pairs
        third = await tables.mix_tables(work, later[1].id, seats_per_table=2, rounds=2)
        assert third.met_pairs == 42
        seen: Counter[frozenset[UUID]] = Counter()
        for session in (it.session, *later):
            for at_table in (await _tables(work, session)).values():
                seen.update(frozenset((a, b)) for a in at_table for b in at_table if a < b)
        assert set(seen.values()) == {1}
        assert len(seen) == third.met_pairs
    assert work.entries[-1].command == "session.tables_mixed"


async def test_the_same_seed_gives_the_same_tables_and_replaces_them(database: Database) -> None:
    async with acting(database) as work:
        it = await _crowd(work)
        await tables.mix_tables(work, it.session.id, seats_per_table=4, seed=3)
        before = await _tables(work, it.session)
        await tables.mix_tables(work, it.session.id, seats_per_table=4, seed=4)
        assert await _tables(work, it.session) != before
        again = await tables.mix_tables(work, it.session.id, seats_per_table=4, seed=3)
        assert await _tables(work, it.session) == before
        plans = await work.session.scalars(select(TablePlan).where(TablePlan.session_id == it.session.id))
        assert [each.id for each in plans] == [again.id]
        # A session's own earlier tables are no past meetings.
        assert again.repeated_pairs == 0


async def test_who_was_away_met_nobody_and_who_sent_apologies_gets_no_seat(database: Database) -> None:
    async with acting(database) as work:
        it = await _crowd(work, 2, held_on=TODAY - DAY)
        today = await plan(work, it)
        await tables.mix_tables(work, it.session.id, seats_per_table=4)
        await attendance.take(
            work, it.session.id, person_ids=[it.ada.id, it.ben.id], status=AttendanceStatus.ABSENT
        )
        mixed = await tables.mix_tables(work, today.id, seats_per_table=4)
        # Two of four met before; now all six pairs have, one of them again.
        assert (mixed.repeated_pairs, mixed.met_pairs) == (1, 6)
        await attendance.take(work, today.id, person_ids=[it.ada.id], status=AttendanceStatus.EXCUSED)
        fewer = await tables.mix_tables(work, today.id, seats_per_table=4)
        assert fewer.people == 3
        assert it.ada.id not in set().union(*(await _tables(work, today)).values())


async def test_facilitators_and_cancelled_or_other_sessions_do_not_count(database: Database) -> None:
    async with acting(database) as work:
        it = await _crowd(work, 2, held_on=TODAY - DAY)
        await tables.mix_tables(work, it.session.id, seats_per_table=4)
        await commands.cancel(work, it.session.id, because="Snow")
        later = await plan(work, it, held_on=TODAY + DAY)
        await tables.mix_tables(work, later.id, seats_per_table=4)
        today = await plan(work, it, facilitator_ids=[it.ada.id])
        mixed = await tables.mix_tables(work, today.id, seats_per_table=4)
        assert (mixed.people, mixed.repeated_pairs) == (3, 0)


REFUSALS: list[tuple[str, dict[str, int], str]] = [
    ("a table of one", {"seats_per_table": 1}, "BAD_TABLES"),
    ("no table", {"seats_per_table": 2, "tables": 0}, "BAD_TABLES"),
    ("no round", {"seats_per_table": 2, "rounds": 0}, "BAD_TABLES"),
    ("rounds without end", {"seats_per_table": 2, "rounds": 21}, "BAD_TABLES"),
    ("a seed below nothing", {"seats_per_table": 2, "seed": -1}, "BAD_TABLES"),
    ("more people than seats", {"seats_per_table": 3, "tables": 3}, "NOT_ENOUGH_SEATS"),
]


async def test_refused(database: Database, subtests: pytest.Subtests) -> None:
    async with acting(database) as work:
        it = await _crowd(work)
        off = await plan(work, it)
        await commands.cancel(work, off.id, because="Snow")
        second = await factories.joint(work, "elsewhere")
        empty = await cohorts.create(work, second.programme.id, name="Empty", starts_on=START)
        nobody = await commands.plan(
            work,
            second.programme.id,
            title="T",
            cohort_ids=[empty.id],
            mode=SessionMode.VIRTUAL,
            link="https://a.org",
            held_on=TODAY,
            begins=it.session.begins,
            minutes=30,
        )
    for case, given, code in REFUSALS:
        with subtests.test(case):
            async with refused(database, code), acting(database) as work:
                await tables.mix_tables(work, it.session.id, **given)
    for session, code in ((off, "SESSION_CANCELLED"), (nobody, "NOBODY_TO_SEAT")):
        async with refused(database, code), acting(database) as work:
            await tables.mix_tables(work, session.id, seats_per_table=4)


async def test_more_people_than_can_be_mixed_are_refused(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "MOST_PEOPLE", 3)
    async with acting(database) as work:
        it = await _crowd(work, 2)
    async with refused(database, "TOO_MANY_PEOPLE"), acting(database) as work:
        await tables.mix_tables(work, it.session.id, seats_per_table=2)
