from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.database import Database
from domain.programmes import commands, partners, sponsors
from domain.programmes.models import Sponsor
from domain.work import Work
from tests import factories
from tests.factories import START, TODAY, acting
from tests.races import race
from tests.refusals import refused

DAY = timedelta(days=1)
LEAVES = date(2026, 12, 31)

More = dict[str, Any]
"""A partner of another programme, and somebody who sponsors none, by name."""
Appoint = Callable[[Work, factories.Joint, More], Awaitable[Sponsor]]


async def _joint(database: Database) -> tuple[factories.Joint, More]:
    """A programme whose second partner leaves, as is known from the start."""
    async with acting(database) as work:
        it = await factories.joint(work)
        await partners.end(work, it.other_part.id, ends_on=LEAVES)
        other = await factories.programme(work, "other")
        return it, {
            "elsewhere": await factories.lead_of(work, other),
            "eve": await factories.person(work, "Eve Else"),
        }


async def test_a_seat_is_given_and_ends(database: Database) -> None:
    it, more = await _joint(database)
    async with acting(database) as work:
        seat = await factories.sponsor(work, it.programme, more["eve"], ends_on=TODAY)
        assert (seat.starts_on, seat.ends_on, seat.programme_id) == (START, TODAY, it.programme.id)
        await sponsors.end(work, seat.id, ends_on=TODAY - DAY, expected_version=1)
        next_one = await factories.sponsor(work, it.programme, more["eve"], starts_on=TODAY - DAY)
    assert (seat.ends_on, next_one.ends_on) == (TODAY - DAY, None)
    assert [entry.command for entry in work.entries] == [
        "sponsor.appointed",
        "sponsor.ended",
        "sponsor.appointed",
    ]
    assert work.entries[1].changes == {"ends_on": ["2026-06-01", "2026-05-31"]}


async def test_a_partner_can_have_several_sponsors(database: Database) -> None:
    it, more = await _joint(database)
    async with acting(database) as work:
        seat = await factories.sponsor(work, it.programme, more["eve"], seat_of=it.other_part, ends_on=LEAVES)
    assert seat.partner_id == it.other_part.id


async def test_a_seat_to_come_never_begins_when_the_partnership_ends_before(database: Database) -> None:
    it, more = await _joint(database)
    async with acting(database) as work:
        seat = await factories.sponsor(
            work, it.programme, more["eve"], seat_of=it.other_part, starts_on=TODAY, ends_on=LEAVES
        )
        await partners.end(work, it.other_part.id, ends_on=TODAY - DAY)
    assert (seat.starts_on, seat.ends_on) == (TODAY, TODAY)


def _appoint(**given: Any) -> Appoint:
    def attempt(work: Work, it: factories.Joint, more: More) -> Awaitable[Sponsor]:
        given_here = {name: value(it, more) if callable(value) else value for name, value in given.items()}
        seat: dict[str, Any] = {
            "partner_id": it.lead_part.id,
            "person_id": more["eve"].id,
            "starts_on": START,
        } | given_here
        return sponsors.appoint(work, it.programme.id, **seat)

    return attempt


def _other_part(it: factories.Joint, _more: More) -> UUID:
    return it.other_part.id


REFUSALS: list[tuple[str, Appoint, str]] = [
    (
        "a partner of another programme",
        _appoint(partner_id=lambda _, more: more["elsewhere"].id),
        "NOT_A_PARTNER",
    ),
    ("no such partner", _appoint(partner_id=factories.NOBODY), "NOT_FOUND"),
    ("no such person", _appoint(person_id=factories.NOBODY), "NOT_FOUND"),
    ("an end before the start", _appoint(ends_on=START - DAY), "ENDS_BEFORE_START"),
    ("a seat before the partnership", _appoint(starts_on=START - DAY), "SEAT_OUTSIDE_PARTNERSHIP"),
    (
        "a seat after the partnership",
        _appoint(partner_id=_other_part, ends_on=LEAVES + DAY),
        "SEAT_OUTSIDE_PARTNERSHIP",
    ),
    ("a seat without end", _appoint(partner_id=_other_part), "SEAT_OUTSIDE_PARTNERSHIP"),
    ("the same seat twice", _appoint(person_id=lambda it, _: it.lead_sponsor.id), "ALREADY_SPONSOR"),
    (
        "the same seat twice for a while",
        _appoint(person_id=lambda it, _: it.lead_sponsor.id, starts_on=TODAY, ends_on=TODAY + DAY),
        "ALREADY_SPONSOR",
    ),
    (
        "a seat that is not there",
        lambda work, *_: sponsors.end(work, factories.NOBODY, ends_on=TODAY),
        "NOT_FOUND",
    ),
]


async def test_refused(database: Database, subtests: pytest.Subtests) -> None:
    it, more = await _joint(database)
    for case, attempt, code in REFUSALS:
        with subtests.test(case):
            async with refused(database, code), acting(database) as work:
                await attempt(work, it, more)


async def test_an_end_is_brought_forward_and_not_put_off(
    database: Database, subtests: pytest.Subtests
) -> None:
    it, more = await _joint(database)
    async with acting(database) as work:
        seat = await factories.sponsor(work, it.programme, more["eve"], ends_on=TODAY)
    for ends_on, code in (
        (TODAY, "ALREADY_ENDED"),
        (TODAY + DAY, "ALREADY_ENDED"),
        (START, "ENDS_BEFORE_START"),
    ):
        with subtests.test(str(ends_on)):
            async with refused(database, code), acting(database) as work:
                await sponsors.end(work, seat.id, ends_on=ends_on)


async def test_a_closed_programme_gets_no_sponsor_and_lets_them_go(database: Database) -> None:
    it, more = await _joint(database)
    async with acting(database) as work:
        seat = await factories.sponsor(work, it.programme, more["eve"])
        await commands.close(work, it.programme.id)
    async with refused(database, "NOT_OPEN"), acting(database) as work:
        await _appoint(person_id=it.other_sponsor.id)(work, it, more)
    async with acting(database) as work:
        assert (await sponsors.end(work, seat.id, ends_on=TODAY)).ends_on == TODAY


async def test_one_seat_given_twice_at_once_is_given_once(database: Database) -> None:
    it, more = await _joint(database)
    outcome = await race(
        database,
        lambda work: factories.sponsor(work, it.programme, more["eve"]),
        lambda work: factories.sponsor(work, it.programme, more["eve"]),
    )
    assert outcome == "ALREADY_SPONSOR"
