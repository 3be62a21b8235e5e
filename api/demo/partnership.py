"""A council and an NHS trust that learn to work together, from October 2020 to July 2022.

No figures were published of it. Reproduced is its course: executives and senior managers of both, who met on screens
and then in a room, their strengths, and two assessments of the managers as a team.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from api.demo.marks import marks_of
from api.demo.meetings import IN_ROOMS, ON_SCREENS, hold, plan
from api.demo.names import names
from api.demo.story import About, Asked, Story
from api.demo.strengths import assess
from domain.cohorts import commands as cohorts
from domain.cohorts import members
from domain.cohorts.models import Cohort, CohortRole, Team
from domain.milestones import commands as milestones
from domain.milestones.models import Criticality, ReasonCode
from domain.organisations import commands as organisations
from domain.organisations.models import Organisation, OrganisationKind
from domain.programmes.models import Programme

REF: Final = "rivermoor-council-and-trust"
TITLE: Final = "Rivermoor: council and trust as one"
BEGINS: Final = date(2020, 10, 5)
_ENDS: Final = date(2022, 7, 8)
_PHASES: Final = (
    ("Getting to know each other, on screens", BEGINS, date(2021, 4, 1)),
    ("One team for one place", date(2021, 4, 1), date(2022, 1, 10)),
    ("Handing on, in person", date(2022, 1, 10), _ENDS),
)
_EACH: Final = {"Executives": 5, "Senior managers": 12}
"""How many people of each organisation are in a cohort."""
_ANSWERING: Final = 11
"""How many senior managers of each organisation answer."""

_BEFORE: Final = {
    "trust": (37, 40, 36),
    "conflict": (33, 38, 44),
    "commitment": (42, 40, 43),
    "accountability": (31, 34, 39),
    "results": (41, 36, 38),
}
"""What the answers of 22 people, 1 to 3, add up to: the three statements of each dimension in December 2020."""
_AFTER: Final = {
    "trust": (57, 59, 54),
    "conflict": (50, 55, 60),
    "commitment": (56, 53, 58),
    "accountability": (47, 49, 54),
    "results": (58, 53, 55),
}
"""The same in June 2022."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Who takes part: two organisations, their people by cohort, and the managers as a team."""

    programme: Programme
    cohorts: Mapping[str, Cohort]
    people: Mapping[str, tuple[list[UUID], list[UUID]]]
    team: Team
    facilitator: UUID

    def of(self, name: str) -> list[UUID]:
        """The people of a cohort, council and trust in turn."""
        return [person for pair in zip(*self.people[name], strict=True) for person in pair]


async def tell(story: Story) -> None:
    """Twenty-one months, in their order."""
    scene = await _begin(story)
    everybody = {name: scene.of(name) for name in _EACH}
    ids = {name: cohort.id for name, cohort in scene.cohorts.items()}
    screens = await plan(story, scene.programme.id, ON_SCREENS, ids, scene.facilitator)
    induction = await _promise_induction(story, scene.programme)
    await hold(story, screens[:1], everybody)
    await assess(story, date(2020, 11, 2), [*everybody["Executives"], *everybody["Senior managers"]])
    await hold(story, screens[1:2], everybody)
    await story.ask(
        scene.team,
        _round("Five dimensions, December 2020", (date(2020, 12, 1), date(2020, 12, 14)), scene, _BEFORE),
    )
    await hold(story, screens[2:3], everybody)
    await _postpone(story, induction)
    await hold(story, screens[3:], everybody)
    await _reach(story, induction, date(2021, 6, 24))
    await story.on(date(2021, 7, 1))
    rooms = await plan(story, scene.programme.id, IN_ROOMS, ids, scene.facilitator)
    await hold(story, rooms[:1], everybody)
    await assess(story, date(2021, 11, 3), everybody["Senior managers"])
    await hold(story, rooms[1:2], everybody)
    await story.ask(
        scene.team, _round("Five dimensions, June 2022", (date(2022, 6, 1), date(2022, 6, 15)), scene, _AFTER)
    )
    await hold(story, rooms[2:], everybody)
    await story.finish(scene.programme, _ENDS, "Both organisations carry on with joint leadership days.")


async def _begin(story: Story) -> Scene:
    council = await organisations.create(
        story.work, code="RM-COUNCIL", name="Rivermoor City Council", kind=OrganisationKind.COUNCIL
    )
    trust = await organisations.create(
        story.work,
        code="RM-TRUST",
        name="Rivermoor Hospitals NHS Trust",
        kind=OrganisationKind.NHS_TRUST,
    )
    programme = await _programme(story, council, trust)
    people = {
        name: (
            await story.staff(council, names(start, each), position=name[:-1]),
            await story.staff(trust, names(start + each, each), position=name[:-1]),
        )
        for start, (name, each) in zip((200, 220), _EACH.items(), strict=True)
    }
    [facilitator] = await story.staff(council, names(250, 1), position="Head of organisational development")
    made = {name: await _cohort(story, programme, name, pair, facilitator) for name, pair in people.items()}
    managers = people["Senior managers"]
    team = await story.team(
        programme, "Senior managers", [*managers[0], *managers[1]], cohort_id=made["Senior managers"].id
    )
    return Scene(programme, made, people, team, facilitator)


async def _programme(story: Story, council: Organisation, trust: Organisation) -> Programme:
    about = About(
        REF,
        TITLE,
        "Those who lead care and health in one place learn to do so together.",
        "Partnership development",
        BEGINS,
        _ENDS,
    )
    programme = await story.programme(about, council, [trust], _PHASES)
    for organisation, name in zip((council, trust), names(320, 2), strict=True):
        await story.sponsor(programme, organisation, name, position="Chief executive")
    return programme


async def _cohort(
    story: Story,
    programme: Programme,
    name: str,
    people: tuple[list[UUID], list[UUID]],
    facilitator: UUID,
) -> Cohort:
    cohort = await cohorts.create(story.work, programme.id, name=name, starts_on=BEGINS, ends_on=_ENDS)
    for person_id in (*people[0], *people[1]):
        await members.join(story.work, cohort.id, person_id=person_id, starts_on=BEGINS)
    await members.join(
        story.work, cohort.id, person_id=facilitator, role=CohortRole.FACILITATOR, starts_on=BEGINS
    )
    return cohort


def _round(title: str, days: tuple[date, date], scene: Scene, sums: Mapping[str, tuple[int, ...]]) -> Asked:
    """The managers are asked; eleven of the twelve of each organisation answer."""
    council, trust = scene.people["Senior managers"]
    by_item = {
        f"{dimension}-{number}": total
        for dimension, totals in sums.items()
        for number, total in enumerate(totals, start=1)
    }
    sides = {"Council": council[:_ANSWERING], "Trust": trust[:_ANSWERING]}
    return Asked(
        title=title,
        instrument="five-dimensions-15",
        opens=days[0],
        closes=days[1],
        answers=marks_of(sides, by_item, dict.fromkeys(sides, (0,) * _ANSWERING)),
        by_organisation=True,
    )


async def _promise_induction(story: Story, programme: Programme) -> UUID:
    promised = await milestones.create(
        story.work,
        programme_id=programme.id,
        title="Joint induction for new managers",
        baseline_on=date(2021, 3, 31),
        criticality=Criticality.HIGH,
    )
    return promised.id


async def _postpone(story: Story, milestone_id: UUID) -> None:
    await milestones.reforecast(
        await story.on(date(2021, 3, 15)),
        milestone_id,
        forecast_on=date(2021, 6, 30),
        reason=ReasonCode.EXTERNAL,
        note="Those who would give it are at the vaccination centres.",
    )


async def _reach(story: Story, milestone_id: UUID, day: date) -> None:
    await milestones.achieve(await story.on(day), milestone_id, achieved_on=day)
