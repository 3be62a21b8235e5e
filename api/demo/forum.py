"""A regional partnership forum of management and trade unions, whose behaviours audit was asked twice.

Reproduced are the published averages: 6.02 out of ten with the lowest items at 4.6 and 5.8, and later a rise of 2.59.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final
from uuid import UUID

from api.demo.marks import marks_of
from api.demo.names import names
from api.demo.story import About, Asked, Story
from domain.milestones import commands as milestones
from domain.milestones.models import Criticality, ReasonCode
from domain.organisations import commands as organisations
from domain.organisations.models import Organisation, OrganisationKind
from domain.programmes.models import Programme

Sides = Mapping[str, Sequence[UUID]]
"""The people of each side."""

REF: Final = "northmere-partnership-forum"
TITLE: Final = "Northmere regional partnership forum"
BEGINS: Final = date(2017, 1, 9)
_ENDS: Final = date(2018, 8, 31)
_PHASES: Final = (
    ("Finding out where we stand", BEGINS, date(2017, 3, 1)),
    ("Agreeing how we work", date(2017, 3, 1), date(2017, 11, 1)),
    ("Keeping to it", date(2017, 11, 1), _ENDS),
)

_JANUARY: Final = {
    "same-purpose": 130,
    "values-visible": 122,
    "honest-early": 121,
    "know-constraints": 120,
    "they-know-ours": 92,
    "listen-first": 127,
    "equal-voice": 116,
    "respect-outside": 124,
    "solve-together": 128,
    "decisions-followed": 124,
}
"""What the marks of twenty people add up to: 1,204, which is 6.02 for each of 200 marks; the lowest 92 and 116."""
_NOVEMBER: Final = {
    "same-purpose": 179,
    "values-visible": 173,
    "honest-early": 171,
    "know-constraints": 170,
    "they-know-ours": 162,
    "listen-first": 176,
    "equal-voice": 168,
    "respect-outside": 174,
    "solve-together": 177,
    "decisions-followed": 172,
}
"""The same ten months later: 1,722, which is 8.61."""
_APART: Final = {"Management": (2, 1, 1, 0, 2, -1, 1, 0), "Staff": (-2, -1, 0, 1, -2, 0, -1, 1, 0, -1, -1, 0)}
_CLOSER: Final = {"Management": (1, 0, 0, 1, 0, 0, 1, -1), "Staff": (0, -1, 0, 1, -1, 0, 0, -1, 1, 0, 0, -1)}
_SAID: Final = {
    "they-know-ours": "We hear of changes when they are settled, and then nobody asks what they mean on a ward.",
    "equal-voice": "The same four people speak. It would help to hear from the others first.",
    "decisions-followed": "Good meetings, and three months later nobody remembers who was going to do what.",
}
_SAID_LATER: Final = {
    "they-know-ours": "Spending a day with the other side changed how I read their papers.",
    "decisions-followed": "The list of actions at the start of each meeting works.",
}


async def tell(story: Story) -> None:
    """The forum from its first audit to its end, twenty months later."""
    programme, management, unions = await _begin(story)
    sides = {
        "Management": await _staff(story, management, start=0, each=5),
        "Staff": await _staff(story, unions, start=10, each=7),
    }
    forum = await story.team(programme, "The forum", [person for those in sides.values() for person in those])
    await story.ask(forum, _january(sides))
    await _agree_ways_of_working(story, programme)
    await story.ask(forum, _november(sides))
    await story.finish(programme, _ENDS, "The forum goes on by itself, with an audit every year.")


async def _begin(story: Story) -> tuple[Programme, list[Organisation], list[Organisation]]:
    """The programme, and who takes part for management and for staff."""
    management, unions = await _organisations(story)
    about = About(
        REF,
        TITLE,
        "Employers and trade unions of a region work out together what changes mean for staff.",
        "Social partnership",
        BEGINS,
        _ENDS,
    )
    programme = await story.programme(about, management[0], [*management[1:], *unions], _PHASES)
    chief, secretary = names(300, 2)
    await story.sponsor(programme, management[0], chief, position="Chief executive")
    await story.sponsor(programme, unions[0], secretary, position="Regional secretary")
    return programme, management, unions


async def _organisations(story: Story) -> tuple[list[Organisation], list[Organisation]]:
    async def made(code: str, name: str, kind: OrganisationKind) -> Organisation:
        return await organisations.create(story.work, code=code, name=name, kind=kind)

    return (
        [
            await made("NM-HOSPITALS", "Northmere Hospitals NHS Trust", OrganisationKind.NHS_TRUST),
            await made("NM-COMMUNITY", "Wyeside Community NHS Trust", OrganisationKind.NHS_TRUST),
        ],
        [
            await made("NM-HWU", "Health Workers' Union, Northmere branch", OrganisationKind.TRADE_UNION),
            await made("NM-NCA", "Nursing and Care Association, Northmere", OrganisationKind.TRADE_UNION),
        ],
    )


async def _staff(story: Story, of: Sequence[Organisation], *, start: int, each: int) -> list[UUID]:
    """So many people of each organisation, with names from a place in the list of them on."""
    people: list[UUID] = []
    for place, organisation in enumerate(of):
        people += await story.staff(organisation, names(start + place * each, each))
    return people


def _january(sides: Sides) -> Asked:
    return _audit(
        "Behaviours audit, January 2017", (BEGINS, date(2017, 1, 27)), sides, (_JANUARY, _APART), _SAID
    )


def _november(sides: Sides) -> Asked:
    return _audit(
        "Behaviours audit, November 2017",
        (date(2017, 11, 6), date(2017, 11, 24)),
        sides,
        (_NOVEMBER, _CLOSER),
        _SAID_LATER,
    )


def _audit(
    title: str,
    days: tuple[date, date],
    sides: Sides,
    marks: tuple[Mapping[str, int], Mapping[str, Sequence[int]]],
    said: Mapping[str, str],
) -> Asked:
    """Twenty of the twenty-four answer, eight for management and twelve for staff, and a few comment."""
    sums, leanings = marks
    answering = {side: those[: len(leanings[side])] for side, those in sides.items()}
    answers = marks_of(answering, sums, leanings)
    return Asked(
        title=title,
        instrument="partnership-behaviours",
        opens=days[0],
        closes=days[1],
        answers=answers,
        comments={
            person: {item: words}
            for person, (item, words) in zip(reversed(answers), said.items(), strict=False)
        },
        groups={"Side": sides},
    )


async def _agree_ways_of_working(story: Story, programme: Programme) -> None:
    """What the first audit led to; it took four weeks longer than was promised."""
    work = await story.on(date(2017, 3, 1))
    agreed = await milestones.create(
        work,
        programme_id=programme.id,
        title="Ways of working agreed",
        baseline_on=date(2017, 5, 31),
        criticality=Criticality.HIGH,
    )
    work = await story.on(date(2017, 5, 22))
    await milestones.reforecast(
        work,
        agreed.id,
        forecast_on=date(2017, 6, 28),
        reason=ReasonCode.APPROVAL,
        note="The unions take the draft to their branches first.",
    )
    work = await story.on(date(2017, 6, 28))
    await milestones.achieve(work, agreed.id, achieved_on=date(2017, 6, 28))
