"""What tests start from: made by the commands themselves, as the administrator, and the same every time.

async with acting(database, on=date(2024, 3, 1)) as work:
    lead = await organisation(work, "RX4")
    hub = await programme(work, "hub", lead=lead)
    await sponsor(work, hub, await person(work, "Ada King"))
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from domain.access.viewers import ADMINISTRATOR, Role, Viewer
from domain.database import Database
from domain.milestones import commands as milestones
from domain.milestones.models import Milestone
from domain.organisations import commands as organisations
from domain.organisations.models import Organisation, OrganisationKind
from domain.people import commands as people
from domain.people.models import Person
from domain.programmes import commands as programmes
from domain.programmes import partners, sponsors
from domain.programmes.models import Partner, PartnerRole, Programme, ProgrammeStatus, Sponsor
from domain.work import Work
from domain.work import work as begin

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
"""The moment at which tests act, unless they say otherwise."""

TODAY = date(2026, 6, 1)
"""The date of `NOW`."""

START = date(2024, 1, 1)
"""The date from which what factories make is known, unless a test says otherwise."""

NOBODY = UUID(int=7)
"""The id of nothing."""


def noon(on: date) -> datetime:
    """The middle of a day: when somebody acts who enters what happens as it does."""
    return datetime(on.year, on.month, on.day, 12, tzinfo=UTC)


def acting(
    database: Database, *, on: date = START, viewer: Viewer = ADMINISTRATOR, now: datetime = NOW, **rest: Any
) -> AbstractAsyncContextManager[Work]:
    """A transaction of the administrator, or of another viewer, with effect from a date."""
    return begin(database, viewer, now=now, on=on, **rest)


def as_sponsor(who: Person) -> Viewer:
    """That person, looking as a sponsor."""
    return Viewer(Role.SPONSOR, who.id)


async def organisation(work: Work, code: str = "RX4", **given: Any) -> Organisation:
    """An organisation, open since always."""
    given = {"name": f"Organisation {code}", "kind": OrganisationKind.NHS_TRUST} | given
    return await organisations.create(work, code=code, **given)


async def person(work: Work, name: str = "Ada King", **given: Any) -> Person:
    """Somebody, reached at first.last@example.org."""
    given = {"email": f"{name.lower().replace(' ', '.')}@example.org"} | given
    return await people.create(work, name=name, **given)


async def programme(
    work: Work, ref: str = "hub", *, lead: Organisation | None = None, **given: Any
) -> Programme:
    """An active programme from `work.on` on; without a lead given, an organisation of its own leads it."""
    lead = lead or await organisation(work, f"LEAD-{ref}".upper()[:20])
    given = {"title": f"Programme {ref}", "status": ProgrammeStatus.ACTIVE} | given
    return await programmes.create(work, ref=ref, lead_id=lead.id, **given)


async def partner(work: Work, of: Programme, who: Organisation, **given: Any) -> Partner:
    """An organisation's part in a programme, from `work.on` on."""
    usual: dict[str, Any] = {"role": PartnerRole.PARTNER, "starts_on": work.on}
    return await partners.add(work, of.id, organisation_id=who.id, **(usual | given))


async def lead_of(work: Work, of: Programme) -> Partner:
    """The partnership of the lead that has no end."""
    found = await work.session.execute(
        select(Partner).where(
            Partner.programme_id == of.id, Partner.role == PartnerRole.LEAD, Partner.ends_on.is_(None)
        )
    )
    return found.scalar_one()


async def sponsor(
    work: Work, of: Programme, who: Person, *, seat_of: Partner | None = None, **given: Any
) -> Sponsor:
    """A person's seat in a programme from `work.on` on, for the lead unless another partner is given."""
    seat_of = seat_of or await lead_of(work, of)
    given = {"starts_on": work.on} | given
    return await sponsors.appoint(work, of.id, partner_id=seat_of.id, person_id=who.id, **given)


async def milestone(work: Work, of: Programme, title: str = "Doors open", **given: Any) -> Milestone:
    """A milestone of a programme, promised for 30 June 2026."""
    given = {"baseline_on": date(2026, 6, 30)} | given
    return await milestones.create(work, programme_id=of.id, title=title, **given)


@dataclass(frozen=True, slots=True)
class Joint:
    """A programme of two organisations with a sponsor each, and a milestone that the lead owns."""

    programme: Programme
    lead: Organisation
    other: Organisation
    lead_part: Partner
    other_part: Partner
    lead_sponsor: Person
    other_sponsor: Person
    milestone: Milestone


async def joint(work: Work, ref: str = "hub") -> Joint:
    """A programme of two organisations, as programmes mostly are; what is in it is named after `ref`."""
    lead = await organisation(work, f"{ref}-A".upper())
    other = await organisation(work, f"{ref}-B".upper())
    made = await programme(work, ref, lead=lead)
    lead_part, other_part = await lead_of(work, made), await partner(work, made, other)
    lead_sponsor, other_sponsor = await person(work, f"Ada {ref}"), await person(work, f"Ben {ref}")
    await sponsor(work, made, lead_sponsor)
    await sponsor(work, made, other_sponsor, seat_of=other_part)
    opening = await milestone(work, made, owner_organisation_id=lead.id)
    return Joint(made, lead, other, lead_part, other_part, lead_sponsor, other_sponsor, opening)
