"""Profiles by entry."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import literal, select

from domain.database import Database
from domain.errors import Refused
from domain.models import JournalEntry, ProfileStrength, Strength, StrengthsProfile
from domain.moment import Moment
from domain.strengths import frameworks, profiles
from domain.work import Work
from tests.domain.strengths.scenes import Crew, assess, crew
from tests.domain.strengths.test_frameworks import changed
from tests.factories import START, TODAY, acting, as_sponsor
from tests.races import race
from tests.refusals import refused

LATER = date(2025, 3, 1)


@pytest.fixture
async def it(database: Database) -> Crew:
    async with acting(database) as work:
        return await crew(work, "ada", "ben")


async def _strengths(work: Work, person: Any, on: date = TODAY, *, past: bool = False) -> list[Any]:
    """Day, key and rank of what is known of a person on a date."""
    at = Moment(on=literal(on), past=past)
    profile, part, strength = at.rows(StrengthsProfile), at.rows(ProfileStrength), at.rows(Strength)
    rows = await work.session.execute(
        select(profile.assessed_on, strength.key, part.rank)
        .join(part, part.profile_id == profile.id)
        .join(strength, strength.id == part.strength_id)
        .where(profile.person_id == person.id)
        .order_by(profile.assessed_on, part.rank, strength.key)
    )
    return [tuple(row) for row in rows]


async def test_several_over_time(database: Database, it: Crew) -> None:
    async with acting(database) as work:
        await assess(work, it, "ada", ["making", "thinking"])
    async with acting(database, on=LATER) as work:
        await assess(work, it, "ada", ["asking"], on=LATER)
        assert await _strengths(work, it.ada) == [
            (START, "making", 1),
            (START, "thinking", 2),
            (LATER, "asking", 1),
        ]
        assert len(await _strengths(work, it.ada, START, past=True)) == 2


async def test_without_an_order_there_are_no_ranks(database: Database, it: Crew) -> None:
    async with acting(database) as work:
        it.framework = await frameworks.store(work, file=changed(version=2, profile={"most": 3}))
        await assess(work, it, "ada", ["making", "thinking"])
        assert [rank for _, _, rank in await _strengths(work, it.ada)] == [None, None]


async def test_the_same_again_changes_nothing(database: Database, it: Crew) -> None:
    async with acting(database) as work:
        first = await assess(work, it, "ada", ["making", "thinking"])
    async with acting(database) as work:
        assert (await assess(work, it, "ada", ["making", "thinking"])).id == first.id
        assert work.entries == []


async def test_it_is_corrected_and_the_past_keeps_what_was_known(database: Database, it: Crew) -> None:
    async with acting(database) as work:
        await assess(work, it, "ada", ["making", "thinking"])
    async with acting(database, on=LATER) as work:
        await assess(work, it, "ada", ["thinking", "asking"])
        assert await _strengths(work, it.ada) == [(START, "thinking", 1), (START, "asking", 2)]
        then = await _strengths(work, it.ada, START, past=True)
        assert then == [(START, "making", 1), (START, "thinking", 2)]


async def test_the_journal_says_that_and_not_what(database: Database, it: Crew) -> None:
    async with acting(database) as work:
        await assess(work, it, "ada", ["making"])
        await assess(work, it, "ada", ["thinking"])
        await profiles.remove(work, it.ada.id, framework_id=it.framework.id, assessed_on=START)
    async with acting(database) as work:
        entries = list(
            await work.session.scalars(
                select(JournalEntry).where(JournalEntry.command.startswith("strengths.profile"))
            )
        )
    assert [entry.command.removeprefix("strengths.profile_") for entry in entries] == [
        "recorded",
        "corrected",
        "removed",
    ]
    told = " ".join(str(entry.changes) for entry in entries)
    assert str(it.ada.id) in told
    assert "making" not in told
    assert {key for entry in entries for key in entry.changes} <= {"person_id", "framework_id", "assessed_on"}


async def test_it_is_taken_back(database: Database, it: Crew) -> None:
    async with acting(database) as work:
        await assess(work, it, "ada", ["making", "thinking"])
    async with acting(database, on=LATER) as work:
        await profiles.remove(work, it.ada.id, framework_id=it.framework.id, assessed_on=START)
        assert await _strengths(work, it.ada) == []
        assert len(await _strengths(work, it.ada, START, past=True)) == 2
    async with refused(database, "NOT_FOUND"), acting(database, on=LATER) as work:
        await profiles.remove(work, it.ada.id, framework_id=it.framework.id, assessed_on=START)


async def test_people_enter_their_own_and_nobody_elses(database: Database, it: Crew) -> None:
    async with acting(database, viewer=as_sponsor(it.sponsor)) as work:
        it.people["sponsor"] = it.sponsor
        await assess(work, it, "sponsor", ["making"])
        assert await _strengths(work, it.sponsor) == [(START, "making", 1)]
    async with refused(database, "FORBIDDEN"), acting(database, viewer=as_sponsor(it.sponsor)) as work:
        await assess(work, it, "ada", ["making"])


REFUSALS = [
    ({"strengths": []}, "NO_STRENGTHS", "strengths", "at least one"),
    ({"strengths": ["thinking", "asking", "making"]}, "TOO_MANY_STRENGTHS", "strengths", "up to 2"),
    ({"strengths": ["asking", "asking"]}, "REPEATED_STRENGTH", "strengths", "once"),
    (
        {"strengths": ["Thinkin", "x"]},
        "UNKNOWN_STRENGTH",
        "strengths",
        "“Thinkin”, “x”. Did you mean “thinking”?",
    ),
    ({"on": date(2024, 1, 2)}, "ASSESSED_LATER", "assessedOn", "before it was assessed"),
    ({"on": date(3000, 1, 1)}, "BAD_DATE", "assessedOn", "3000"),
]


@pytest.mark.parametrize("refusal", REFUSALS, ids=[refusal[1] for refusal in REFUSALS])
async def test_what_is_refused(database: Database, it: Crew, refusal: tuple[Any, ...]) -> None:
    given, code, field, says = refusal
    async with refused(database, code), acting(database) as work:
        with pytest.raises(Refused) as told:
            await assess(work, it, "ada", **given)
        assert told.value.field == field
        assert says in told.value.message
        raise told.value


async def test_nothing_is_known_of_a_person_before_they_are(database: Database, it: Crew) -> None:
    async with refused(database, "EARLIER_THAN_KNOWN"), acting(database, on=date(2023, 1, 1)) as work:
        await assess(work, it, "ada", on=date(2023, 1, 1))


async def test_two_at_once_are_one(database: Database, it: Crew) -> None:
    async def record(work: Work) -> None:
        await assess(work, it, "ada", ["making"])

    assert await race(database, record, record) == "done"
    async with acting(database) as work:
        assert await _strengths(work, it.ada) == [(START, "making", 1)]
