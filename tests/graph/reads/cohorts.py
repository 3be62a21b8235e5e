"""The part of the story that tells of cohorts and teams."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select

from domain.cohorts import commands, members, teams
from domain.cohorts.models import Cohort, CohortRole, Team
from domain.people import commands as people
from domain.programmes.models import Partner
from domain.work import Work
from tests.factories import TODAY, acting

if TYPE_CHECKING:
    from tests.graph.reads.story import Story

NAMES = ("Executives", "executives", "Ärzte & Co.", "東京", "% _", "A")


async def gather(story: Story) -> None:
    """Cohorts, teams, and people who come and go."""
    for number in range(24):
        await _cohort(story, number)
    for number in range(24):
        await _team(story, number)
    for _ in range(60):
        await _somebody_joins(story)
        await _somebody_is_added(story)
    for _ in range(40):
        await _change(story)


async def _cohort(story: Story, number: int) -> None:
    starts, programme = story.day(), story.some("programme")
    ends = story.one([None, None, starts + timedelta(days=story.choices.randrange(1, 900))])
    await story.attempt(
        "cohort",
        lambda work: commands.create(
            work, programme, name=NAMES[number % len(NAMES)], starts_on=starts, ends_on=ends
        ),
        on=story.one([starts, starts + timedelta(days=9)]),
    )


async def _team(story: Story, number: int) -> None:
    starts = story.day()
    of_cohort, of_organisation = (story.one([None, story.some(kind)]) for kind in ("cohort", "organisation"))
    programmes = story.made["programme"] if of_cohort else [story.some("programme")]

    def of(programme: UUID) -> Callable[[Work], Awaitable[Team]]:
        return lambda work: teams.create(
            work,
            programme,
            name=f"{NAMES[number % len(NAMES)]} {number // 3}",
            cohort_id=of_cohort,
            organisation_id=of_organisation if number % 3 else None,
            starts_on=starts,
            ends_on=story.one([None, starts + timedelta(days=400)]),
        )

    for programme in programmes:
        await story.attempt("team", of(programme), on=starts)


async def _somebody_joins(story: Story) -> None:
    cohort, person, starts, ends = await _chosen(story, Cohort, "cohort")
    await story.attempt(
        "cohort member",
        lambda work: members.join(
            work,
            cohort,
            person_id=person,
            role=story.one(list(CohortRole)),
            starts_on=starts,
            ends_on=ends,
        ),
        on=starts,
    )


async def _somebody_is_added(story: Story) -> None:
    team, person, starts, ends = await _chosen(story, Team, "team")
    await story.attempt(
        "team member",
        lambda work: teams.add_member(work, team, person_id=person, starts_on=starts, ends_on=ends),
        on=starts,
    )


async def _chosen(
    story: Story, model: type[Cohort | Team], kind: str
) -> tuple[UUID, UUID, date, date | None]:
    """A group, somebody, and dates within those of the group, on which they mostly belong to one of its partners."""
    group_id, person_id = story.some(kind), story.some("person")
    async with acting(story.database) as work:
        group = await work.find(model, group_id)
        parts = select(Partner.organisation_id).where(Partner.programme_id == group.programme_id)
        organisations = list(await work.session.scalars(parts.order_by(Partner.id)))
    days = min((group.ends_on or TODAY) - group.starts_on, TODAY - group.starts_on).days
    starts = group.starts_on + timedelta(days=story.choices.randrange(max(days, 1)))
    ends = story.one([None, None, starts + timedelta(days=story.choices.randrange(1, 500))])
    await story.attempt(
        "affiliation",
        lambda work: people.affiliate(
            work,
            person_id,
            organisation_id=story.one(organisations),
            starts_on=starts,
            ends_on=story.one([None, starts + timedelta(days=300)]),
        ),
        on=starts,
    )
    return group_id, person_id, starts, ends


async def _change(story: Story) -> None:
    on = story.day()
    changes: list[Callable[[Work], Awaitable[Any]]] = [
        lambda work: commands.close(work, story.some("cohort"), ends_on=on),
        lambda work: commands.update(work, story.some("cohort"), name=story.one(NAMES), ends_on=None),
        lambda work: teams.disband(work, story.some("team"), ends_on=on),
        lambda work: members.leave(work, story.some("cohort member"), ends_on=on),
        lambda work: teams.remove_member(work, story.some("team member"), ends_on=on),
        lambda work: people.affiliate(
            work, story.some("person"), organisation_id=story.some("organisation"), starts_on=on
        ),
    ]
    await story.attempt("changed", story.one(changes), on=on)
