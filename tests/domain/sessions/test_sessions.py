from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from domain.cohorts import commands as cohorts
from domain.database import Database
from domain.programmes import commands as programmes
from domain.sessions import attendance, commands, series
from domain.sessions.models import Session, SessionCohort, SessionFacilitator, SessionMode
from domain.sessions.people import expected_at
from domain.sessions.presence import AttendanceStatus
from domain.work import Work
from tests import factories
from tests.domain.cohorts.scenes import ids, join
from tests.domain.sessions.scenes import DAY, ask, meeting, plan
from tests.factories import START, TODAY, acting
from tests.races import Act, race
from tests.refusals import Attempt, Refusal, refused

Found = Mapping[str, Any]
"""What refusals are tried on, by name."""


async def _cohorts(work: Work, session: Session) -> set[UUID]:
    return set(
        await work.session.scalars(
            select(SessionCohort.cohort_id).where(SessionCohort.session_id == session.id)
        )
    )


async def test_a_session_is_planned_changed_moved_cancelled_and_reinstated(database: Database) -> None:
    async with acting(database) as work:
        it = await meeting(work)
        session = it.session
        assert (session.held_on, session.begins, session.minutes) == (TODAY, time(12, 30), 90)
        assert session.starts_at == datetime(2026, 6, 1, 11, 30, tzinfo=UTC)
        assert session.ends_at == datetime(2026, 6, 1, 13, 0, tzinfo=UTC)
        second = await cohorts.create(work, it.programme.id, name="Managers", starts_on=START)
        await commands.update(
            work,
            session.id,
            title="Both days",
            mode=SessionMode.HYBRID,
            link=" https://meet.example.org/a ",
            cohort_ids=[it.cohort.id, second.id, second.id],
            facilitator_ids=[it.fay.id],
            expected_version=1,
        )
        assert (session.title, session.mode, session.link) == (
            "Both days",
            SessionMode.HYBRID,
            "https://meet.example.org/a",
        )
        assert await _cohorts(work, session) == {it.cohort.id, second.id}
        assert ids(*await expected_at(work, session)) == ids(it.ada, it.ben, it.fay)
        await commands.update(work, session.id, cohort_ids=[second.id])
        assert await _cohorts(work, session) == {second.id}
        assert ids(*await expected_at(work, session)) == ids(it.fay)
        await commands.move(work, session.id, held_on=date(2026, 12, 1), begins=time(9))
        assert session.starts_at == datetime(2026, 12, 1, 9, tzinfo=UTC)
        assert session.ends_at - session.starts_at == timedelta(minutes=90)
        await commands.cancel(work, session.id, because="The hall is flooded")
        assert (session.cancelled_on, session.cancelled_because) == (START, "The hall is flooded")
        await commands.reinstate(work, session.id)
        assert session.cancelled_on is None
    assert [entry.command for entry in work.entries[-5:]] == [
        "session.updated",
        "session.updated",
        "session.moved",
        "session.cancelled",
        "session.reinstated",
    ]


async def test_who_is_expected_was_a_member_on_that_day(database: Database) -> None:
    async with acting(database) as work:
        it = await meeting(work)
        early = await plan(work, it, held_on=START + DAY)
        await join(work, it.cohort, it.fay, role="FACILITATOR", starts_on=TODAY)
        assert ids(*await expected_at(work, early)) == ids(it.ada, it.ben)
        assert ids(*await expected_at(work, it.session)) == ids(it.ada, it.ben, it.fay)


async def test_a_series_stays_at_nine_when_the_clocks_change(database: Database) -> None:
    async with acting(database) as work:
        it = await meeting(work)
        made = await series.plan(
            work,
            it.programme.id,
            title="Huddle",
            cohort_ids=[it.cohort.id],
            mode=SessionMode.VIRTUAL,
            link="https://meet.example.org/h",
            held_on=date(2026, 10, 14),
            begins=time(9),
            minutes=30,
            every_weeks=1,
            times=4,
            facilitator_ids=[it.fay.id],
        )
        found = list(
            await work.session.scalars(
                select(Session).where(Session.series_id == made.id).order_by(Session.starts_at)
            )
        )
        assert [session.starts_at.hour for session in found] == [8, 8, 9, 9]
        assert {session.begins for session in found} == {time(9)}
        assert [session.held_on for session in found] == [
            date(2026, 10, 14),
            date(2026, 10, 21),
            date(2026, 10, 28),
            date(2026, 11, 4),
        ]
        facilitators = await work.session.scalars(select(SessionFacilitator.person_id))
        assert list(facilitators) == [it.fay.id] * 4
        await series.update(
            work, made.id, from_on=date(2026, 10, 28), begins=time(10), minutes=45, title="Long huddle"
        )
        assert [(session.title, session.begins.hour, session.minutes) for session in found] == [
            ("Huddle", 9, 30),
            ("Huddle", 9, 30),
            ("Long huddle", 10, 45),
            ("Long huddle", 10, 45),
        ]
        await series.cancel(work, made.id, from_on=date(2026, 11, 1), because="Everybody is away")
        assert [session.cancelled_on for session in found] == [None, None, None, START]
        async with refused(database, "NOTHING_LEFT"):
            await series.cancel(work, made.id, from_on=date(2026, 11, 1), because="Again")


def _plan(**given: Any) -> Attempt[Found]:
    return lambda work, it: plan(work, it["of"], **given)


def _series(**given: Any) -> Attempt[Found]:
    usual: dict[str, Any] = {
        "title": "S",
        "mode": SessionMode.IN_PERSON,
        "place": "Hall",
        "held_on": TODAY,
        "begins": time(9),
        "minutes": 30,
        "times": 2,
    }

    def attempt(work: Work, it: Found) -> Awaitable[Any]:
        of: dict[str, Any] = {"cohort_ids": [it["of"].cohort.id]}
        return series.plan(work, it["of"].programme.id, **(of | usual | given))

    return attempt


REFUSALS: Sequence[Refusal[Found]] = [
    ("no title", _plan(title=" "), "EMPTY_TITLE"),
    ("no cohort", _plan(cohort_ids=[]), "NO_COHORTS"),
    ("a cohort that is none", _plan(cohort_ids=[factories.NOBODY]), "NOT_FOUND"),
    ("before the cohort", _plan(held_on=START - DAY), "OUTSIDE_COHORT"),
    ("after the cohort", lambda work, it: plan(work, it["of"], cohort_ids=[it["ended"].id]), "OUTSIDE_COHORT"),
    (
        "another programme's cohort",
        lambda work, it: plan(work, it["of"], cohort_ids=[it["elsewhere"].id]),
        "COHORT_OF_ANOTHER_PROGRAMME",
    ),
    ("in person, nowhere", _plan(place=None), "PLACE_REQUIRED"),
    ("in person, at a blank", _plan(place="  "), "PLACE_REQUIRED"),
    ("virtual without a link", _plan(mode=SessionMode.VIRTUAL), "LINK_REQUIRED"),
    ("hybrid without a link", _plan(mode=SessionMode.HYBRID), "LINK_REQUIRED"),
    ("hybrid without a place", _plan(mode=SessionMode.HYBRID, place=None, link="https://a.org"), "PLACE_REQUIRED"),
    ("a link that runs something", _plan(link="javascript:alert(1)"), "BAD_LINK"),
    ("no time at all", _plan(minutes=0), "BAD_LENGTH"),
    ("longer than a day", _plan(minutes=24 * 60 + 1), "BAD_LENGTH"),
    ("an hour that is skipped", _plan(held_on=date(2026, 3, 29), begins=time(1, 30)), "NO_SUCH_TIME"),
    ("a time with seconds", _plan(begins=time(9, 0, 7)), "BAD_TIME"),
    ("a year that cannot be", _plan(held_on=date(26, 3, 1)), "BAD_DATE"),
    ("a facilitator that is nobody", _plan(facilitator_ids=[factories.NOBODY]), "NOT_FOUND"),
    ("no programme", lambda work, _: commands.plan(
        work, factories.NOBODY, title="T", cohort_ids=[], mode=SessionMode.VIRTUAL, held_on=TODAY, begins=time(9),
        minutes=1), "NOT_FOUND"),
    ("an old version", lambda work, it: commands.update(work, it["session"].id, title="N", expected_version=9),
     "STALE"),
    ("no place any more", lambda work, it: commands.update(work, it["session"].id, place=None), "PLACE_REQUIRED"),
    ("no cohorts any more", lambda work, it: commands.update(work, it["session"].id, cohort_ids=[]), "NO_COHORTS"),
    ("moved before the cohort", lambda work, it: commands.move(work, it["session"].id, held_on=START - DAY),
     "OUTSIDE_COHORT"),
    ("shorter than its agenda", lambda work, it: commands.move(work, it["session"].id, minutes=29), "AGENDA_TOO_LONG"),
    ("cancelled for no reason", lambda work, it: commands.cancel(work, it["session"].id, because=" "), "EMPTY_BECAUSE"),
    ("cancelled again", lambda work, it: commands.cancel(work, it["off"].id, because="Again"), "SESSION_CANCELLED"),
    ("changed after all", lambda work, it: commands.update(work, it["off"].id, title="N"), "SESSION_CANCELLED"),
    ("moved after all", lambda work, it: commands.move(work, it["off"].id, held_on=TODAY), "SESSION_CANCELLED"),
    ("reinstated for nothing", lambda work, it: commands.reinstate(work, it["session"].id), "NOT_CANCELLED"),
    ("moved after it was held", lambda work, it: commands.move(work, it["held"].id, held_on=TODAY + DAY),
     "ATTENDANCE_TAKEN"),
    ("cancelled after it was held", lambda work, it: commands.cancel(work, it["held"].id, because="x"),
     "ATTENDANCE_TAKEN"),
    ("another mode after it was held", lambda work, it: commands.update(
        work, it["held"].id, mode=SessionMode.VIRTUAL, link="https://a.org"), "ATTENDANCE_TAKEN"),
    ("for others after it was held", lambda work, it: commands.update(
        work, it["held"].id, cohort_ids=[it["of"].cohort.id, it["ended"].id]), "ATTENDANCE_TAKEN"),
    ("a series of none", _series(times=0), "BAD_SERIES"),
    ("a series for ever", _series(times=105), "BAD_SERIES"),
    ("a series on one day", _series(every_weeks=0), "BAD_SERIES"),
    ("a series over a gap", _series(held_on=date(2026, 3, 22), begins=time(1, 15)), "NO_SUCH_TIME"),
    ("a series without a place", _series(place=None), "PLACE_REQUIRED"),
    ("a series for nobody", _series(cohort_ids=[]), "NO_COHORTS"),
    ("a series that is none", lambda work, _: series.update(work, factories.NOBODY, from_on=TODAY), "NOT_FOUND"),
]  # fmt: skip


async def test_refused(database: Database, subtests: pytest.Subtests) -> None:
    async with acting(database) as work:
        it = await meeting(work)
        await ask(work, it.session)
        joint = await factories.joint(work, "elsewhere")
        held = await plan(work, it, held_on=TODAY - DAY)
        off = await plan(work, it)
        await commands.cancel(work, off.id, because="Snow")
        found = {
            "of": it,
            "session": it.session,
            "held": held,
            "off": off,
            "ended": await cohorts.create(
                work, it.programme.id, name="Old", starts_on=START, ends_on=START + 9 * DAY
            ),
            "elsewhere": await cohorts.create(work, joint.programme.id, name="Else", starts_on=START),
        }
        await attendance.take(work, held.id, person_ids=[it.ada.id], status=AttendanceStatus.PRESENT)
    for case, attempt, code in REFUSALS:
        with subtests.test(case):
            async with refused(database, code), acting(database) as work:
                await attempt(work, found)


async def test_nothing_is_planned_in_a_closed_programme(database: Database) -> None:
    async with acting(database) as work:
        it = await meeting(work)
        await programmes.close(work, it.programme.id)
    tries: Sequence[Act] = (
        lambda work: plan(work, it),
        lambda work: commands.update(work, it.session.id, title="N"),
        lambda work: commands.move(work, it.session.id, held_on=TODAY + DAY),
        lambda work: commands.cancel(work, it.session.id, because="x"),
    )
    for attempt in tries:
        async with refused(database, "NOT_OPEN"), acting(database) as work:
            await attempt(work)


async def test_two_moves_at_once_go_one_after_the_other(database: Database) -> None:
    async with acting(database) as work:
        it = await meeting(work)
    second = lambda work: commands.move(work, it.session.id, minutes=60, expected_version=1)  # noqa: E731
    assert await race(database, second, second) == "STALE"
