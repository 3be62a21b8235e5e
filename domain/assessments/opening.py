"""Opening a round: from here on it is fixed who is asked, which groups there are, and what can ever be published."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, literal, select

from domain.access.viewers import Permission
from domain.assessments.closing import PUBLISH
from domain.assessments.models import Instrument
from domain.assessments.notice import notice_of
from domain.assessments.partitions import drop_partition, make_partition
from domain.assessments.round_models import ORGANISATION, Round, RoundCell, RoundInvitation, RoundState
from domain.assessments.rounds import anybody_answered, round_to_change, team_of
from domain.cohorts.models import Team
from domain.cohorts.rules import represents
from domain.errors import Refused
from domain.journal.models import Job
from domain.moment import Moment
from domain.organisations.models import Organisation
from domain.people.models import Person
from domain.programmes.models import Programme
from domain.work import Work

Groups = dict[UUID, dict[str, str]]
"""The group that each person is in, by grouping."""


async def open_(work: Work, round_id: UUID, *, expected_version: int | None = None) -> Round:
    """Fix who is asked and what can be published, and take answers from now on.

    Everybody is asked who is in the team on that day. A group of fewer than k of them has no results of its own,
    and nobody's answers are kept with it.

    Raises:
        Refused: NOT_A_DRAFT, NOT_OPEN, TOO_FEW_PEOPLE or CLOSES_BEFORE_IT_OPENS.
    """
    row = await round_to_change(work, round_id, expected_version=expected_version)
    (await work.find(Programme, row.programme_id)).require_open()
    team = await work.find(Team, row.team_id)
    people = await team_of(work, row)
    if len(people) < row.k:
        raise Refused(
            "TOO_FEW_PEOPLE",
            f"{team.name} has {len(people)} people, and results are about {row.k} or more, so nothing could ever be "
            "published. Ask a larger team.",
        )
    cells, groups = await _cells(work, row, people)
    told = _told(cells)
    instrument = (await work.find(Instrument, row.instrument_id)).read()
    row.open(
        on=work.on,
        notice=notice_of(
            instrument,
            team=f"{team.name} ({len(people)} people)",
            k=row.k,
            groups=told,
            closes_on=row.closes_on,
        ),
    )
    for cell in cells:
        work.add(cell)
    for person_id in people:
        work.add(_invitation(row, person_id, groups))
    work.record("round.opened", row, invited=len(people))
    await work.save()
    await make_partition(work.session, row.id)
    return row


async def withdraw(work: Work, round_id: UUID, *, expected_version: int | None = None) -> Round:
    """Make an open round a draft again, which is possible until somebody answers; its links lead nowhere then.

    Raises:
        Refused: ROUND_NOT_OPEN or ANONYMITY_LOCKED.
    """
    row = await round_to_change(work, round_id, expected_version=expected_version)
    row.withdraw(answered=await anybody_answered(work, row))
    return await _taken_back(work, row)


async def withdraw_lost(work: Work) -> list[Round]:
    """Make drafts of all rounds that are open, or closed and not published, whether anybody has answered or not.

    For a database that was restored: answers came after the backup, and results may have been published of them.
    """
    work.require(Permission.EDIT_ROUNDS)
    unpublished = Round.state.in_((RoundState.OPEN, RoundState.CLOSED))
    rows = list(
        await work.session.scalars(select(Round).where(unpublished).order_by(Round.id).with_for_update())
    )
    for row in rows:
        row.lose_answers()
        await _taken_back(work, row)
    waiting = delete(Job).where(Job.function == PUBLISH, Job.done_at.is_(None))
    await work.session.execute(
        waiting.where(Job.arguments["round_id"].astext.in_([str(row.id) for row in rows]))
    )
    return rows


async def _taken_back(work: Work, row: Round) -> Round:
    """Forget whom a round that is a draft again has asked, and what they answered."""
    work.record("round.withdrawn", row)
    for cell in await work.session.scalars(select(RoundCell).where(RoundCell.round_id == row.id)):
        await work.session.delete(cell)
    await work.session.execute(delete(RoundInvitation).where(RoundInvitation.round_id == row.id))
    await work.save()
    await drop_partition(work.session, row.id)
    return row


async def _cells(work: Work, row: Round, people: Sequence[UUID]) -> tuple[list[RoundCell], Groups]:
    """The cells that the round may publish, and who is in them."""
    groups = _declared(row, people)
    titles: dict[str, str] = {}
    if row.by_organisation:
        titles = await _organisations(work, row, people, groups)
    members: dict[tuple[str, str], int] = defaultdict(int)
    for those in groups.values():
        for pair in those.items():
            members[pair] += 1
    large = sorted(pair for pair, number in members.items() if number >= row.k)
    cells = [_everybody(row, len(people))]
    for place, (grouping, key) in enumerate(large, start=1):
        of_organisation = grouping == ORGANISATION
        cells.append(
            RoundCell(
                programme_id=row.programme_id,
                round_id=row.id,
                place=place,
                grouping=grouping,
                group_key=key,
                title=titles[key] if of_organisation else key,
                organisation_id=UUID(key) if of_organisation else None,
                invited=members[grouping, key],
            )
        )
    # Who is in a group that can never be published is not marked by it: their answers would stand out.
    kept = {person: {k: g for k, g in those.items() if (k, g) in large} for person, those in groups.items()}
    return cells, kept


def _everybody(row: Round, invited: int) -> RoundCell:
    return RoundCell(
        programme_id=row.programme_id, round_id=row.id, place=0, title="Everybody", invited=invited
    )


def _declared(row: Round, people: Sequence[UUID]) -> Groups:
    groups: Groups = {person_id: {} for person_id in people}
    for grouping, those in row.groupings.items():
        for name, members in those.items():
            for member in map(UUID, members):
                if member in groups:
                    groups[member][grouping] = name
    return groups


async def _organisations(work: Work, row: Round, people: Sequence[UUID], groups: Groups) -> dict[str, str]:
    """Note the organisation that each person represents in the programme; the names of all by their ids."""
    at = Moment(on=literal(work.on), past=False)
    found = await work.session.execute(
        select(Person.id, represents(Person.id, literal(row.programme_id), at)).where(Person.id.in_(people))
    )
    for person_id, organisation_id in found:
        if organisation_id is not None:
            groups[person_id][ORGANISATION] = str(organisation_id)
    ids = {UUID(those[ORGANISATION]) for those in groups.values() if ORGANISATION in those}
    named = await work.session.execute(
        select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids))
    )
    return {str(organisation_id): name for organisation_id, name in named}


def _invitation(row: Round, person_id: UUID, groups: Groups) -> RoundInvitation:
    return RoundInvitation(
        programme_id=row.programme_id,
        round_id=row.id,
        person_id=person_id,
        groups=groups[person_id],
        answered=False,
    )


def _told(cells: Sequence[RoundCell]) -> list[tuple[str, list[str]]]:
    told: dict[str, list[str]] = defaultdict(list)
    for cell in cells:
        if cell.grouping is not None:
            told[cell.grouping.capitalize()].append(f"{cell.title} ({cell.invited} people)")
    return list(told.items())
