"""Strengths that people could have, recorded and shown as far as each of them consents."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import select

from api.demo.story import Story
from domain.calendar import in_words
from domain.strengths import consents, frameworks, profiles
from domain.strengths.models import ConsentLevel, Strength
from domain.strengths.reading import shipped

_MOST: Final = 6
_LEVELS: Final = (
    ConsentLevel.PROGRAMME,
    ConsentLevel.TEAM,
    ConsentLevel.PROGRAMME,
    None,
    ConsentLevel.PROGRAMME,
    ConsentLevel.FACILITATOR,
    ConsentLevel.PROGRAMME,
)
"""To whom people show their strengths, in turn; one in seven says nothing, so theirs are shown to nobody."""


async def assess(story: Story, day: date, people: Sequence[UUID]) -> None:
    """Record on a day what people found in themselves, and what they say about showing it."""
    work = await story.on(day)
    framework = await frameworks.store(work, file=shipped()["working-together"])
    keys = select(Strength.key).where(Strength.framework_id == framework.id).order_by(Strength.place)
    strengths = list(await work.session.scalars(keys))
    for place, person_id in enumerate(people):
        await profiles.record(
            work,
            person_id,
            framework_id=framework.id,
            assessed_on=day,
            strengths=_chosen(strengths, place + day.year),
        )
        level = _LEVELS[place % len(_LEVELS)]
        if level is not None:
            await consents.give(work, person_id, level=level, note=f"In the workshop on {in_words(day)}")


def _chosen(strengths: Sequence[str], turn: int) -> list[str]:
    """Six different ones: a step of three comes to all of a number that three does not divide."""
    return [strengths[(turn + number * 3) % len(strengths)] for number in range(_MOST)]
