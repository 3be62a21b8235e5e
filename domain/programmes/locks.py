"""Commands on one programme go one after the other: each locks the programme first, and then what belongs to it."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from domain.access.viewers import Permission
from domain.programmes.models import Partner, Phase, Programme, Sponsor
from domain.work import Work

Part = TypeVar("Part", Partner, Phase, Sponsor)


async def programme_to_change(
    work: Work, programme_id: UUID, *, expected_version: int | None = None
) -> Programme:
    """The programme, locked, if the viewer may change it and it is at the version expected."""
    programme = await work.find(Programme, programme_id, for_update=True, expected_version=expected_version)
    work.require(Permission.EDIT_PROGRAMMES)
    return programme


async def part_to_change(
    work: Work, model: type[Part], part_id: UUID, *, expected_version: int | None = None
) -> tuple[Programme, Part]:
    """A part of a programme with its programme, both locked, if the viewer may change them."""
    programme_id = (await work.find(model, part_id)).programme_id
    programme = await programme_to_change(work, programme_id)
    part = await work.find(model, part_id, for_update=True, expected_version=expected_version)
    return programme, part
