"""A cohort with a team, people who show their strengths to somebody, and a way to ask what is seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, literal, select

from domain.access.viewers import Role, Viewer
from domain.access.visibility import visible
from domain.cohorts import commands as cohorts
from domain.cohorts.models import Cohort, CohortRole, Team
from domain.moment import Moment
from domain.people import commands as people
from domain.people.models import Person
from domain.programmes.models import Programme
from domain.strengths import consents, frameworks, profiles
from domain.strengths.models import ConsentLevel, StrengthsFramework, StrengthsProfile
from domain.work import Work
from tests import factories
from tests.domain.cohorts import scenes
from tests.domain.strengths.test_frameworks import FILE
from tests.factories import START

KEYS = ("thinking", "asking", "making")


@dataclass(slots=True)
class Crew:
    """A programme with a sponsor, a cohort, a team of the cohort, and those who are in them, by name."""

    programme: Programme
    cohort: Cohort
    team: Team
    framework: StrengthsFramework
    sponsor: Person
    lead_id: UUID
    people: dict[str, Person] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Person:
        return self.people[name]


async def crew(work: Work, *names: str, ref: str = "hub") -> Crew:
    """People of the lead who are in the cohort and in its team, from `START` on."""
    joint = await factories.joint(work, ref)
    cohort = await cohorts.create(work, joint.programme.id, name="Executives", starts_on=START)
    team = await scenes.team(work, joint.programme, cohort_id=cohort.id)
    framework = await frameworks.store(work, file=FILE)
    made = Crew(joint.programme, cohort, team, framework, joint.lead_sponsor, joint.lead.id)
    for name in names:
        await join(work, made, name)
    return made


async def join(
    work: Work, to: Crew, name: str, *, on: date = START, team: bool = True, **given: Any
) -> Person:
    """Somebody joins the cohort, and the team."""
    who = await factories.person(work, name.title(), email=f"{name}@{to.programme.ref}.example.org")
    await people.affiliate(work, who.id, organisation_id=to.lead_id, starts_on=START)
    await scenes.join(work, to.cohort, who, starts_on=on, **given)
    if team:
        await scenes.add(work, to.team, who, starts_on=on)
    to.people[name] = who
    return who


async def facilitator(work: Work, to: Crew, name: str) -> Person:
    """Somebody facilitates the cohort."""
    return await join(work, to, name, team=False, role=CohortRole.FACILITATOR)


async def assess(
    work: Work, it: Crew, name: str, strengths: Sequence[str] = ("thinking",), on: date = START
) -> StrengthsProfile:
    """Somebody's profile."""
    return await profiles.record(
        work, it.people[name].id, framework_id=it.framework.id, assessed_on=on, strengths=strengths
    )


async def consent(work: Work, it: Crew, name: str, level: ConsentLevel) -> None:
    """Somebody says to whom they show their strengths."""
    await consents.give(work, it.people[name].id, level=level, note="By e-mail")


async def whose(work: Work, viewer: Viewer, on: date, *, past: bool = False) -> set[UUID]:
    """The people whose profiles a viewer sees as of a date."""
    profile = Moment(on=literal(on), past=past).rows(StrengthsProfile)
    seen = visible(StrengthsProfile, profile, viewer.role, literal(viewer.person_id, Uuid()), literal(on))
    assert seen is not None
    return set(await work.session.scalars(select(profile.person_id).where(seen)))


def administrator(who: Person) -> Viewer:
    """That person, looking as an administrator."""
    return Viewer(Role.ADMINISTRATOR, who.id)
