"""Who is in a cohort: joining and leaving."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import exists, select

from domain.calendar import in_order
from domain.cohorts.locks import part_to_change
from domain.cohorts.models import Cohort, CohortMember, CohortRole, Team, TeamMember
from domain.cohorts.origins import require_from_partner
from domain.errors import Refused
from domain.people.models import Person
from domain.periods import overlaps
from domain.work import Work


async def join(
    work: Work,
    cohort_id: UUID,
    *,
    person_id: UUID,
    role: CohortRole = CohortRole.PARTICIPANT,
    starts_on: date,
    ends_on: date | None = None,
) -> CohortMember:
    """A person is in a cohort from a date, up to another if that is known, or else as long as the cohort lasts.

    A participant comes from a partner of the programme; a facilitator may come from anywhere.

    Raises:
        Refused: NOT_OPEN, ENDS_BEFORE_START, OUTSIDE_COHORT, NO_AFFILIATION, NOT_FROM_A_PARTNER or ALREADY_MEMBER.
    """
    programme, cohort = await part_to_change(work, Cohort, cohort_id)
    programme.require_open()
    person = await work.find(Person, person_id, named="personId")
    in_order(starts_on, ends_on)
    cohort.require_covers(starts_on, ends_on)
    if role is CohortRole.PARTICIPANT:
        await require_from_partner(work, programme, person, starts_on)
    member = CohortMember(
        programme_id=programme.id,
        cohort_id=cohort.id,
        person_id=person.id,
        role=role,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    await _require_no_other(work, member, person)
    work.add(member)
    work.record("cohort.member_joined", member)
    await work.save()
    return member


async def leave(
    work: Work, member_id: UUID, *, ends_on: date, expected_version: int | None = None
) -> CohortMember:
    """A person leaves a cohort on a date, or earlier than was planned, and with it the teams of the cohort.

    Raises:
        Refused: ALREADY_ENDED or ENDS_BEFORE_START.
    """
    _, member = await part_to_change(work, CohortMember, member_id, expected_version=expected_version)
    parts = await _parts_in_teams(work, member)
    member.end(ends_on)
    ended = [str(part.id) for part in parts if part.end_with_cohort(ends_on)]
    work.record("cohort.member_left", member, **({"ended_team_member_ids": ended} if ended else {}))
    await work.save()
    return member


async def _require_no_other(work: Work, new: CohortMember, person: Person) -> None:
    """One part of a person in a cohort at a time, in whatever role."""
    other = exists().where(
        CohortMember.cohort_id == new.cohort_id,
        CohortMember.person_id == new.person_id,
        overlaps(CohortMember, new),
    )
    if await work.session.scalar(select(other)):
        raise Refused(
            "ALREADY_MEMBER",
            f"{person.name} is in this cohort at that time already. Have them leave first, or give other dates.",
            field="startsOn",
        )


async def _parts_in_teams(work: Work, member: CohortMember) -> list[TeamMember]:
    """The parts in teams of the cohort that rest on this part in it, locked."""
    parts = (
        select(TeamMember)
        .join(Team, Team.id == TeamMember.team_id)
        .where(
            Team.cohort_id == member.cohort_id,
            TeamMember.person_id == member.person_id,
            TeamMember.starts_on >= member.starts_on,
            TeamMember.starts_on < (member.ends_on or date.max),
        )
        .order_by(TeamMember.id)
    )
    return list(await work.session.scalars(parts.with_for_update(of=TeamMember, key_share=True)))
