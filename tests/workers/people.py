"""One winter of one sponsor's programme in which people meet, are asked, and say what they are good at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from uuid import UUID

from domain.cohorts import commands as cohorts
from domain.cohorts import members
from domain.database import Database
from domain.people.models import Person
from domain.sessions import attendance, commands
from domain.sessions.models import Session, SessionMode
from domain.sessions.presence import AttendanceMode, AttendanceStatus
from domain.strengths import consents, frameworks, profiles, releases
from domain.strengths.models import ConsentLevel
from domain.work import Work
from tests import factories as make
from tests.domain.assessments.rounds import Asked, asked_team, both
from tests.domain.cohorts.scenes import move
from tests.domain.strengths.test_frameworks import FILE

OCTOBER, JANUARY, FEBRUARY, MARCH = (
    date(2025, 10, 15),
    date(2026, 1, 20),
    date(2026, 2, 1),
    date(2026, 3, 10),
)
_HELD = (
    ("Before it all", OCTOBER, SessionMode.IN_PERSON),
    ("On screens", JANUARY, SessionMode.VIRTUAL),
    ("Both at once", MARCH, SessionMode.HYBRID),
)
_CALLED_OFF = ("Called off", MARCH, SessionMode.VIRTUAL)


@dataclass(frozen=True, slots=True)
class Gathered:
    """The twelve who are asked, the sponsor of their programme, and one of another."""

    asked: Asked
    sponsor: Person
    stranger: Person
    open_rounds: list[UUID]


async def gather(database: Database) -> Gathered:
    """Let the winter happen."""
    asked = await asked_team(database)
    async with make.acting(database) as work:
        sponsor = await make.person(work, "Grace Hopper")
        await make.sponsor(work, asked.programme, sponsor)
        stranger = (await make.joint(work, "elsewhere")).lead_sponsor
    await _meet(database, asked)
    await asked.ask("Autumn", [both(2, 3)] * 6 + [both(3, 4)] * 5 + [None], on=date(2025, 11, 10))
    await asked.ask("Spring", [both(4, 2)] * 6 + [both(5, 2)] * 6, on=date(2026, 3, 2))
    late = await asked.open("Not closed yet", on=date(2026, 3, 20))
    await _assess(database, asked)
    return Gathered(asked, sponsor, stranger, [late.id])


async def _meet(database: Database, asked: Asked) -> None:
    """Everybody meets three times; in February the first of them changes employer."""
    async with make.acting(database) as work:
        cohort = await cohorts.create(work, asked.programme.id, name="All", starts_on=make.START)
        for person_id in asked.people:
            await members.join(work, cohort.id, person_id=person_id, starts_on=make.START)
        sessions = [await _plan(work, asked, cohort.id, each) for each in _HELD]
        called_off = await _plan(work, asked, cohort.id, _CALLED_OFF)
        await commands.cancel(work, called_off.id, because="Snow.")
    present, excused, absent = AttendanceStatus.PRESENT, AttendanceStatus.EXCUSED, AttendanceStatus.ABSENT
    async with make.acting(database, on=FEBRUARY) as work:
        await move(work, await work.session.get_one(Person, asked.people[0]), asked.other, FEBRUARY)
    async with make.acting(database, on=MARCH) as work:
        before, screens, hybrid = (session.id for session in sessions)
        people = asked.people
        await attendance.take(work, before, person_ids=people[:9], status=present)
        await attendance.take(work, before, person_ids=people[9:], status=absent)
        await attendance.take(work, screens, person_ids=people, status=present)
        await attendance.take(
            work, hybrid, person_ids=people[:3], status=present, mode=AttendanceMode.IN_PERSON
        )
        await attendance.take(
            work, hybrid, person_ids=people[3:10], status=present, mode=AttendanceMode.VIRTUAL
        )
        await attendance.take(work, hybrid, person_ids=people[10:11], status=excused)
        await attendance.take(work, hybrid, person_ids=people[11:], status=absent)


async def _plan(work: Work, asked: Asked, cohort_id: UUID, what: tuple[str, date, SessionMode]) -> Session:
    title, held_on, mode = what
    return await commands.plan(
        work,
        asked.programme.id,
        title=title,
        cohort_ids=[cohort_id],
        mode=mode,
        held_on=held_on,
        begins=time(9),
        minutes=60,
        place=None if mode is SessionMode.VIRTUAL else "Town hall",
        link=None if mode is SessionMode.IN_PERSON else "https://meet.example.org",
    )


async def _assess(database: Database, asked: Asked) -> None:
    """Half are assessed in autumn and half in winter; of each half three show it to the programme."""
    halves = ((date(2025, 11, 1), asked.people[:6]), (FEBRUARY, asked.people[6:]))
    async with make.acting(database, on=halves[0][0]) as work:
        framework = await frameworks.store(work, file=FILE)
    for day, half in halves:
        async with make.acting(database, on=day) as work:
            for place, person_id in enumerate(half):
                chosen = ["thinking", "making"] if place % 3 else ["asking"]
                await profiles.record(
                    work, person_id, framework_id=framework.id, assessed_on=day, strengths=chosen
                )
            for person_id in half[:3]:
                await consents.give(work, person_id, level=ConsentLevel.PROGRAMME, note="Said so")
    async with make.acting(database, on=date(2026, 3, 15)) as work:
        await releases.release(work, team_id=asked.team.id, framework_id=framework.id)
