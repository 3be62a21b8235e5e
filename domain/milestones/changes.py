"""How every change of a milestone begins (found, allowed, locked) and ends (recorded, its programme told)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from domain.access.viewers import Permission
from domain.calendar import in_words
from domain.errors import Refused
from domain.milestones.models import Milestone
from domain.programmes.models import Programme
from domain.work import Work


@dataclass(frozen=True, slots=True)
class Change:
    """A milestone that is being changed, and its programme; both are locked until the transaction ends."""

    milestone: Milestone
    programme: Programme


async def begin(
    work: Work,
    milestone_id: UUID,
    *,
    expected_version: int | None = None,
    permission: Permission = Permission.EDIT_MILESTONES,
) -> Change:
    """The milestone, if the viewer may change it and it is at the version expected.

    The programme is locked before the milestone, as commands on programmes do it: so no two of them wait for
    each other.
    """
    programme_id = (await work.find(Milestone, milestone_id)).programme_id
    work.require(permission)
    programme = await work.find(Programme, programme_id, for_update=True)
    milestone = await work.find(Milestone, milestone_id, for_update=True, expected_version=expected_version)
    return Change(milestone, programme)


async def finish(work: Work, change: Change, command: str, **details: object) -> Milestone:
    """Record the change and let the programme know; the milestone, as it is now in the database."""
    tell(work, change)
    work.record(command, change.milestone, **details)
    await work.save()
    return change.milestone


def tell(work: Work, change: Change) -> None:
    """The programme was heard of, and ends when the milestone that marks its end is expected.

    Raises:
        Refused: ENDS_BEFORE_START.
    """
    programme, milestone = change.programme, change.milestone
    programme.heard_on = max(programme.heard_on or work.on, work.on)
    if not milestone.marks_end:
        return
    if programme.starts_on is not None and milestone.forecast_on < programme.starts_on:
        raise Refused(
            "ENDS_BEFORE_START",
            f"The programme starts on {in_words(programme.starts_on)}: give a later date for its end, "
            "or move its start first.",
            field="forecastOn",
        )
    programme.ends_on = milestone.forecast_on
