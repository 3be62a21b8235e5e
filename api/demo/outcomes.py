"""What sessions of the council and the trust decided, and who took on what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import select

from api.demo.story import Story
from domain.sessions import outcomes
from domain.sessions.models import Session
from domain.sessions.practice import Action


@dataclass(frozen=True, slots=True)
class Agreed:
    """What somebody of a cohort took on, by their place in it: due by a day, and done on one or not yet."""

    title: str
    cohort: str
    owner: int
    due_on: date
    done_on: date | None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one session decided and agreed."""

    decision: str
    reason: str
    actions: Sequence[Agreed]


OUTCOMES: Final[Mapping[str, Outcome]] = {
    "Executives begin": Outcome(
        "Executives of both organisations meet every month, with one agenda.",
        "Residents do not know where one organisation ends and the other begins.",
        (
            Agreed(
                "Name one lead for each neighbourhood",
                "Executives",
                0,
                date(2020, 11, 13),
                date(2020, 11, 11),
            ),
        ),
    ),
    "What the first assessment says": Outcome(
        "Every meeting of managers opens with what was promised at the last one.",
        "Accountability was the lowest of the five dimensions.",
        (
            Agreed(
                "Draft a joint induction for new managers",
                "Senior managers",
                3,
                date(2021, 3, 31),
                date(2021, 5, 18),
                "Six weeks late: those who write it were at the vaccination centres.",
            ),
        ),
    ),
    "In one room at last": Outcome(
        "Managers spend a day a quarter in the other organisation.",
        "What a screen does not show is how the others work.",
        (
            Agreed(
                "Pair managers for the days with each other",
                "Senior managers",
                6,
                date(2021, 10, 29),
                date(2021, 10, 20),
            ),
        ),
    ),
    "Budgets side by side": Outcome(
        "The budgets for discharge and for home care are reported together.",
        "Each of them looked right by itself.",
        (
            Agreed("Report both budgets on one page", "Executives", 2, date(2022, 5, 31), date(2022, 5, 25)),
            Agreed("List decisions that need both boards", "Senior managers", 9, date(2022, 6, 17), None),
        ),
    ),
}
"""By the title of the session; what is left open at the end is handed on."""


async def record(story: Story, session: Session, people: Mapping[str, Sequence[UUID]]) -> None:
    """Note today what came of a session, if anything did."""
    came = OUTCOMES.get(session.title)
    if came is None:
        return
    await outcomes.decide(story.work, session.id, text=came.decision, reason=came.reason)
    for each in came.actions:
        owner_id = people[each.cohort][each.owner]
        await outcomes.agree(story.work, session.id, title=each.title, owner_id=owner_id, due_on=each.due_on)


async def review(story: Story, programme_id: UUID) -> None:
    """Note today what has been done of all that was agreed and is open."""
    work = story.work
    agreed = {each.title: each for came in OUTCOMES.values() for each in came.actions}
    still_open = await work.session.scalars(
        select(Action).where(Action.programme_id == programme_id, Action.closed_on.is_(None))
    )
    for action in still_open.all():
        each = agreed[action.title]
        if each.done_on is not None and each.done_on <= work.on:
            await outcomes.finish(work, action.id, closed_on=each.done_on, note=each.note)
