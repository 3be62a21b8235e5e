"""The stretches into which a programme's years are divided."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from domain.calendar import in_order
from domain.keep import KEEP, Keep, change
from domain.programmes.locks import part_to_change, programme_to_change
from domain.programmes.models import Phase
from domain.work import Work


async def add(
    work: Work, programme_id: UUID, *, title: str, starts_on: date, ends_on: date | None = None
) -> Phase:
    """A named stretch of a programme, from a date, up to another if that is known. Phases may overlap.

    Raises:
        Refused: NOT_OPEN, EMPTY_TITLE or ENDS_BEFORE_START.
    """
    programme = await programme_to_change(work, programme_id)
    programme.require_open()
    in_order(starts_on, ends_on)
    phase = work.add(Phase(programme_id=programme.id, title=title, starts_on=starts_on, ends_on=ends_on))
    work.record("phase.added", phase)
    await work.save()
    return phase


async def update(
    work: Work,
    phase_id: UUID,
    *,
    expected_version: int | None = None,
    title: str | Keep = KEEP,
    starts_on: date | Keep = KEEP,
    ends_on: date | Keep | None = KEEP,
) -> Phase:
    """Change what a phase is called, or when it is.

    Raises:
        Refused: NOT_OPEN, EMPTY_TITLE or ENDS_BEFORE_START.
    """
    programme, phase = await part_to_change(work, Phase, phase_id, expected_version=expected_version)
    programme.require_open()
    change(phase, title=title, starts_on=starts_on, ends_on=ends_on)
    in_order(phase.starts_on, phase.ends_on)
    work.record("phase.updated", phase)
    await work.save()
    return phase


async def remove(work: Work, phase_id: UUID) -> Phase:
    """Take a phase out of a programme; the past keeps it.

    Raises:
        Refused: NOT_OPEN.
    """
    programme, phase = await part_to_change(work, Phase, phase_id)
    programme.require_open()
    work.record_removal("phase.removed", phase)
    await work.remove(phase)
    return phase
