"""Commands on the sessions of one programme go one after the other: each locks the programme first."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from domain.access.viewers import Permission
from domain.programmes.models import Programme
from domain.sessions.models import Session, SessionSeries
from domain.sessions.practice import Action, AgendaItem, Decision, Proposal
from domain.work import Work

Part = TypeVar("Part", Session, SessionSeries, AgendaItem, Proposal, Decision, Action)


async def programme_of_sessions(work: Work, programme_id: UUID, *, by: UUID | None = None) -> Programme:
    """The programme, open and locked, if the viewer may change its sessions, or acts for themself as `by`.

    Raises:
        Refused: NOT_OPEN.
    """
    programme = await work.find(Programme, programme_id, for_update=True)
    if by is None or work.viewer.person_id != by:
        work.require(Permission.EDIT_SESSIONS)
    programme.require_open()
    return programme


async def done(work: Work, part: Part, command: str) -> Part:
    """Write down what a command did to a part, in the journal too."""
    work.record(command, part)
    await work.save()
    return part


async def part_to_change(
    work: Work,
    model: type[Part],
    part_id: UUID,
    *,
    expected_version: int | None = None,
    by: UUID | None = None,
    named: str | None = None,
) -> tuple[Programme, Part]:
    """A session, or something of one, with the programme, both locked, if the viewer may change it.

    `by` is whoever it is done by: a person may do for themself what is theirs to do.

    Raises:
        Refused: NOT_OPEN.
    """
    programme_id = (await work.find(model, part_id, named=named)).programme_id
    programme = await programme_of_sessions(work, programme_id, by=by)
    part = await work.find(model, part_id, for_update=True, expected_version=expected_version, named=named)
    return programme, part
