"""What can be done with teams, and who is in them."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import exists, func, literal, select

from domain.calendar import in_order, in_words, runs_on
from domain.cohorts.locks import part_to_change, programme_of_cohorts
from domain.cohorts.models import Cohort, CohortMember, Team, TeamMember
from domain.cohorts.origins import require_from_partner, require_of_team, require_partner
from domain.errors import Refused
from domain.keep import KEEP, Keep, change
from domain.organisations.models import Organisation
from domain.people.models import Person
from domain.periods import overlaps
from domain.programmes.models import Programme
from domain.work import Work


async def create(
    work: Work,
    programme_id: UUID,
    *,
    name: str,
    cohort_id: UUID | None = None,
    organisation_id: UUID | None = None,
    starts_on: date,
    ends_on: date | None = None,
) -> Team:
    """A team of a programme, or of one of its cohorts; of one partner, or else across organisations.

    Raises:
        Refused: NOT_OPEN, EMPTY_NAME, NAME_TAKEN, ENDS_BEFORE_START, COHORT_OF_ANOTHER_PROGRAMME, OUTSIDE_COHORT or
            ORGANISATION_NOT_A_PARTNER.
    """
    programme = await programme_of_cohorts(work, programme_id)
    programme.require_open()
    in_order(starts_on, ends_on)
    if cohort_id is not None:
        (await _cohort(work, programme, cohort_id)).require_covers(starts_on, ends_on)
    if organisation_id is not None:
        organisation = await work.find(Organisation, organisation_id, named="organisationId")
        await require_partner(work, programme, organisation, starts_on)
    team = Team(
        programme_id=programme.id,
        cohort_id=cohort_id,
        organisation_id=organisation_id,
        name=name,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    work.add(team)
    work.record("team.created", team)
    await work.save(_name_taken(team))
    return team


async def update(
    work: Work,
    team_id: UUID,
    *,
    expected_version: int | None = None,
    name: str | Keep = KEEP,
    starts_on: date | Keep = KEEP,
    ends_on: date | Keep | None = KEEP,
) -> Team:
    """Change what a team is called, or when it is. Members without an end of their own go with it.

    Raises:
        Refused: NOT_OPEN, EMPTY_NAME, NAME_TAKEN, ENDS_BEFORE_START, STARTS_AFTER_MEMBERS or OUTSIDE_COHORT.
    """
    programme, team = await part_to_change(work, Team, team_id, expected_version=expected_version)
    programme.require_open()
    change(team, name=name, starts_on=starts_on, ends_on=ends_on)
    team.require_begins_before(await _first_day(work, team))
    if team.cohort_id is not None and (starts_on, ends_on) != (KEEP, KEEP):
        (await _cohort(work, programme, team.cohort_id)).require_covers(team.starts_on, team.ends_on)
    work.record("team.updated", team)
    await work.save(_name_taken(team))
    return team


async def disband(work: Work, team_id: UUID, *, ends_on: date, expected_version: int | None = None) -> Team:
    """A team is no more from a date on, or from an earlier one than was planned; everybody's part in it ends with it.

    Raises:
        Refused: ALREADY_ENDED or ENDS_BEFORE_START.
    """
    _, team = await part_to_change(work, Team, team_id, expected_version=expected_version)
    team.end(ends_on)
    work.record("team.disbanded", team)
    await work.save()
    return team


async def add_member(
    work: Work, team_id: UUID, *, person_id: UUID, starts_on: date, ends_on: date | None = None
) -> TeamMember:
    """A person is in a team from a date, up to another if that is known, or else as long as the team lasts.

    Into a team of a cohort come people of the cohort, into another those who come from a partner of the programme;
    into a team of one organisation only those who belong to that.

    Raises:
        Refused: NOT_OPEN, ENDS_BEFORE_START, OUTSIDE_TEAM, NOT_IN_COHORT, NO_AFFILIATION, NOT_FROM_A_PARTNER,
            NOT_OF_ORGANISATION or ALREADY_IN_TEAM.
    """
    programme, team = await part_to_change(work, Team, team_id)
    programme.require_open()
    person = await work.find(Person, person_id, named="personId")
    in_order(starts_on, ends_on)
    team.require_covers(starts_on, ends_on)
    await _require_belongs(work, programme, team, person, starts_on)
    member = TeamMember(
        programme_id=programme.id,
        team_id=team.id,
        person_id=person.id,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    await _require_no_other(work, member, person)
    work.add(member)
    work.record("team.member_added", member)
    await work.save()
    return member


async def remove_member(
    work: Work, member_id: UUID, *, ends_on: date, expected_version: int | None = None
) -> TeamMember:
    """A person is no longer in a team from a date on, or from an earlier one than was planned.

    Raises:
        Refused: ALREADY_ENDED or ENDS_BEFORE_START.
    """
    _, member = await part_to_change(work, TeamMember, member_id, expected_version=expected_version)
    member.end(ends_on)
    work.record("team.member_removed", member)
    await work.save()
    return member


async def _cohort(work: Work, programme: Programme, cohort_id: UUID) -> Cohort:
    cohort = await work.find(Cohort, cohort_id, for_update=True, named="cohortId")
    if cohort.programme_id != programme.id:
        raise Refused(
            "COHORT_OF_ANOTHER_PROGRAMME",
            f"{cohort.name} is a cohort of another programme. Choose one of this programme.",
            field="cohortId",
        )
    return cohort


def _name_taken(team: Team) -> dict[str, Refused]:
    refusal = Refused(
        "NAME_TAKEN", f"This programme has a team {team.name} already. Choose another name.", field="name"
    )
    return {"uq_teams_programme_id_name": refusal}


async def _first_day(work: Work, team: Team) -> date | None:
    with work.session.no_autoflush:
        return await work.session.scalar(
            select(func.min(TeamMember.starts_on)).where(TeamMember.team_id == team.id)
        )


async def _require_belongs(work: Work, programme: Programme, team: Team, person: Person, on: date) -> None:
    if team.cohort_id is None:
        await require_from_partner(work, programme, person, on)
    else:
        await _require_in_cohort(work, team, person, on)
    await require_of_team(work, team, person, on)


async def _require_in_cohort(work: Work, team: Team, person: Person, on: date) -> None:
    in_cohort = exists().where(
        CohortMember.cohort_id == team.cohort_id,
        CohortMember.person_id == person.id,
        runs_on(CohortMember, literal(on)),
    )
    if not await work.session.scalar(select(in_cohort)):
        raise Refused(
            "NOT_IN_COHORT",
            f"{person.name} is not in the cohort of {team.name} on {in_words(on)}. Have them join the cohort first.",
            field="personId",
        )


async def _require_no_other(work: Work, new: TeamMember, person: Person) -> None:
    """One part of a person in a team at a time."""
    other = exists().where(
        TeamMember.team_id == new.team_id, TeamMember.person_id == new.person_id, overlaps(TeamMember, new)
    )
    if await work.session.scalar(select(other)):
        raise Refused(
            "ALREADY_IN_TEAM",
            f"{person.name} is in this team at that time already. Take them out first, or give other dates.",
            field="startsOn",
        )
