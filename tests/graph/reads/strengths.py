"""The part of the story that tells of strengths."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import select

from domain.cohorts import teams
from domain.models import Strength, TeamMember
from domain.strengths import consents, frameworks, profiles, releases
from domain.strengths.models import ConsentLevel
from domain.strengths.reading import shipped
from tests.domain.strengths import scenes
from tests.domain.strengths.scenes import crew
from tests.domain.strengths.test_frameworks import FILE, changed
from tests.factories import START, TODAY, acting

if TYPE_CHECKING:
    from tests.graph.reads.story import Story

FILES = (FILE, changed(version=2, name="É small"), *shipped().values())


async def assess(story: Story) -> None:
    """Frameworks in several versions, profiles by them, and people who change their minds."""
    for number, file in enumerate(FILES):
        await story.attempt(
            "framework",
            partial(frameworks.store, file=file),
            on=date(2019 + number, 1, 1),
        )
    for _ in range(60):
        await _profile(story)
    await _crew(story)
    for number in range(len(story.made["person"])):
        for day in (date(2020, 1, 1), date(2022, 1, 1), date(2024, 1, 1)):
            await _consent(story, day, number, [ConsentLevel.PROGRAMME] * 3 + [ConsentLevel.TEAM])
    for number in range(4):
        await _consent(story, story.day(), number % len(story.made["person"]), list(ConsentLevel))


async def _crew(story: Story) -> None:
    """A team that shows its strengths to different people, with a change of mind and somebody who leaves."""
    nobody, facilitator, team, programme = ConsentLevel
    async with acting(story.database, on=START) as work:
        it = await crew(work, "uma", "vic", "wyn", "xia", "yan", ref="crew")
        await scenes.facilitator(work, it, "zoe")
        for number, name in enumerate(it.people):
            await scenes.assess(work, it, name, scenes.KEYS[number % 2 : number % 2 + 2])
        for number in range(4):
            await scenes.join(work, it, f"extra{number}")
            await scenes.assess(
                work, it, f"extra{number}", scenes.KEYS[number % 2 : number % 2 + 1 + number // 2]
            )
        levels = (programme, programme, team, facilitator, nobody, programme)
        for name, level in zip(list(it.people)[:6], levels, strict=True):
            await scenes.consent(work, it, name, level)
    async with acting(story.database, on=date(2025, 2, 1)) as work:
        await releases.release(work, team_id=it.team.id, framework_id=it.framework.id)
        await releases.release(work, cohort_id=it.cohort.id, framework_id=it.framework.id)
    async with acting(story.database, on=date(2025, 3, 1)) as work:
        await consents.withdraw(work, it.vic.id)
        await scenes.assess(work, it, "uma", ["asking"], on=date(2025, 3, 1))
        [part] = await work.session.scalars(select(TeamMember).where(TeamMember.person_id == it.xia.id))
        await teams.remove_member(work, part.id, ends_on=date(2025, 3, 1))


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


async def _consent(story: Story, on: date, number: int, levels: list[ConsentLevel]) -> None:
    person, level = story.made["person"][number], story.one(levels)
    await story.attempt(
        "consent",
        lambda work: consents.give(work, person, level=level, note=story.one(["By e-mail", "É\nü"])),
        on=on,
    )
