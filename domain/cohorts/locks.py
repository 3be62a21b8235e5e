"""Commands on the cohorts and teams of one programme go one after the other: each locks the programme first."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from domain.access.viewers import Permission
from domain.cohorts.models import Cohort, CohortMember, Team, TeamMember
from domain.programmes.models import Programme
from domain.work import Work

Part = TypeVar("Part", Cohort, CohortMember, Team, TeamMember)


async def programme_of_cohorts(work: Work, programme_id: UUID) -> Programme:
    """The programme, locked, if the viewer may change its cohorts and teams."""
    programme = await work.find(Programme, programme_id, for_update=True)
    work.require(Permission.EDIT_COHORTS)
    return programme


async def part_to_change(
    work: Work, model: type[Part], part_id: UUID, *, expected_version: int | None = None
) -> tuple[Programme, Part]:
    """A cohort, a team or a member with the programme, both locked, if the viewer may change them."""
    programme_id = (await work.find(model, part_id)).programme_id
    programme = await programme_of_cohorts(work, programme_id)
    part = await work.find(model, part_id, for_update=True, expected_version=expected_version)
    return programme, part
