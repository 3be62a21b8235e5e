"""Who takes part in a programme: joining, leaving, leading, and deciding after a split who goes on."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import exists, literal, select

from domain.calendar import in_order
from domain.errors import Refused
from domain.milestones import commands as milestones
from domain.milestones.models import Milestone
from domain.moment import Moment
from domain.organisations import existence
from domain.organisations.holders import holder
from domain.organisations.models import Organisation, Succession
from domain.periods import overlaps
from domain.programmes import sponsors
from domain.programmes.decisions import awaits_decision
from domain.programmes.locks import part_to_change, programme_to_change
from domain.programmes.models import Partner, PartnerRole, Programme
from domain.work import Work


async def add(
    work: Work,
    programme_id: UUID,
    *,
    organisation_id: UUID,
    role: PartnerRole,
    starts_on: date,
    ends_on: date | None = None,
) -> Partner:
    """An organisation takes part in a programme from a date, in a role other than the lead.

    Raises:
        Refused: ONE_LEAD, NOT_OPEN, ENDS_BEFORE_START, ORGANISATION_CLOSED, ORGANISATION_NOT_OPEN_YET or
            ALREADY_PARTNER.
    """
    programme = await programme_to_change(work, programme_id)
    programme.require_open()
    if role is PartnerRole.LEAD:
        raise Refused("ONE_LEAD", "A programme has one lead. Change the lead instead.", field="role")
    organisation = await work.find(Organisation, organisation_id, named="organisationId")
    in_order(starts_on, ends_on)
    organisation.require_open(starts_on)
    partner = Partner(
        programme_id=programme.id,
        organisation_id=organisation.id,
        role=role,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    await _require_new(work, partner)
    work.add(partner)
    work.record("partner.added", partner)
    await work.save()
    return partner


async def end(work: Work, partner_id: UUID, *, ends_on: date, expected_version: int | None = None) -> Partner:
    """An organisation leaves a programme on a date; its sponsors' seats end with its part.

    Raises:
        Refused: LEAD_REQUIRED, ALREADY_ENDED or ENDS_BEFORE_START.
    """
    _, partner = await part_to_change(work, Partner, partner_id, expected_version=expected_version)
    seats = await sponsors.seats_of(work, partner)
    partner.end(ends_on)
    await _record(work, "partner.ended", partner, ended=sponsors.end_with_partnership(seats, ends_on))
    return partner


async def change_lead(
    work: Work, programme_id: UUID, *, organisation_id: UUID, starts_on: date, as_reported: bool = False
) -> Partner:
    """Another organisation leads a programme from a date on; the partnership of the one before it ends that day.

    The milestones that the one before it holds in the programme pass to it from the date of the change on.
    `as_reported` says that a report names this lead: then it stands, even where the organisation had closed
    by then, or opened only later.

    Raises:
        Refused: NOT_OPEN, ALREADY_LEAD, LEAD_ALREADY_CHANGED, ORGANISATION_CLOSED or
        ORGANISATION_NOT_OPEN_YET.
    """
    programme = await programme_to_change(work, programme_id)
    programme.require_open()
    organisation = await work.find(Organisation, organisation_id, named="organisationId")
    if as_reported:
        await existence.stands_by(work, organisation)
    else:
        organisation.require_open(starts_on)
    outgoing = await _last_lead(work, programme)
    if await _holder(work, outgoing, starts_on) == organisation.id:
        raise Refused(
            "ALREADY_LEAD",
            f"{organisation.name} leads this programme already. Choose another organisation.",
            field="organisationId",
        )
    seats = await sponsors.seats_of(work, outgoing)
    outgoing.hand_over(starts_on)
    ended = sponsors.end_with_partnership(seats, starts_on)
    # The old lead must be out of the way before the new one is in: at no time may there be two.
    await work.save()
    incoming = work.add(
        Partner(
            programme_id=programme.id,
            organisation_id=organisation.id,
            role=PartnerRole.LEAD,
            starts_on=starts_on,
        )
    )
    await _record(work, "partner.lead_changed", incoming, ended=ended, replaced=outgoing.id)
    await _pass_milestones(work, programme, await _holder(work, outgoing, work.on), organisation)
    return incoming


async def assign(work: Work, partner_id: UUID, *, organisation_id: UUID) -> Partner:
    """Decide which successor goes on for a partner whose organisation was split.

    The partnership with its role and seats, and the organisation's milestones in the programme, are the
    successor's from the date of the change on.

    Raises:
        Refused: NOTHING_TO_DECIDE or NOT_A_SUCCESSOR.
    """
    programme, partner = await part_to_change(work, Partner, partner_id)
    await _require_undecided(work, partner)
    closed_id = await _holder(work, partner, work.on)
    successor = await _successor(work, closed_id, organisation_id)
    partner.organisation_id = successor.id
    work.record("partner.assigned", partner)
    await work.save()
    await _pass_milestones(work, programme, closed_id, successor)
    return partner


async def _record(
    work: Work, command: str, partner: Partner, *, ended: list[UUID], replaced: UUID | None = None
) -> None:
    details: dict[str, object] = {}
    if replaced is not None:
        details["replaced_partner_id"] = replaced
    if ended:
        details["ended_sponsor_ids"] = [str(sponsor_id) for sponsor_id in ended]
    work.record(command, partner, **details)
    await work.save()


async def _last_lead(work: Work, programme: Programme) -> Partner:
    """The partnership of the lead that has no end: there is always one."""
    found = await work.session.execute(
        select(Partner)
        .where(
            Partner.programme_id == programme.id, Partner.role == PartnerRole.LEAD, Partner.ends_on.is_(None)
        )
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return found.scalar_one()


async def _holder(work: Work, partner: Partner, on: date) -> UUID:
    held_by = holder(literal(partner.organisation_id), literal(partner.starts_on), literal(on))
    return (await work.session.execute(select(held_by))).scalar_one()


async def _require_new(work: Work, new: Partner) -> None:
    """One part of an organisation in one role at a time."""
    other = exists().where(
        Partner.programme_id == new.programme_id,
        Partner.organisation_id == new.organisation_id,
        Partner.role == new.role,
        overlaps(Partner, new),
    )
    if await work.session.scalar(select(other)):
        raise Refused(
            "ALREADY_PARTNER",
            "This organisation takes part in that role at that time already. End that part first.",
            field="organisationId",
        )


async def _require_undecided(work: Work, partner: Partner) -> None:
    at = Moment(on=literal(work.on), past=False)
    waits = select(Partner.id).where(Partner.id == partner.id, awaits_decision(Partner, at))
    if (await work.session.execute(waits)).first() is not None:
        return
    raise Refused(
        "NOTHING_TO_DECIDE",
        "Nobody has to decide about this partner: its organisation was not split, or somebody has decided, "
        "or the partnership or the programme has ended. Change the lead or the partners instead.",
    )


async def _successor(work: Work, closed_id: UUID, organisation_id: UUID) -> Organisation:
    follows = exists().where(
        Succession.predecessor_id == closed_id, Succession.successor_id == organisation_id
    )
    organisation = await work.find(Organisation, organisation_id, named="organisationId")
    if not await work.session.scalar(select(follows)):
        raise Refused(
            "NOT_A_SUCCESSOR",
            f"{organisation.name} did not take over from the organisation that closed. Choose one that did.",
            field="organisationId",
        )
    return organisation


async def _pass_milestones(
    work: Work, programme: Programme, former_id: UUID, organisation: Organisation
) -> None:
    """Have an organisation own what another held in a programme."""
    for milestone_id in await _milestones_of(work, programme, former_id):
        await milestones.assign_owner(work, milestone_id, organisation_id=organisation.id)


async def _milestones_of(work: Work, programme: Programme, organisation_id: UUID) -> list[UUID]:
    """The milestones of a programme that an organisation holds on the date of the change."""
    held_by = holder(Milestone.owner_organisation_id, Milestone.owned_from, literal(work.on))
    found = await work.session.scalars(
        select(Milestone.id)
        .where(Milestone.programme_id == programme.id, held_by == organisation_id)
        .order_by(Milestone.id)
    )
    return list(found)
