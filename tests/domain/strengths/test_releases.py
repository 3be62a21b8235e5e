"""Counts of a whole team: told once, against all that was told before, and hidden when they would tell too much."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Uuid, literal, select

from domain.access.viewers import ADMINISTRATOR, Viewer
from domain.access.visibility import visible
from domain.cohorts import teams
from domain.database import Database
from domain.models import JournalEntry, ReleasedStrength, Strength, StrengthsRelease, TeamMember
from domain.strengths import consents, profiles, releases
from domain.strengths.models import ConsentLevel
from domain.work import Work
from tests.domain.strengths.scenes import Crew, assess, consent, crew, facilitator, join
from tests.factories import START, TODAY, acting, as_sponsor
from tests.refusals import refused

LATER = date(2025, 3, 1)
HAS = {
    "ada": ["making", "thinking"],
    "ben": ["making"],
    "cleo": ["asking", "thinking"],
    "dot": ["thinking"],
    "eli": ["making", "asking"],
}


@pytest.fixture
async def it(database: Database) -> Crew:
    """Five people who show their strengths to nobody."""
    async with acting(database) as work:
        made = await crew(work, *HAS)
        for name, strengths in HAS.items():
            await assess(work, made, name, strengths)
        return made


async def _release(work: Work, it: Crew, k: int = 5) -> StrengthsRelease:
    return await releases.release(work, team_id=it.team.id, framework_id=it.framework.id, k=k)


async def _told(database: Database, viewer: Viewer, on: date = TODAY) -> list[dict[str, int]]:
    """The counts of each release that a viewer sees, from the first on."""
    async with acting(database) as work:
        person = literal(viewer.person_id, Uuid())
        conditions = [
            visible(model, model, viewer.role, person, literal(on))
            for model in (StrengthsRelease, ReleasedStrength)
        ]
        rows = await work.session.execute(
            select(StrengthsRelease.id, Strength.key, ReleasedStrength.people)
            .join(ReleasedStrength, ReleasedStrength.release_id == StrengthsRelease.id)
            .join(Strength, Strength.id == ReleasedStrength.strength_id)
            .where(*[condition for condition in conditions if condition is not None])
            .order_by(StrengthsRelease.released_at)
        )
        found: dict[Any, dict[str, int]] = {}
        for release_id, key, people in rows:
            found.setdefault(release_id, {})[key] = people
        return list(found.values())


COUNTS = {"making": 3, "thinking": 3, "asking": 2}


async def test_it_counts_those_who_show_nothing(database: Database, it: Crew) -> None:
    async with acting(database) as work:
        made = await _release(work, it)
        assert (made.people, made.k) == (5, 5)
    assert await _told(database, as_sponsor(it.sponsor)) == [COUNTS]
    assert await _told(database, ADMINISTRATOR) == [COUNTS]
    async with acting(database) as work:
        [entry] = await work.session.scalars(
            select(JournalEntry).where(JournalEntry.command == "strengths.released")
        )
    assert set(entry.changes) == {"programme_id", "team_id", "framework_id", "k", "people"}


async def test_a_rehearsal_tells_nothing(database: Database, it: Crew) -> None:
    async with acting(database) as work:
        made = await _release(work, it)
        seen = visible(
            StrengthsRelease, StrengthsRelease, ADMINISTRATOR.role, literal(None, Uuid()), literal(TODAY)
        )
        assert seen is not None
        assert await work.session.scalar(select(StrengthsRelease.id).where(seen)) is None
        assert made.id is not None
    assert len(await _told(database, ADMINISTRATOR)) == 1


async def test_the_default_is_five_and_the_floor_three(database: Database, it: Crew) -> None:
    async with acting(database) as work:
        made = await releases.release(work, team_id=it.team.id, framework_id=it.framework.id)
        assert made.k == 5
    async with refused(database, "K_TOO_LOW"), acting(database) as work:
        await _release(work, it, k=2)
    async with refused(database, "TOO_FEW_PEOPLE"), acting(database) as work:
        await _release(work, it, k=6)


async def test_who_shows_it_leaves_too_few_others(database: Database, it: Crew) -> None:
    async with acting(database) as work:
        await consent(work, it, "ada", ConsentLevel.FACILITATOR)
    async with refused(database, "TOO_FEW_PEOPLE"), acting(database) as work:
        await _release(work, it)
    async with acting(database) as work:
        await _release(work, it, k=3)


async def test_it_is_hidden_while_it_would_tell_of_few(database: Database, it: Crew) -> None:
    async with acting(database) as work:
        await _release(work, it)
        await consent(work, it, "ada", ConsentLevel.PROGRAMME)
    assert await _told(database, as_sponsor(it.sponsor)) == await _told(database, ADMINISTRATOR) == []
    async with acting(database) as work:
        for name in HAS:
            await consent(work, it, name, ConsentLevel.PROGRAMME)
    assert await _told(database, as_sponsor(it.sponsor)) == [COUNTS]
    # What all had shown and one withdraws would be what is missing.
    async with acting(database) as work:
        await consents.withdraw(work, it.ben.id)
    assert await _told(database, as_sponsor(it.sponsor)) == await _told(database, ADMINISTRATOR) == []


async def test_one_who_joins_or_leaves_cannot_be_subtracted(database: Database, it: Crew) -> None:
    async with acting(database) as work:
        await _release(work, it, k=3)
    async with acting(database, on=LATER) as work:
        await join(work, it, "fay", on=LATER)
        await assess(work, it, "fay", ["asking"], on=LATER)
    async with refused(database, "TOO_FEW_PEOPLE"), acting(database, on=LATER) as work:
        await _release(work, it, k=3)
    async with acting(database, on=LATER) as work:
        for name, strengths in (("gus", ["making"]), ("hal", ["thinking", "making"])):
            await join(work, it, name, on=LATER)
            await assess(work, it, name, strengths, on=LATER)
        made = await _release(work, it, k=3)
        assert made.people == 8
    assert await _told(database, ADMINISTRATOR) == [COUNTS, {"making": 5, "thinking": 4, "asking": 3}]
    async with acting(database, on=TODAY) as work:
        [part] = await work.session.scalars(select(TeamMember).where(TeamMember.person_id == it.hal.id))
        await teams.remove_member(work, part.id, ends_on=TODAY)
    async with refused(database, "TOO_FEW_PEOPLE"), acting(database, on=TODAY) as work:
        await _release(work, it, k=3)


async def test_another_team_of_the_same_people_is_held_against_it(database: Database, it: Crew) -> None:
    async with acting(database) as work:
        await _release(work, it, k=3)
        other = await teams.create(
            work, it.programme.id, name="Others", cohort_id=it.cohort.id, starts_on=START
        )
        for name in ("ada", "ben", "cleo"):
            await teams.add_member(work, other.id, person_id=it.people[name].id, starts_on=START)
        it.team = other
    async with refused(database, "TOO_FEW_PEOPLE"), acting(database) as work:
        await _release(work, it, k=3)


async def test_a_cohort_is_counted_without_its_facilitators_and_held_against_its_teams(
    database: Database, it: Crew
) -> None:
    async with acting(database) as work:
        await facilitator(work, it, "flo")
        await assess(work, it, "flo", ["asking"])
        made = await releases.release(work, cohort_id=it.cohort.id, framework_id=it.framework.id)
        assert (made.people, made.team_id, made.cohort_id) == (5, None, it.cohort.id)
    assert await _told(database, as_sponsor(it.sponsor)) == [COUNTS]
    async with acting(database) as work:
        for name in ("ivo", "jan"):
            await join(work, it, name, team=False)
            await assess(work, it, name, ["thinking", "asking"])
    async with acting(database) as work:
        await _release(work, it)
    async with refused(database, "TOO_FEW_PEOPLE"), acting(database) as work:
        await releases.release(work, cohort_id=it.cohort.id, framework_id=it.framework.id, k=3)


async def test_it_is_of_a_team_or_of_a_cohort(database: Database, it: Crew) -> None:
    none_and_both: list[dict[str, Any]] = [{}, {"team_id": it.team.id, "cohort_id": it.cohort.id}]
    for given in none_and_both:
        async with refused(database, "TEAM_OR_COHORT"), acting(database) as work:
            await releases.release(work, framework_id=it.framework.id, **given)


async def test_k_is_never_lowered_for_those_who_were_counted(database: Database, it: Crew) -> None:
    async with acting(database) as work:
        await _release(work, it)
    async with acting(database, on=LATER) as work:
        for name in ("fay", "gus", "hal"):
            await join(work, it, name, on=LATER)
            await assess(work, it, name, ["asking"], on=LATER)
    async with refused(database, "TOO_FEW_PEOPLE"), acting(database, on=LATER) as work:
        await _release(work, it, k=3)


async def test_what_everybody_or_nobody_has_is_left_out(database: Database, it: Crew) -> None:
    async with acting(database) as work:
        await profiles.record(
            work, it.dot.id, framework_id=it.framework.id, assessed_on=START, strengths=["making"]
        )
        await profiles.record(
            work,
            it.cleo.id,
            framework_id=it.framework.id,
            assessed_on=START,
            strengths=["making", "thinking"],
        )
        await _release(work, it)
    # Everybody makes; thinking is told, and asking goes with making so that it is not what is missing.
    assert await _told(database, ADMINISTRATOR) == [{"thinking": 2}]


async def test_it_is_for_administrators(database: Database, it: Crew) -> None:
    async with refused(database, "FORBIDDEN"), acting(database, viewer=as_sponsor(it.sponsor)) as work:
        await _release(work, it)
