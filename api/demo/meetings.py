"""Sessions of the council and the trust: planned, and held with those who came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Final
from uuid import UUID

from api.demo.outcomes import record, review
from api.demo.story import Story
from domain.sessions import agenda, attendance, commands
from domain.sessions.models import Session, SessionMode
from domain.sessions.presence import AttendanceStatus

_BOTH: Final = ("Executives", "Senior managers")
_EXCUSED_EVERY, _ABSENT_EVERY = 7, 11
"""Every so many people send apologies, or do not come; who that is differs from session to session."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """A session to be planned, with the question that it is about."""

    title: str
    held_on: date
    mode: SessionMode
    cohorts: Sequence[str]
    question: str


@dataclass(frozen=True, slots=True)
class Planned:
    """A session that is planned, and for which cohorts."""

    session: Session
    cohorts: Sequence[str]


ON_SCREENS: Final = (
    Meeting(
        "Executives begin",
        date(2020, 10, 14),
        SessionMode.VIRTUAL,
        _BOTH[:1],
        "What would residents notice if we led as one?",
    ),
    Meeting(
        "Who we are",
        date(2020, 11, 18),
        SessionMode.VIRTUAL,
        _BOTH,
        "What does each of us bring that the others can draw on?",
    ),
    Meeting(
        "What the first assessment says",
        date(2021, 2, 10),
        SessionMode.VIRTUAL,
        _BOTH[1:],
        "What makes it hard to hold each other to account?",
    ),
    Meeting(
        "One discharge, two organisations",
        date(2021, 5, 19),
        SessionMode.VIRTUAL,
        _BOTH,
        "Where does somebody who leaves hospital wait for us?",
    ),
)
"""Planned when the programme began."""
IN_ROOMS: Final = (
    Meeting(
        "In one room at last",
        date(2021, 9, 15),
        SessionMode.IN_PERSON,
        _BOTH,
        "What did we learn about each other that a screen does not show?",
    ),
    Meeting(
        "Budgets side by side",
        date(2022, 3, 16),
        SessionMode.IN_PERSON,
        _BOTH,
        "Which decisions would we take differently with one budget?",
    ),
    Meeting(
        "Handing on",
        date(2022, 6, 22),
        SessionMode.IN_PERSON,
        _BOTH,
        "What do we keep doing when the programme ends?",
    ),
)
"""Planned in the summer of 2021, when people could meet again."""


async def plan(
    story: Story,
    programme_id: UUID,
    meetings: Sequence[Meeting],
    cohort_ids: Mapping[str, UUID],
    facilitator: UUID,
) -> list[Planned]:
    """Have these sessions planned today, each with its question."""
    return [await _plan(story, programme_id, each, cohort_ids, facilitator) for each in meetings]


async def _plan(
    story: Story, programme_id: UUID, meeting: Meeting, cohort_ids: Mapping[str, UUID], facilitator: UUID
) -> Planned:
    is_virtual = meeting.mode is SessionMode.VIRTUAL
    session = await commands.plan(
        story.work,
        programme_id,
        title=meeting.title,
        cohort_ids=[cohort_ids[name] for name in meeting.cohorts],
        mode=meeting.mode,
        held_on=meeting.held_on,
        begins=time(14) if is_virtual else time(9, 30),
        minutes=90 if is_virtual else 180,
        place=None if is_virtual else "Rivermoor Town Hall, Assembly Room",
        link="https://meet.example.org/rivermoor" if is_virtual else None,
        facilitator_ids=[facilitator],
    )
    await agenda.add(story.work, session.id, question=meeting.question, minutes=60)
    return Planned(session, meeting.cohorts)


async def hold(story: Story, planned: Sequence[Planned], people: Mapping[str, Sequence[UUID]]) -> None:
    """Note on the day of each session what was done of earlier ones, who was there, and what came of it."""
    for each in planned:
        work = await story.on(each.session.held_on)
        await review(story, each.session.programme_id)
        invited = [person for name in each.cohorts for person in people[name]]
        came: dict[AttendanceStatus, list[UUID]] = {}
        for place, person in enumerate(invited):
            came.setdefault(_status(place + each.session.held_on.month), []).append(person)
        for status, those in came.items():
            await attendance.take(work, each.session.id, person_ids=those, status=status)
        await record(story, each.session, people)


def _status(turn: int) -> AttendanceStatus:
    if turn % _EXCUSED_EVERY == 0:
        return AttendanceStatus.EXCUSED
    return AttendanceStatus.ABSENT if turn % _ABSENT_EVERY == 0 else AttendanceStatus.PRESENT
