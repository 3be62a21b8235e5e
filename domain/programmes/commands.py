"""What can be done with a programme as a whole."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.access.viewers import Permission
from domain.errors import Refused
from domain.keep import KEEP, Keep, change
from domain.milestones import commands as milestones
from domain.organisations import existence
from domain.organisations.models import Organisation
from domain.programmes.locks import programme_to_change
from domain.programmes.models import Partner, PartnerRole, Programme, ProgrammeStatus
from domain.text import prose
from domain.work import Work

PLANNED_END = "Planned end"


async def create(
    work: Work,
    *,
    ref: str,
    title: str,
    lead_id: UUID,
    purpose: str | None = None,
    status: ProgrammeStatus = ProgrammeStatus.PROPOSED,
    category: str | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
    whole_life_cost: Decimal | None = None,
    as_reported: bool = False,
) -> Programme:
    """A new programme, led by an organisation from the date of the change on; its end becomes a milestone of the lead.

    `as_reported` says that a report names this lead: then it stands, even where the organisation had closed
    by then, or opened only later.

    Raises:
        Refused: REF_TAKEN, BAD_REF, EMPTY_TITLE, BAD_COST, ENDS_BEFORE_START, ORGANISATION_CLOSED or
            ORGANISATION_NOT_OPEN_YET.
    """
    work.require(Permission.EDIT_PROGRAMMES)
    lead = await work.find(Organisation, lead_id, named="leadId")
    if as_reported:
        await existence.stands_by(work, lead)
    else:
        lead.require_open(work.on, named="leadId")
    programme = Programme(
        ref=ref,
        title=title,
        purpose=purpose,
        status=status,
        category=category,
        starts_on=starts_on,
        ends_on=ends_on,
        whole_life_cost=whole_life_cost,
    )
    programme.require_start_before_end()
    work.add(programme)
    await _begin(work, programme, lead)
    return programme


async def update(
    work: Work,
    programme_id: UUID,
    *,
    expected_version: int | None = None,
    title: str | Keep = KEEP,
    purpose: str | Keep | None = KEEP,
    category: str | Keep | None = KEEP,
    starts_on: date | Keep | None = KEEP,
    whole_life_cost: Decimal | Keep | None = KEEP,
) -> Programme:
    """Change what a programme is called and what is said of it. Its end moves with the milestone that marks it.

    Raises:
        Refused: NOT_OPEN, EMPTY_TITLE, BAD_COST or ENDS_BEFORE_START.
    """
    programme = await programme_to_change(work, programme_id, expected_version=expected_version)
    programme.require_open()
    change(
        programme,
        title=title,
        purpose=purpose,
        category=category,
        starts_on=starts_on,
        whole_life_cost=whole_life_cost,
    )
    programme.require_start_before_end()
    work.record("programme.updated", programme)
    await work.save()
    return programme


async def activate(
    work: Work, programme_id: UUID, *, expected_version: int | None = None, reason: str | None = None
) -> Programme:
    """A proposed programme begins, or one that was paused goes on.

    Raises:
        Refused: ALREADY_ACTIVE or NOT_OPEN.
    """
    programme = await programme_to_change(work, programme_id, expected_version=expected_version)
    programme.activate()
    return await _moved(work, programme, "programme.activated", reason)


async def pause(
    work: Work, programme_id: UUID, *, expected_version: int | None = None, reason: str | None = None
) -> Programme:
    """An active programme stops for the time being.

    Raises:
        Refused: NOT_ACTIVE or NOT_OPEN.
    """
    programme = await programme_to_change(work, programme_id, expected_version=expected_version)
    programme.pause()
    return await _moved(work, programme, "programme.paused", reason)


async def close(
    work: Work, programme_id: UUID, *, expected_version: int | None = None, reason: str | None = None
) -> Programme:
    """A programme ends, finished or not.

    Raises:
        Refused: ALREADY_CLOSED.
    """
    programme = await programme_to_change(work, programme_id, expected_version=expected_version)
    programme.close()
    return await _moved(work, programme, "programme.closed", reason)


async def reopen(
    work: Work, programme_id: UUID, *, expected_version: int | None = None, reason: str | None = None
) -> Programme:
    """A closed programme goes on: it is active again.

    Raises:
        Refused: NOT_CLOSED.
    """
    programme = await programme_to_change(work, programme_id, expected_version=expected_version)
    programme.reopen()
    return await _moved(work, programme, "programme.reopened", reason)


async def _begin(work: Work, programme: Programme, lead: Organisation) -> None:
    """Record a new programme, give it its lead and, where its end is planned, the milestone that marks it."""
    if programme.ends_on is not None:
        programme.heard_on = work.on
    work.record("programme.created", programme, lead_id=lead.id)
    taken = Refused(
        "REF_TAKEN", f"There is a programme {programme.ref} already. Choose another reference.", field="ref"
    )
    await work.save({"uq_programmes_ref": taken})
    work.add(
        Partner(programme_id=programme.id, organisation_id=lead.id, role=PartnerRole.LEAD, starts_on=work.on)
    )
    await work.save()
    if programme.ends_on is not None:
        await milestones.create(
            work,
            programme_id=programme.id,
            title=PLANNED_END,
            baseline_on=programme.ends_on,
            owner_organisation_id=lead.id,
            marks_end=True,
        )


async def _moved(work: Work, programme: Programme, command: str, reason: str | None) -> Programme:
    said = prose(reason, "reason")
    work.record(command, programme, **({} if said is None else {"reason": said}))
    await work.save()
    return programme
