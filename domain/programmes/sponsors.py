"""Who answers for a programme on behalf of one of its partners."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import exists, select

from domain.calendar import in_order
from domain.errors import Refused
from domain.people.models import Person
from domain.periods import overlaps
from domain.programmes.locks import part_to_change, programme_to_change
from domain.programmes.models import Partner, Sponsor
from domain.work import Work


async def appoint(
    work: Work,
    programme_id: UUID,
    *,
    partner_id: UUID,
    person_id: UUID,
    starts_on: date,
    ends_on: date | None = None,
) -> Sponsor:
    """Give a person a sponsor's seat for one partner, from a date, up to another if that is known.

    Raises:
        Refused: NOT_OPEN, NOT_A_PARTNER, ENDS_BEFORE_START, SEAT_OUTSIDE_PARTNERSHIP or ALREADY_SPONSOR.
    """
    programme = await programme_to_change(work, programme_id)
    programme.require_open()
    partner = await work.find(Partner, partner_id, named="partnerId")
    if partner.programme_id != programme.id:
        raise Refused(
            "NOT_A_PARTNER",
            "That is a partner of another programme. Choose one of this programme.",
            field="partnerId",
        )
    person = await work.find(Person, person_id, named="personId")
    in_order(starts_on, ends_on)
    partner.require_covers(starts_on, ends_on)
    seat = Sponsor(
        programme_id=programme.id,
        partner_id=partner.id,
        person_id=person.id,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    await _require_free(work, seat)
    work.add(seat)
    work.record("sponsor.appointed", seat)
    await work.save()
    return seat


async def end(work: Work, sponsor_id: UUID, *, ends_on: date, expected_version: int | None = None) -> Sponsor:
    """A sponsor's seat ends on a date, or earlier than was planned.

    Raises:
        Refused: ALREADY_ENDED or ENDS_BEFORE_START.
    """
    _, seat = await part_to_change(work, Sponsor, sponsor_id, expected_version=expected_version)
    seat.end(ends_on)
    work.record("sponsor.ended", seat)
    await work.save()
    return seat


async def seats_of(work: Work, partner: Partner) -> list[Sponsor]:
    """The seats of a partner, past and to come, locked."""
    seats = select(Sponsor).where(Sponsor.partner_id == partner.id).order_by(Sponsor.id)
    return list(await work.session.scalars(seats.with_for_update(key_share=True)))


def end_with_partnership(seats: Iterable[Sponsor], ends_on: date) -> list[UUID]:
    """End the seats of a partner whose partnership ends; the ids of those that it changed."""
    return [seat.id for seat in seats if seat.end_with_partnership(ends_on)]


async def _require_free(work: Work, new: Sponsor) -> None:
    """One seat of a person for a partner at a time."""
    other = exists().where(
        Sponsor.partner_id == new.partner_id, Sponsor.person_id == new.person_id, overlaps(Sponsor, new)
    )
    if await work.session.scalar(select(other)):
        raise Refused(
            "ALREADY_SPONSOR",
            "This person has a seat for that partner at that time already. End that seat first.",
            field="personId",
        )
