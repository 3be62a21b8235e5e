from __future__ import annotations

from collections.abc import Awaitable, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from domain.database import Database
from domain.models import Partner, Sponsor
from domain.organisations import commands as organisations
from domain.organisations.models import Organisation
from domain.programmes import commands, partners, sponsors
from domain.programmes.models import PartnerRole
from domain.work import Work
from tests import factories
from tests.factories import START, TODAY, acting, as_sponsor, organisation
from tests.races import Act, race
from tests.refusals import Attempt, Refusal, refused

DAY = timedelta(days=1)


async def _joint(database: Database) -> factories.Joint:
    async with acting(database) as work:
        return await factories.joint(work)


async def test_a_partner_joins_and_leaves_and_its_seats_end_with_it(database: Database) -> None:
    it = await _joint(database)
    async with acting(database, on=TODAY) as work:
        left = await partners.end(work, it.other_part.id, ends_on=TODAY, expected_version=1)
        [seat] = await work.session.scalars(select(Sponsor).where(Sponsor.partner_id == left.id))
    assert (left.ends_on, seat.ends_on) == (TODAY, TODAY)
    assert work.entries[0].changes == {
        "ends_on": [None, "2026-06-01"],
        "ended_sponsor_ids": [None, [str(seat.id)]],
    }
    async with acting(database, on=TODAY) as work:
        again = await factories.partner(work, it.programme, it.other)
    assert again.starts_on == TODAY


async def test_a_planned_end_can_be_brought_forward(database: Database) -> None:
    it = await _joint(database)
    async with acting(database) as work:
        await partners.end(work, it.other_part.id, ends_on=TODAY)
        assert (await partners.end(work, it.other_part.id, ends_on=TODAY - DAY)).ends_on == TODAY - DAY


async def test_another_organisation_leads_from_a_date_on(database: Database) -> None:
    it = await _joint(database)
    async with acting(database, on=TODAY) as work:
        led = await partners.change_lead(work, it.programme.id, organisation_id=it.other.id, starts_on=TODAY)
        before = await work.find(Partner, it.lead_part.id)
        [seat] = await work.session.scalars(select(Sponsor).where(Sponsor.partner_id == before.id))
    assert (led.organisation_id, led.role, led.starts_on) == (it.other.id, PartnerRole.LEAD, TODAY)
    assert (before.ends_on, seat.ends_on) == (TODAY, TODAY)
    assert work.entries[0].changes["replaced_partner_id"] == [None, str(before.id)]
    assert work.entries[0].subject_id == led.id


async def test_a_lead_can_be_corrected_on_the_day_it_began(database: Database) -> None:
    it = await _joint(database)
    async with acting(database) as work:
        led = await partners.change_lead(work, it.programme.id, organisation_id=it.other.id, starts_on=START)
        before = await work.find(Partner, it.lead_part.id)
    assert (before.starts_on, before.ends_on, led.starts_on) == (START, START, START)


async def test_who_took_over_from_the_lead_leads_already(database: Database) -> None:
    it = await _joint(database)
    async with acting(database, on=TODAY) as work:
        heir = await organisation(work, "HEIR")
        await organisations.succeed(work, it.lead.id, successor_id=heir.id, on=TODAY)
    async with refused(database, "ALREADY_LEAD"), acting(database, on=TODAY) as work:
        await partners.change_lead(work, it.programme.id, organisation_id=heir.id, starts_on=TODAY)
    async with refused(database, "ORGANISATION_CLOSED"), acting(database, on=TODAY) as work:
        await partners.change_lead(work, it.programme.id, organisation_id=it.lead.id, starts_on=TODAY)
    async with acting(database, on=TODAY) as work:
        named = await partners.change_lead(
            work, it.programme.id, organisation_id=it.lead.id, starts_on=TODAY, as_reported=True
        )
    assert named.organisation_id == it.lead.id


def _add(**given: Any) -> Attempt[factories.Joint]:
    def attempt(work: Work, it: factories.Joint) -> Awaitable[Partner]:
        usual: dict[str, Any] = {
            "organisation_id": it.lead.id,
            "role": PartnerRole.DELIVERY,
            "starts_on": START,
        }
        return partners.add(work, it.programme.id, **(usual | given))

    return attempt


REFUSALS: Sequence[Refusal[factories.Joint]] = [
    ("a second lead", _add(role=PartnerRole.LEAD), "ONE_LEAD"),
    ("an unknown organisation", _add(organisation_id=factories.NOBODY), "NOT_FOUND"),
    ("an end before the start", _add(ends_on=START - DAY), "ENDS_BEFORE_START"),
    ("no day at all", _add(ends_on=START), "ENDS_BEFORE_START"),
    ("a slip of the keyboard", _add(starts_on=date(24, 1, 1)), "BAD_DATE"),
    (
        "the same part twice",
        lambda work, it: factories.partner(work, it.programme, it.other),
        "ALREADY_PARTNER",
    ),
    (
        "the same part, overlapping from before",
        lambda work, it: factories.partner(
            work, it.programme, it.other, starts_on=START - DAY, ends_on=START + DAY
        ),
        "ALREADY_PARTNER",
    ),
    (
        "an end of the lead",
        lambda work, it: partners.end(work, it.lead_part.id, ends_on=TODAY),
        "LEAD_REQUIRED",
    ),
    (
        "leaving before joining",
        lambda work, it: partners.end(work, it.other_part.id, ends_on=START),
        "ENDS_BEFORE_START",
    ),
    (
        "an old version",
        lambda work, it: partners.end(work, it.other_part.id, ends_on=TODAY, expected_version=9),
        "STALE",
    ),
    ("no such part", lambda work, _: partners.end(work, factories.NOBODY, ends_on=TODAY), "NOT_FOUND"),
    (
        "the lead that it has",
        lambda work, it: partners.change_lead(
            work, it.programme.id, organisation_id=it.lead.id, starts_on=TODAY
        ),
        "ALREADY_LEAD",
    ),
    (
        "a lead before the lead that is settled",
        lambda work, it: partners.change_lead(
            work, it.programme.id, organisation_id=it.other.id, starts_on=START - DAY
        ),
        "LEAD_ALREADY_CHANGED",
    ),
    (
        "a decision where there is none",
        lambda work, it: partners.assign(work, it.lead_part.id, organisation_id=it.other.id),
        "NOTHING_TO_DECIDE",
    ),
]


async def test_refused(database: Database, subtests: pytest.Subtests) -> None:
    it = await _joint(database)
    for case, attempt, code in REFUSALS:
        with subtests.test(case):
            async with refused(database, code), acting(database) as work:
                await attempt(work, it)


async def test_who_left_is_not_ended_later(database: Database) -> None:
    it = await _joint(database)
    async with acting(database) as work:
        await partners.end(work, it.other_part.id, ends_on=TODAY)
    async with refused(database, "ALREADY_ENDED"), acting(database) as work:
        await partners.end(work, it.other_part.id, ends_on=TODAY + DAY)


async def test_nobody_joins_or_leads_a_closed_programme_but_who_leaves_may_leave(database: Database) -> None:
    it = await _joint(database)
    async with acting(database) as work:
        await commands.close(work, it.programme.id)
    async with refused(database, "NOT_OPEN"), acting(database) as work:
        await _add()(work, it)
    async with refused(database, "NOT_OPEN"), acting(database) as work:
        await partners.change_lead(work, it.programme.id, organisation_id=it.other.id, starts_on=TODAY)
    async with acting(database) as work:
        assert (await partners.end(work, it.other_part.id, ends_on=TODAY)).ends_on == TODAY


async def test_a_sponsor_may_look_and_a_stranger_may_not(
    database: Database, subtests: pytest.Subtests
) -> None:
    it = await _joint(database)
    async with acting(database) as work:
        stranger = await factories.person(work, "Eve Else")
    tries: dict[str, Attempt[factories.Joint]] = {
        "add": _add(),
        "end": lambda work, it: partners.end(work, it.other_part.id, ends_on=TODAY),
        "lead": lambda work, it: partners.change_lead(
            work, it.programme.id, organisation_id=it.other.id, starts_on=TODAY
        ),
        "assign": lambda work, it: partners.assign(work, it.lead_part.id, organisation_id=it.other.id),
        "appoint": lambda work, it: sponsors.appoint(
            work, it.programme.id, partner_id=it.lead_part.id, person_id=it.other_sponsor.id, starts_on=START
        ),
    }
    for who, code in ((it.other_sponsor, "FORBIDDEN"), (stranger, "NOT_FOUND")):
        for name, attempt in tries.items():
            with subtests.test(f"{name} {code}"):
                async with refused(database, code), acting(database, viewer=as_sponsor(who)) as work:
                    await attempt(work, it)


async def test_two_changes_of_the_lead_at_once_follow_each_other(database: Database) -> None:
    it = await _joint(database)
    async with acting(database) as work:
        third = await organisation(work, "THIRD")

    def lead_by(who: Organisation) -> Act:
        return lambda work: partners.change_lead(
            work, it.programme.id, organisation_id=who.id, starts_on=TODAY
        )

    assert await race(database, lead_by(it.other), lead_by(third), on=TODAY) == "done"
    async with acting(database) as work:
        rows = await work.session.scalars(
            select(Partner).where(Partner.role == PartnerRole.LEAD).order_by(Partner.id)
        )
        periods = [(row.organisation_id, row.starts_on, row.ends_on) for row in rows]
    assert periods == [(it.lead.id, START, TODAY), (it.other.id, TODAY, TODAY), (third.id, TODAY, None)]


async def test_the_same_partner_added_twice_at_once_is_added_once(database: Database) -> None:
    it = await _joint(database)
    async with acting(database) as work:
        third = await organisation(work, "THIRD")
    outcome = await race(
        database,
        lambda work: factories.partner(work, it.programme, third),
        lambda work: factories.partner(work, it.programme, third),
    )
    assert outcome == "ALREADY_PARTNER"
