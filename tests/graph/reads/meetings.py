"""The part of the story that tells of sessions, and of what came of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import time, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from domain.cohorts.models import Cohort
from domain.sessions import agenda, attendance, commands, methods, outcomes, proposals, series, tables
from domain.sessions.models import Session, SessionMode
from domain.sessions.people import expected_at
from domain.sessions.presence import AttendanceMode, AttendanceStatus
from domain.work import Work
from tests.factories import TODAY, acting

if TYPE_CHECKING:
    from tests.graph.reads.story import Story

QUESTIONS = ("What is fair?", "what is fair?", "¿Qué sigue?", "公平とは?", "100 % _?", "A?")


async def meet(story: Story) -> None:
    """Sessions of the cohorts there are, single and in series, and what happens at them and around them."""
    for name in ("Tee & Kuchen", "茶"):
        await story.attempt("method", partial(methods.add, name=name, description="Tea."))
    for _ in range(26):
        await _session(story)
    for _ in range(4):
        await _series(story)
    for number in range(140):
        await _something(story, number)
    for _ in range(60):
        await _co_design(story)
    for _ in range(50):
        await _change(story)


async def _planned(story: Story) -> dict[str, Any]:
    """What a session of some cohort may be given: a day on which that runs, mostly."""
    cohort_id = story.some("cohort")
    async with acting(story.database) as work:
        cohort = await work.find(Cohort, cohort_id)
    days = max((min(cohort.ends_on or TODAY, TODAY) - cohort.starts_on).days, 1)
    return {
        "programme_id": cohort.programme_id,
        "title": story.one(QUESTIONS),
        "cohort_ids": [cohort_id],
        "mode": story.one(list(SessionMode)),
        "held_on": cohort.starts_on + timedelta(days=story.choices.randrange(days)),
        "begins": story.one([time(9), time(0), time(23, 59)]),
        "minutes": story.one([60, 90, 24 * 60]),
        "place": story.one(["Hall", "Höhe 3"]),
        "link": "https://meet.example.org/x",
        "facilitator_ids": story.one([[], [story.some("person")]]),
    }


async def _session(story: Story) -> None:
    given = await _planned(story)
    await story.attempt("session", lambda work: commands.plan(work, **given), on=min(given["held_on"], TODAY))


async def _series(story: Story) -> None:
    given = await _planned(story)
    await story.attempt(
        "series", lambda work: series.plan(work, **given, times=3, every_weeks=2), on=given["held_on"]
    )


async def _something(story: Story, number: int) -> None:
    """One thing that happens at a session, or before or after it."""
    session_id = story.some("session")
    async with acting(story.database) as work:
        session = await work.find(Session, session_id)
        people = [person.id for person in await expected_at(work, session)]
        items = [item.id for item in await agenda.items_of(work, session)]
    on = min(session.held_on + timedelta(days=story.choices.randrange(3)), TODAY)
    who = story.one(people) if people else story.some("person")
    happenings = _happenings(story, session, who, people, story.one([None, *items]))
    kind, command = happenings[number % len(happenings)]
    await story.attempt(kind, command, on=on)


def _happenings(
    story: Story, session: Session, who: UUID, people: list[UUID], item: UUID | None
) -> list[tuple[str, Callable[[Work], Awaitable[Any]]]]:
    status = story.one([AttendanceStatus.PRESENT, *AttendanceStatus])
    mode = story.one(list(AttendanceMode)) if session.mode is SessionMode.HYBRID else None
    minutes, due = story.one([1, 20]), session.held_on + timedelta(days=story.choices.randrange(60))
    return [
        ("item", lambda work: agenda.add(
            work, session.id, question=story.one(QUESTIONS), minutes=minutes, method_id=story.one(
                [None, story.some("method"), methods.shipped()[0].id]), purpose=story.one([None, "So"]))),
        ("attendance", lambda work: attendance.take(
            work, session.id, person_ids=[who], status=status,
            mode=mode if status is AttendanceStatus.PRESENT else None)),
        ("attendance", lambda work: attendance.take(
            work, session.id, person_ids=people, status=AttendanceStatus.PRESENT, mode=mode)),
        ("plan", lambda work: tables.mix_tables(work, session.id, seats_per_table=2, rounds=2)),
        ("decision", lambda work: outcomes.decide(
            work, session.id, text=story.one(QUESTIONS), reason=story.one([None, "Why"]), agenda_item_id=item)),
        ("action", lambda work: outcomes.agree(
            work, session.id, title=story.one(QUESTIONS), owner_id=story.some("person"), due_on=due,
            agenda_item_id=item)),
        ("feedback", lambda work: outcomes.give_feedback(
            work, session.id, person_id=who, rating=story.one([1, 5]), worked=story.one([None, "All"]))),
    ]  # fmt: skip


async def _change(story: Story) -> None:
    on = story.one([story.day(), TODAY, TODAY])
    coming = story.some("session")
    who = story.some("person")
    changes: list[Callable[[Work], Awaitable[Any]]] = [
        lambda work: commands.move(work, coming, held_on=TODAY + timedelta(days=9)),
        lambda work: commands.cancel(work, coming, because="Snow"),
        lambda work: commands.update(work, coming, title=story.one(QUESTIONS), facilitator_ids=[who]),
        lambda work: outcomes.finish(work, story.some("action")),
        lambda work: outcomes.drop(work, story.some("action"), note="No"),
        lambda work: agenda.update(work, story.some("item"), minutes=3, position=1),
        lambda work: agenda.remove(work, story.some("item")),
    ]
    await story.attempt("changed", story.one(changes), on=on)


async def _co_design(story: Story) -> None:
    """Of the sessions that have not begun, members make something; of those there are few, so one is planned."""
    given = await _planned(story)
    async with acting(story.database) as work:
        cohort = await work.find(Cohort, given["cohort_ids"][0])
    if cohort.ends_on is not None and cohort.ends_on <= TODAY + timedelta(days=70):
        return
    given |= {"held_on": TODAY + timedelta(days=story.one([7, 70])), "minutes": 90}
    given |= {"facilitator_ids": [story.some("person")]}
    made = await story.attempt("session", lambda work: commands.plan(work, **given), on=TODAY)
    async with acting(story.database) as work:
        people = (
            [] if made is None else [p.id for p in await expected_at(work, await work.find(Session, made))]
        )
    if made is None or not people:
        return
    who = story.one(people)
    proposal = await story.attempt(
        "proposal",
        lambda work: proposals.make(work, made, person_id=who, question=story.one(QUESTIONS), reason="R"),
        on=TODAY,
    )
    if proposal is None:
        return
    await story.attempt("voted", lambda work: proposals.vote(work, proposal, person_id=who), on=TODAY)
    became: list[Callable[[Work], Awaitable[Any]]] = [
        lambda work: proposals.adopt(work, proposal, minutes=5, answer="Yes"),
        lambda work: proposals.decline(work, proposal, answer="No"),
        lambda work: proposals.withdraw(work, proposal),
    ]
    if story.choices.random() < 0.6:
        await story.attempt("changed", story.one(became), on=TODAY)
