"""What can be done with counts over a whole team or cohort: they are told once, and stay as they were told."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, cast, literal, null, select

from domain.access.viewers import Permission
from domain.assessments.cells import DEFAULT_K, LOWEST_K
from domain.cohorts.models import Cohort, Team
from domain.errors import Refused
from domain.models import HISTORY, StrengthsConsent
from domain.moment import Moment
from domain.strengths import maps
from domain.strengths.maps import Group
from domain.strengths.models import (
    ConsentLevel,
    ProfileStrength,
    ReleasedPerson,
    ReleasedStrength,
    Strength,
    StrengthsFramework,
    StrengthsProfile,
    StrengthsRelease,
)
from domain.strengths.releasing import Earlier, Question, is_large_enough, publishable
from domain.work import Work


async def release(
    work: Work,
    *,
    framework_id: UUID,
    team_id: UUID | None = None,
    cohort_id: UUID | None = None,
    k: int = DEFAULT_K,
) -> StrengthsRelease:
    """Tell how many of a whole team, or of those who take part in a cohort, have each strength, as far as k allows.

    Those are counted too who show theirs to nobody.

    Raises:
        Refused: TEAM_OR_COHORT, K_TOO_LOW or TOO_FEW_PEOPLE.
    """
    group = await _group(work, team_id, cohort_id)
    work.require(Permission.EDIT_STRENGTHS)
    framework = await work.find(StrengthsFramework, framework_id, named="frameworkId")
    # Two at a time would not know of each other.
    await work.alone("strengths releases")
    asked = await _question(work, group, framework, _require_k(k))
    _require_enough(asked, named="teamId" if cohort_id is None else "cohortId")
    made = work.add(
        StrengthsRelease(
            programme_id=group.programme_id,
            team_id=team_id,
            cohort_id=cohort_id,
            framework_id=framework.id,
            k=asked.k,
            people=len(asked.people),
        )
    )
    work.record("strengths.released", made)
    await work.save()
    await _tell(work, made, asked)
    return made


async def _group(work: Work, team_id: UUID | None, cohort_id: UUID | None) -> Team | Cohort:
    if team_id is not None and cohort_id is None:
        return await work.find(Team, team_id, named="teamId")
    if cohort_id is not None and team_id is None:
        return await work.find(Cohort, cohort_id, named="cohortId")
    raise Refused(
        "TEAM_OR_COHORT", "Give either the team or the cohort whose strengths are to be told.", field="teamId"
    )


async def _tell(work: Work, made: StrengthsRelease, asked: Question) -> None:
    of = select(Strength.id).where(Strength.framework_id == made.framework_id).order_by(Strength.place)
    strengths = list(await work.session.scalars(of))
    common = {"programme_id": made.programme_id, "release_id": made.id}
    for strength_id in publishable(asked, strengths):
        people = sum(strength_id in asked.has[person] for person in asked.people)
        work.add(ReleasedStrength(**common, strength_id=strength_id, people=people))
    for person_id in asked.people:
        work.add(ReleasedPerson(**common, person_id=person_id))
    await work.save()


def _require_k(k: int) -> int:
    if k < LOWEST_K:
        raise Refused(
            "K_TOO_LOW",
            f"Counts about {k} people can be traced to them. Choose a k of {LOWEST_K} or more.",
            field="k",
        )
    return k


def _require_enough(asked: Question, *, named: str) -> None:
    """It says no more than everybody can count who sees the group, and who of it shows their profile."""
    if not is_large_enough(asked):
        raise Refused(
            "TOO_FEW_PEOPLE",
            f"Counts of this group would be about fewer than {asked.k} people who do not show their strengths, by "
            "themselves or with what was told before. Wait until more people have a profile or show it.",
            field=named,
        )


async def _question(work: Work, of: Team | Cohort, framework: StrengthsFramework, k: int) -> Question:
    at, nobody = Moment(on=literal(work.on), past=False), cast(null(), Uuid)
    group = Group(literal(of.id), nobody) if isinstance(of, Team) else Group(nobody, literal(of.id))
    counted = await _having(work, framework, maps.counts_for(StrengthsProfile, group, at))
    releases = await _before(work, framework, counted)
    others = {person for _, earlier in releases for person in earlier.people} - set(counted)
    has = counted | await _having(
        work, framework, maps.latest(StrengthsProfile, at), StrengthsProfile.person_id.in_(others)
    )
    return Question(
        people=frozenset(counted),
        has=has,
        known=await _known(work, {*counted, *others}),
        before=[earlier for _, earlier in releases],
        # What was promised to those who were counted before holds for what is told with it.
        k=max([k, *(earlier_k for earlier_k, _ in releases)]),
    )


async def _having(work: Work, framework: StrengthsFramework, *which: Any) -> dict[Any, frozenset[Any]]:
    """The strengths of people by some of their profiles."""
    rows = await work.session.execute(
        select(StrengthsProfile.person_id, ProfileStrength.strength_id)
        .join(ProfileStrength, ProfileStrength.profile_id == StrengthsProfile.id)
        .where(StrengthsProfile.framework_id == framework.id, *which)
    )
    found: dict[Any, frozenset[Any]] = {}
    for person_id, strength_id in rows:
        found[person_id] = found.get(person_id, frozenset()) | {strength_id}
    return found


async def _before(
    work: Work, framework: StrengthsFramework, people: Collection[UUID]
) -> list[tuple[int, Earlier]]:
    """All that was told by this framework, of any group, about some of these people or together with some of them."""
    rows = await work.session.execute(
        select(StrengthsRelease.id, StrengthsRelease.k).where(StrengthsRelease.framework_id == framework.id)
    )
    told = [(k, await _earlier(work, release_id)) for release_id, k in rows]
    reached, near = set(people), []
    while found := [each for each in told if each not in near and reached & each[1].people]:
        near += found
        reached |= {person for _, earlier in found for person in earlier.people}  # type: ignore[misc]
    return near


async def _earlier(work: Work, release_id: UUID) -> Earlier:
    people = select(ReleasedPerson.person_id).where(ReleasedPerson.release_id == release_id)
    strengths = select(ReleasedStrength.strength_id).where(ReleasedStrength.release_id == release_id)
    return Earlier(
        frozenset(await work.session.scalars(people)), frozenset(await work.session.scalars(strengths))
    )


async def _known(work: Work, people: Collection[Any]) -> Sequence[frozenset[Any]]:
    """For each circle of readers, the people who show it their profile now, and those who ever did."""
    now, past = StrengthsConsent.__table__, HISTORY[StrengthsConsent]
    found = []
    for level in (ConsentLevel.FACILITATOR, ConsentLevel.TEAM, ConsentLevel.PROGRAMME):
        showing = [
            frozenset(
                await work.session.scalars(
                    select(table.c.person_id).where(
                        table.c.person_id.in_(people), table.c.level.in_(level.and_wider)
                    )
                )
            )
            for table in (now, past)
        ]
        found += [showing[0], showing[0] | showing[1]]
    return found
