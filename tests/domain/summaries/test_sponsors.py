"""For whom the summaries of a period are compiled."""

from datetime import date
from typing import Any

import pytest

from domain.database import Database
from domain.errors import Refused
from domain.organisations import successions
from domain.programmes import commands as programmes
from domain.programmes import sponsors as seats
from domain.summaries.period import Period
from domain.summaries.sponsors import organisations, sponsors
from tests import factories as make

YEAR = Period(date(2024, 12, 31), date(2025, 12, 31))


async def _found(database: Database, period: Period = YEAR, **narrowed: str) -> list[str]:
    async with database.transaction(effective_on=make.TODAY) as session:
        return [person.name for person in await sponsors(session, period, **narrowed)]


@pytest.fixture
async def hub(database: Database) -> make.Joint:
    """A programme of HUB-A and HUB-B with a sponsor each."""
    async with make.acting(database) as work:
        return await make.joint(work)


async def test_everybody_with_a_seat_at_either_end(database: Database, hub: make.Joint) -> None:
    async with make.acting(database, on=date(2025, 3, 1)) as work:
        ended = await make.sponsor(work, hub.programme, await make.person(work, "Cy Left"))
        await make.sponsor(
            work, hub.programme, await make.person(work, "Di Came"), starts_on=date(2025, 5, 1)
        )
        await seats.end(work, ended.id, ends_on=date(2025, 12, 31))
        await make.person(work, "Ed Never")
    assert await _found(database) == ["Ada hub", "Ben hub", "Di Came"]


async def test_a_seat_in_a_closed_programme_is_nobodys_concern(database: Database, hub: make.Joint) -> None:
    async with make.acting(database, on=date(2025, 3, 1)) as work:
        await programmes.close(work, hub.programme.id)
    assert await _found(database) == ["Ada hub", "Ben hub"]
    assert await _found(database, Period(date(2025, 3, 1), date(2025, 12, 31))) == []


async def test_one_organisation_or_one_address(database: Database, hub: make.Joint) -> None:
    assert await _found(database, organisation="HUB-B") == ["Ben hub"]
    assert await _found(database, email="ADA.hub@example.org") == ["Ada hub"]
    assert await _found(database, organisation="HUB-A", email="ada.hub@example.org") == ["Ada hub"]


async def test_a_seat_is_for_whoever_holds_the_partnership_on_that_day(
    database: Database, hub: make.Joint
) -> None:
    async with make.acting(database, on=date(2025, 6, 1)) as work:
        merged = await make.organisation(work, "MERGED")
        await successions.succeed(work, hub.lead.id, successor_id=merged.id, on=date(2025, 6, 1))
    assert await _found(database, organisation="MERGED") == ["Ada hub"]
    assert await _found(database, organisation="HUB-A") == ["Ada hub"]
    later = Period(date(2025, 12, 31), date(2026, 3, 31))
    assert await _found(database, later, organisation="HUB-A") == []
    async with database.transaction(effective_on=make.TODAY) as session:
        ada = hub.lead_sponsor.id
        assert await organisations(session, ada, date(2024, 12, 31)) == ["HUB-A"]
        assert await organisations(session, ada, date(2025, 12, 31)) == ["MERGED"]


@pytest.mark.parametrize(
    ("case", "narrowed", "code"),
    [
        ("an unknown code", {"organisation": "NOWHERE"}, "NOT_FOUND"),
        ("an unknown address", {"email": "nobody@example.org"}, "NOT_FOUND"),
        ("somebody without a seat", {"email": "ed.never@example.org"}, "NO_SEAT"),
        (
            "a sponsor of another organisation",
            {"email": "ada.hub@example.org", "organisation": "HUB-B"},
            "NO_SEAT",
        ),
    ],
)
async def test_nobody_to_compile_for_is_a_refusal(
    database: Database, hub: make.Joint, case: str, narrowed: dict[str, Any], code: str
) -> None:
    async with make.acting(database) as work:
        await make.person(work, "Ed Never")
    with pytest.raises(Refused) as refused:
        await _found(database, **narrowed)
    assert refused.value.code == code
