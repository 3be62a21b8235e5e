from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from domain.cohorts import members
from domain.cohorts.models import CohortMember
from domain.database import Database
from domain.organisations import commands as organisations
from domain.people.models import Person
from domain.sessions import attendance, check_in, commands
from domain.sessions.models import Session, SessionMode
from domain.sessions.presence import Attendance, AttendanceMode, AttendanceStatus
from domain.sessions.rules import attends_for
from domain.work import Work
from tests import factories
from tests.domain.cohorts.scenes import asked, move
from tests.domain.sessions.scenes import DAY, Meeting, meeting, plan
from tests.factories import TODAY, acting, as_sponsor, organisation
from tests.races import race
from tests.refusals import Attempt, Refusal, refused

PRESENT, ABSENT, EXCUSED = AttendanceStatus.PRESENT, AttendanceStatus.ABSENT, AttendanceStatus.EXCUSED
BEGINS = datetime(2026, 6, 1, 11, 30, tzinfo=UTC)
ENDS = datetime(2026, 6, 1, 13, 0, tzinfo=UTC)
MINUTE, MARGIN = timedelta(minutes=1), timedelta(minutes=30)

Found = Mapping[str, Any]
"""What refusals are tried on, by name."""


async def _of(work: Work, session: Session, person: Person) -> Attendance:
    found = select(Attendance).where(Attendance.session_id == session.id, Attendance.person_id == person.id)
    return (await work.session.scalars(found)).one()


async def test_attendance_is_taken_and_corrected(database: Database) -> None:
    async with acting(database) as work:
        it = await meeting(work)
        people = [it.ada.id, it.ben.id, it.ada.id]
        await attendance.take(work, it.session.id, person_ids=people, status=PRESENT)
        ada, ben = await _of(work, it.session, it.ada), await _of(work, it.session, it.ben)
        assert [(each.status, each.mode) for each in (ada, ben)] == [(PRESENT, AttendanceMode.IN_PERSON)] * 2
        await attendance.take(work, it.session.id, person_ids=[it.ben.id], status=ABSENT)
        assert (ben.status, ben.mode, ada.status) == (ABSENT, None, PRESENT)
    assert work.entries[-1].command == "session.attendance_taken"
    assert work.entries[-1].changes == {"person_ids": [None, [str(it.ben.id)]], "status": [None, "ABSENT"]}


async def test_apologies_can_be_sent_beforehand_and_presence_cannot(database: Database) -> None:
    async with acting(database) as work:
        it = await meeting(work, held_on=TODAY + DAY)
        await attendance.take(work, it.session.id, person_ids=[it.ada.id], status=EXCUSED)
    for status in (PRESENT, ABSENT):
        async with refused(database, "NOT_YET"), acting(database) as work:
            await attendance.take(work, it.session.id, person_ids=[it.ada.id], status=status)


async def test_who_changes_employer_counts_for_the_old_one_before_and_the_new_one_after(
    database: Database,
) -> None:
    changes = date(2025, 1, 1)
    async with acting(database) as work:
        it = await meeting(work)
        before, after = [await plan(work, it, held_on=day) for day in (changes - DAY, changes)]
        await move(work, it.ada, it.other, changes)
        for session in (before, after):
            await attendance.take(work, session.id, person_ids=[it.ada.id], status=PRESENT)
        rows = [await _of(work, session, it.ada) for session in (before, after)]
        for day in (changes - DAY, TODAY):
            found = [await asked(work, attends_for, row, day) for row in rows]
            assert found == [it.lead.id, it.other.id]
        heir = await organisation(work, "HEIR")
        await organisations.succeed(work, it.lead.id, successor_id=heir.id, on=TODAY - DAY)
        # What is counted is what was so on the day, called by the name it has on the date of the question.
        assert await asked(work, attends_for, rows[0], TODAY) == heir.id
        assert await asked(work, attends_for, rows[0], TODAY - 2 * DAY) == it.lead.id


def _take(
    session: str = "session", who: str = "ada", status: AttendanceStatus = PRESENT, **given: Any
) -> Attempt[Found]:
    return lambda work, it: attendance.take(
        work, it[session].id, **({"person_ids": [getattr(it["of"], who).id], "status": status} | given)
    )


REFUSALS: Sequence[Refusal[Found]] = [
    ("nobody", _take(person_ids=[]), "NOBODY"),
    ("a person that is none", _take(person_ids=[factories.NOBODY]), "NOT_FOUND"),
    ("who is in no cohort", _take(who="fay"), "NOT_EXPECTED"),
    ("one of them is in no cohort", lambda work, it: attendance.take(
        work, it["session"].id, person_ids=[it["of"].ada.id, it["of"].eve.id], status=PRESENT), "NOT_EXPECTED"),
    ("a mode of who was absent", _take(status=ABSENT, mode=AttendanceMode.VIRTUAL), "MODE_OF_NOBODY"),
    ("by link where there was none", _take(mode=AttendanceMode.VIRTUAL), "OTHER_MODE"),
    ("either way", _take("hybrid"), "MODE_REQUIRED"),
    ("a session that was cancelled", _take("off"), "SESSION_CANCELLED"),
    ("links for a session that is over", lambda work, it: check_in.issue(work, it["past"].id), "CHECK_IN_OVER"),
    ("links for a cancelled session", lambda work, it: check_in.issue(work, it["off"].id), "SESSION_CANCELLED"),
    ("a link for a stranger", lambda work, it: check_in.issue(
        work, it["session"].id, person_ids=[it["of"].eve.id]), "NOT_EXPECTED"),
    ("a link for nobody", lambda work, it: check_in.issue(work, it["session"].id, person_ids=[]), "NOBODY"),
]  # fmt: skip


async def test_refused(database: Database, subtests: pytest.Subtests) -> None:
    async with acting(database) as work:
        it = await meeting(work)
        found: Found = {
            "of": it,
            "session": it.session,
            "hybrid": await plan(work, it, mode=SessionMode.HYBRID, link="https://meet.example.org"),
            "past": await plan(work, it, held_on=TODAY - DAY),
            "off": await plan(work, it),
        }
        await commands.cancel(work, found["off"].id, because="Snow")
    for case, attempt, code in REFUSALS:
        with subtests.test(case):
            async with refused(database, code), acting(database) as work:
                await attempt(work, found)


async def _issued(database: Database, *names: str, **given: Any) -> tuple[Meeting, list[str]]:
    async with acting(database) as work:
        it = await meeting(work, **given)
        await check_in.issue(work, it.session.id, person_ids=[getattr(it, name).id for name in names] or None)
        return it, [issued.token for issued in work.handed["links"]]


async def test_a_link_checks_one_person_in_once(database: Database) -> None:
    it, [ada, ben] = await _issued(database)
    async with acting(database, on=TODAY, viewer=as_sponsor(it.eve)) as work:
        done = await check_in.check_in(work, token=ada)
        assert (done.person_id, done.status, done.mode) == (it.ada.id, PRESENT, AttendanceMode.IN_PERSON)
        assert done.checked_in_at == factories.NOW
    async with refused(database, "CHECK_IN_USED"), acting(database, on=TODAY) as work:
        await check_in.check_in(work, token=ada)
    async with acting(database, on=TODAY) as work:
        assert (await check_in.check_in(work, token=f" {ben}\n")).person_id == it.ben.id
        greeting = await check_in.greet(work, ada)
        assert greeting.refusal is not None
        assert (greeting.name, greeting.refusal.code) == ("Ada King", "CHECK_IN_USED")


async def test_it_works_from_half_an_hour_before_to_half_an_hour_after(database: Database) -> None:
    it, [token] = await _issued(database, "ada")
    for now, code in (
        (BEGINS - MARGIN - MINUTE, "NOT_YET"),
        (ENDS + MARGIN + MINUTE, "CHECK_IN_OVER"),
    ):
        async with refused(database, code), acting(database, on=TODAY, now=now) as work:
            await check_in.check_in(work, token=token)
    async with acting(database, on=TODAY, now=BEGINS - MARGIN) as work:
        assert (await check_in.greet(work, token)).refusal is None
    async with acting(database, on=TODAY, now=ENDS + MARGIN) as work:
        await check_in.check_in(work, token=token)
        assert (await _of(work, it.session, it.ada)).status is PRESENT


async def test_a_new_link_replaces_the_one_before(database: Database) -> None:
    it, [old] = await _issued(database, "ada")
    async with acting(database) as work:
        await check_in.issue(work, it.session.id)
        assert [issued.person_id for issued in work.handed["links"]] == [it.ben.id]
    async with refused(database, "NOBODY"), acting(database) as work:
        await check_in.issue(work, it.session.id)
    async with acting(database) as work:
        await check_in.issue(work, it.session.id, person_ids=[it.ada.id])
        [new] = work.handed["links"]
    async with refused(database, "CHECK_IN_UNKNOWN"), acting(database, on=TODAY) as work:
        await check_in.check_in(work, token=old)
    async with acting(database, on=TODAY) as work:
        await check_in.check_in(work, token=new.token)


async def test_a_link_says_nothing_for_whom_it_no_longer_is(database: Database) -> None:
    it, [token] = await _issued(database, "ada")
    async with acting(database) as work:
        await commands.cancel(work, it.session.id, because="Snow")
    async with refused(database, "SESSION_CANCELLED"), acting(database, on=TODAY) as work:
        await check_in.check_in(work, token=token)
    async with acting(database) as work:
        await commands.reinstate(work, it.session.id)
        [found] = await work.session.scalars(select(CohortMember).where(CohortMember.person_id == it.ada.id))
        await members.leave(work, found.id, ends_on=TODAY)
    async with refused(database, "NO_LONGER_EXPECTED"), acting(database, on=TODAY) as work:
        await check_in.check_in(work, token=token)


async def test_two_presses_at_once_are_one(database: Database) -> None:
    _, [token] = await _issued(database, "ada")
    press = lambda work: check_in.check_in(work, token=token)  # noqa: E731
    assert await race(database, press, press, on=TODAY) == "CHECK_IN_USED"


async def test_a_facilitator_and_a_guest_at_once_do_not_collide(database: Database) -> None:
    it, [token] = await _issued(database, "ada")
    press = lambda work: check_in.check_in(work, token=token)  # noqa: E731
    take = lambda work: attendance.take(work, it.session.id, person_ids=[it.ada.id], status=ABSENT)  # noqa: E731
    assert await race(database, press, take, on=TODAY) == "done"
    async with acting(database, on=TODAY) as work:
        row = await _of(work, it.session, it.ada)
        assert (row.status, row.checked_in_at) == (ABSENT, None)


async def test_an_evening_over_midnight_can_be_checked_in_to_the_next_day(database: Database) -> None:
    it, [token] = await _issued(database, "ada", begins=time(23, 30), minutes=120)
    async with acting(database, on=TODAY + DAY, now=datetime(2026, 6, 2, 0, 15, tzinfo=UTC)) as work:
        await check_in.check_in(work, token=token)
        assert (await _of(work, it.session, it.ada)).status is PRESENT
