"""The part of the story that tells of strengths."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import select

from domain.models import Strength
from domain.strengths import consents, frameworks, profiles
from domain.strengths.models import ConsentLevel
from domain.strengths.reading import shipped
from tests.domain.strengths.test_frameworks import FILE, changed
from tests.factories import TODAY, acting

if TYPE_CHECKING:
    from tests.graph.reads.story import Story

FILES = (FILE, changed(version=2, name="É small"), *shipped().values())


async def assess(story: Story) -> None:
    """Frameworks in several versions, profiles by them, and people who change their minds."""
    for number, file in enumerate(FILES):
        await story.attempt(
            "framework",
            lambda work, file=file: frameworks.store(work, file=file),
            on=date(2019 + number, 1, 1),
        )
    for _ in range(60):
        await _profile(story)
    for number in range(40):
        await _consent(story, date(2020, 1, 1) if number < 8 else story.day(), number % 8)


async def _profile(story: Story) -> None:
    framework, assessed_on = story.some("framework"), story.day()
    async with acting(story.database) as work:
        known = await work.session.scalars(
            select(Strength.key).where(Strength.framework_id == framework).order_by(Strength.place)
        )
        keys = list(known)
    chosen = story.choices.sample(keys, story.one([1, 2, 2]))
    await story.attempt(
        "profile",
        lambda work: profiles.record(
            work, story.some("person"), framework_id=framework, assessed_on=assessed_on, strengths=chosen
        ),
        on=story.one([assessed_on, TODAY]),
    )


async def _consent(story: Story, on: date, number: int) -> None:
    person, level = story.made["person"][number], story.one([*ConsentLevel, *[ConsentLevel.PROGRAMME] * 3])
    await story.attempt(
        "consent",
        lambda work: consents.give(work, person, level=level, note=story.one(["By e-mail", "É\nü"])),
        on=on,
    )
