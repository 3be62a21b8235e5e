"""Rounds before they open: with which instrument and team, for which groups, about how many people at least."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import exists, literal, select

from domain.access.viewers import Permission
from domain.assessments.cells import DEFAULT_K
from domain.assessments.models import Instrument
from domain.assessments.round_models import ORGANISATION, Round, RoundInvitation
from domain.cohorts.models import Team, TeamMember
from domain.cohorts.rules import in_team
from domain.errors import Refused
from domain.keep import KEEP, Keep, change
from domain.moment import Moment
from domain.programmes.models import Programme
from domain.text import line
from domain.work import Work

MOST_GROUPS = 200
"""How many declared groups a round may have, of all its groupings."""


async def create(
    work: Work,
    team_id: UUID,
    *,
    instrument_id: UUID,
    title: str,
    k: int = DEFAULT_K,
    by_organisation: bool = False,
    closes_on: date | None = None,
) -> Round:
    """A team will answer an instrument; nothing is asked of anybody before the round is opened.

    With a last day for answers, `closes_on`, a worker closes it when that has passed.

    Raises:
        Refused: NOT_OPEN, EMPTY_TITLE, TITLE_TAKEN, K_TOO_LOW or BAD_DATE.
    """
    team = await work.find(Team, team_id)
    programme = await work.find(Programme, team.programme_id, for_update=True)
    work.require(Permission.EDIT_ROUNDS)
    programme.require_open()
    instrument = await work.find(Instrument, instrument_id, named="instrumentId")
    row = Round(
        programme_id=programme.id,
        team_id=team.id,
        instrument_id=instrument.id,
        title=title,
        k=k,
        by_organisation=by_organisation,
        closes_on=closes_on,
        groupings={},
    )
    work.add(row)
    work.record("round.created", row)
    await work.save(_title_taken(row))
    return row


async def update(
    work: Work,
    round_id: UUID,
    *,
    expected_version: int | None = None,
    title: str | Keep = KEEP,
    k: int | Keep = KEEP,
    by_organisation: bool | Keep = KEEP,
    closes_on: date | Keep | None = KEEP,
) -> Round:
    """Change what a draft is called, what it can publish, or until when it will take answers.

    Raises:
        Refused: ROUND_OPEN, ANONYMITY_LOCKED, EMPTY_TITLE, TITLE_TAKEN, K_TOO_LOW or BAD_DATE.
    """
    row = await draft_to_change(work, round_id, expected_version=expected_version)
    change(row, title=title, k=k, by_organisation=by_organisation, closes_on=closes_on)
    work.record("round.updated", row)
    await work.save(_title_taken(row))
    return row


async def group(
    work: Work,
    round_id: UUID,
    *,
    expected_version: int | None = None,
    grouping: str,
    name: str,
    person_ids: Sequence[UUID],
) -> Round:
    """Declare who of the team is in a group, such as the side of the staff; nobody takes the group away.

    Somebody can be in one group of each grouping.

    Raises:
        Refused: ROUND_OPEN, ANONYMITY_LOCKED, EMPTY_GROUPING, EMPTY_NAME, RESERVED_GROUPING, IN_ANOTHER_GROUP,
            NOT_IN_TEAM or TOO_MANY_GROUPS.
    """
    row = await draft_to_change(work, round_id, expected_version=expected_version)
    grouping, name = line(grouping, "grouping", longest=60), line(name, "name", longest=60)
    if grouping.lower() == ORGANISATION:
        raise Refused(
            "RESERVED_GROUPING",
            "Where people belong is known: have the round split by organisation instead of declaring it.",
            field="grouping",
        )
    await _require_in_team(work, row, person_ids)
    row.groupings = _with(row, grouping, name, [str(person_id) for person_id in dict.fromkeys(person_ids)])
    work.record("round.grouped", row)
    await work.save()
    return row


async def draft_to_change(work: Work, round_id: UUID, *, expected_version: int | None = None) -> Round:
    """A round, locked, if the viewer may change it and what it can publish is not fixed yet.

    Raises:
        Refused: ROUND_OPEN or ANONYMITY_LOCKED.
    """
    row = await round_to_change(work, round_id, expected_version=expected_version)
    row.require_draft(answered=await anybody_answered(work, row))
    return row


async def round_to_change(work: Work, round_id: UUID, *, expected_version: int | None = None) -> Round:
    """A round, locked, if the viewer may change it. Answers wait for it, and it for them."""
    row = await work.find(Round, round_id, for_update=True, expected_version=expected_version)
    work.require(Permission.EDIT_ROUNDS)
    return row


async def anybody_answered(work: Work, row: Round) -> bool:
    """Whether the round has an answer."""
    answered = exists().where(RoundInvitation.round_id == row.id, RoundInvitation.answered)
    return bool(await work.session.scalar(select(answered)))


async def team_of(work: Work, row: Round) -> list[UUID]:
    """The ids of the people who are in the round's team on the day of this work."""
    at = Moment(on=literal(work.on), past=False)
    members = select(TeamMember.person_id).where(TeamMember.team_id == row.team_id, in_team(TeamMember, at))
    return list(await work.session.scalars(members.distinct().order_by(TeamMember.person_id)))


async def _require_in_team(work: Work, row: Round, person_ids: Sequence[UUID]) -> None:
    if set(person_ids) - set(await team_of(work, row)):
        raise Refused(
            "NOT_IN_TEAM",
            "Somebody is not in this round's team. Add them to the team first.",
            field="personIds",
        )


def _with(row: Round, grouping: str, name: str, people: list[str]) -> dict[str, dict[str, list[str]]]:
    """The groupings with one group set anew, or without it where it has nobody."""
    groups = {key: dict(those) for key, those in row.groupings.items()}
    others = {key: those for key, those in groups.get(grouping, {}).items() if key != name}
    if set(people) & {person for those in others.values() for person in those}:
        raise Refused(
            "IN_ANOTHER_GROUP",
            f"Somebody is in another group of “{grouping}” already. Take them out there first.",
            field="personIds",
        )
    groups[grouping] = {**others, **({name: people} if people else {})}
    kept = {key: those for key, those in groups.items() if those}
    if sum(map(len, kept.values())) > MOST_GROUPS:
        raise Refused("TOO_MANY_GROUPS", f"A round has at most {MOST_GROUPS} declared groups.", field="name")
    return kept


def _title_taken(row: Round) -> dict[str, Refused]:
    refusal = Refused(
        "TITLE_TAKEN",
        f"This programme has a round “{row.title}” already. Choose another title.",
        field="title",
    )
    return {"uq_rounds_programme_id_title": refusal}
