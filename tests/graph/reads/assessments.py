"""The part of the story that tells of instruments and rounds: in every state, and published ones that follow others."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from domain.assessments import answering, closing, comparing, inviting, opening, publication, rounds, storing
from domain.assessments.inviting import Link
from domain.assessments.reading import shipped
from domain.assessments.round_models import Round
from domain.cohorts import teams
from domain.people import commands as people
from domain.programmes.models import Partner, Programme, ProgrammeStatus
from domain.work import Work
from tests.domain.assessments.rounds import AUDIT
from tests.factories import TODAY, acting, noon

if TYPE_CHECKING:
    from tests.graph.reads.story import Story

STARTS = date(2025, 1, 1)
TITLES = ("Spring", "spring", "Été", "% _", "東京", "A")


async def ask_teams(story: Story) -> None:
    """Instruments, and teams that are asked them."""
    for key in (None, *shipped()):
        await story.attempt(
            "instrument",
            partial(storing.store, file=None if key else AUDIT, shipped_key=key),
            on=STARTS,
        )
    for programme in await _open(story):
        team = await _team(story, programme)
        if team is not None:
            await _rounds(story, team)


async def _open(story: Story) -> list[UUID]:
    async with acting(story.database, on=TODAY) as work:
        found = await work.session.scalars(
            select(Programme.id).where(Programme.status != ProgrammeStatus.CLOSED).order_by(Programme.id)
        )
        return list(found)[:4]


async def _team(story: Story, programme: UUID) -> UUID | None:
    """A team of everybody whom the programme's partners can send."""
    async with acting(story.database) as work:
        parts = select(Partner.organisation_id).where(Partner.programme_id == programme).order_by(Partner.id)
        organisations = list(await work.session.scalars(parts))
    team = await story.attempt(
        "team", lambda work: teams.create(work, programme, name="Asked", starts_on=STARTS), on=STARTS
    )
    if team is None:
        return None
    for number, person in enumerate(story.made["person"]):
        for organisation in organisations[number % len(organisations) :]:
            await story.attempt(
                "affiliation",
                partial(people.affiliate, person_id=person, organisation_id=organisation, starts_on=STARTS),
                on=STARTS,
            )
        await story.attempt(
            "team member",
            partial(teams.add_member, team_id=team, person_id=person, starts_on=STARTS),
            on=STARTS,
        )
    return team


async def _rounds(story: Story, team: UUID) -> None:
    audit = story.made["instrument"][0]

    def drafted(number: int, title: str, instrument: UUID) -> Callable[[Work], Awaitable[Round]]:
        return lambda work: rounds.create(
            work,
            team,
            instrument_id=instrument,
            title=title,
            k=3,
            by_organisation=number % 2 == 0,
            closes_on=story.one([None, TODAY]),
        )

    for number, title in enumerate(TITLES):
        on = STARTS + timedelta(days=70 * (number + 1))
        instrument = audit if number < 4 else story.some("instrument")
        made = await story.attempt("round", drafted(number, title, instrument), on=on)
        if made is not None:
            await _one(story, made, number, on)
    first, second = story.made["round"][0], story.made["round"][-2]
    await story.attempt("compared", lambda work: comparing.compare(work, second, earlier_id=first), on=TODAY)


async def _one(story: Story, made: UUID, number: int, on: date) -> None:
    """As far as it comes: the last but one stays open, the last one a draft."""
    if number < len(TITLES) - 1:
        await story.attempt("opened", lambda work: opening.open_(work, made), on=on)
        await _answered(story, made, on, alike=number == 2)
    if number < len(TITLES) - 2:
        closes = on + timedelta(days=9)
        await story.attempt("closed", lambda work: closing.close(work, made), on=closes, now=noon(closes))
        await story.attempt(
            "published", lambda work: publication.publish(work, made), on=on + timedelta(days=10)
        )


async def _answered(story: Story, made: UUID, on: date, *, alike: bool) -> None:
    handed: list[Link] = []

    async def invite(work: Work) -> Round:
        row = await inviting.invite(work, made)
        handed.extend(work.handed["links"])
        return row

    def answered(link: Link, points: Sequence[int | None]) -> Callable[[Work], Awaitable[Round]]:
        return lambda work: answering.answer(
            work,
            token=link.path.removeprefix(inviting.PATH),
            answers=dict(zip(("listen", "rush"), points, strict=True)),
            comments={"listen": story.one(["Fine.", "'; DROP", "🚂\nTwo lines"])},
        )

    await story.attempt("invited", invite, on=on)
    for link in handed:
        points = [3, 3] if alike else [story.one([1, 2, 3, 4, 5, None]), story.one([2, 4])]
        await story.attempt("answered", answered(link, points), on=on)
