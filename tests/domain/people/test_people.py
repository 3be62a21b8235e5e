from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.database import Database
from domain.models import Affiliation
from domain.people import commands
from domain.people.models import SummaryFrequency
from domain.work import Work
from tests import factories
from tests.factories import START, TODAY, acting, as_sponsor, organisation, person
from tests.races import race
from tests.refusals import Attempt, Refusal, refused

DAY = timedelta(days=1)


async def test_an_address_is_kept_without_capitals(database: Database) -> None:
    async with acting(database) as work:
        ada = await person(work, email=" Ada.King@Example.ORG ")
    assert (ada.email, ada.summary_frequency) == ("ada.king@example.org", SummaryFrequency.QUARTERLY)


async def test_what_changes_is_recorded_and_the_rest_stays(database: Database) -> None:
    async with acting(database) as work:
        ada = await person(work)
    async with acting(database) as work:
        changed = await commands.update(
            work, ada.id, summary_frequency=SummaryFrequency.MONTHLY, expected_version=1
        )
    assert (changed.name, changed.version) == ("Ada King", 2)
    assert work.entries[0].changes == {"summary_frequency": ["QUARTERLY", "MONTHLY"]}


async def test_a_person_belongs_to_an_organisation_and_leaves_it(database: Database) -> None:
    async with acting(database) as work:
        ada, trust = await person(work), await organisation(work)
        stay = await commands.affiliate(
            work, ada.id, organisation_id=trust.id, starts_on=START, position=" Chair "
        )
        assert (stay.position, stay.ends_on) == ("Chair", None)
        await commands.end_affiliation(work, stay.id, ends_on=TODAY, expected_version=1)
        assert stay.ends_on == TODAY
        # Half open: on the day it ends the next one can begin.
        again = await commands.affiliate(
            work, ada.id, organisation_id=trust.id, starts_on=TODAY, ends_on=TODAY + DAY
        )
        await commands.affiliate(work, ada.id, organisation_id=trust.id, starts_on=START - DAY, ends_on=START)
    assert [entry.command for entry in work.entries[-4:]] == [
        "person.affiliated",
        "person.affiliation_ended",
        "person.affiliated",
        "person.affiliated",
    ]
    assert again.position is None


Found = Mapping[str, UUID]
"""The ids of what refusals are tried on, by name."""


def _create(**given: Any) -> Attempt[object]:
    given = {"name": "New", "email": "new@example.org"} | given
    return lambda work, _: commands.create(work, **given)


def _affiliate(**given: Any) -> Attempt[Found]:
    def attempt(work: Work, it: Found) -> Awaitable[Affiliation]:
        usual: dict[str, Any] = {"organisation_id": it["trust"], "starts_on": START}
        return commands.affiliate(work, it["ada"], **(usual | given))

    return attempt


REFUSALS: Sequence[Refusal[Found]] = [
    ("an address in use", _create(email="ada.king@example.org"), "EMAIL_TAKEN"),
    ("an address in use but for capitals", _create(email="ADA.King@example.org"), "EMAIL_TAKEN"),
    (
        "an address in use given to another",
        lambda work, it: commands.update(work, it["ben"], email="ada.king@example.org"),
        "EMAIL_TAKEN",
    ),
    ("no at sign", _create(email="example.org"), "BAD_EMAIL"),
    ("two at signs", _create(email="a@b@example.org"), "BAD_EMAIL"),
    ("a space", _create(email="a b@example.org"), "BAD_EMAIL"),
    ("two addresses", _create(email="a@example.org,b@example.org"), "BAD_EMAIL"),
    ("a header", _create(email="a@example.org\nbcc:b@example.org"), "BAD_CHARACTERS"),
    ("no address", _create(email=""), "EMPTY_EMAIL"),
    ("an address without end", _create(email="a@" + "b" * 300), "TOO_LONG"),
    ("no name", _create(name=" "), "EMPTY_NAME"),
    ("a name in two lines", _create(name="Ada\nKing"), "BAD_CHARACTERS"),
    ("an unknown person", lambda work, _: commands.update(work, factories.NOBODY, name="N"), "NOT_FOUND"),
    (
        "an old version",
        lambda work, it: commands.update(work, it["ada"], name="N", expected_version=9),
        "STALE",
    ),
    ("an unknown organisation", _affiliate(organisation_id=factories.NOBODY), "NOT_FOUND"),
    ("an end before the start", _affiliate(ends_on=START - DAY), "ENDS_BEFORE_START"),
    ("an end on the start", _affiliate(ends_on=START), "ENDS_BEFORE_START"),
    ("a slip of the keyboard", _affiliate(starts_on=date(24, 1, 1)), "BAD_DATE"),
    (
        "twice at a time",
        lambda work, it: _affiliate(organisation_id=it["union"])(work, it),
        "ALREADY_AFFILIATED",
    ),
    (
        "an end after the end",
        lambda work, it: commands.end_affiliation(work, it["ended"], ends_on=TODAY),
        "ALREADY_ENDED",
    ),
    (
        "leaving before joining",
        lambda work, it: commands.end_affiliation(work, it["stay"], ends_on=START),
        "ENDS_BEFORE_START",
    ),
    (
        "an affiliation that is not there",
        lambda work, _: commands.end_affiliation(work, factories.NOBODY, ends_on=START),
        "NOT_FOUND",
    ),
]


async def test_refused(database: Database, subtests: pytest.Subtests) -> None:
    async with acting(database) as work:
        ada, ben, trust, union = (
            await person(work),
            await person(work, "Ben Okri"),
            await organisation(work, "RX4"),
            await organisation(work, "UNION"),
        )
        stay = await commands.affiliate(work, ada.id, organisation_id=union.id, starts_on=START)
        ended = await commands.affiliate(
            work, ben.id, organisation_id=union.id, starts_on=START, ends_on=TODAY
        )
    it = {
        "ada": ada.id,
        "ben": ben.id,
        "trust": trust.id,
        "union": union.id,
        "stay": stay.id,
        "ended": ended.id,
    }
    for case, attempt, code in REFUSALS:
        with subtests.test(case):
            async with refused(database, code), acting(database) as work:
                await attempt(work, it)


async def test_a_sponsor_may_not_change_people(database: Database, subtests: pytest.Subtests) -> None:
    async with acting(database) as work:
        it = await factories.joint(work)
    tries: Sequence[Attempt[None]] = (
        _create(),
        lambda work, _: commands.update(work, it.lead_sponsor.id, name="Me"),
        lambda work, _: commands.affiliate(
            work, it.lead_sponsor.id, organisation_id=it.lead.id, starts_on=START
        ),
    )
    for number, attempt in enumerate(tries):
        with subtests.test(str(number)):
            async with (
                refused(database, "FORBIDDEN"),
                acting(database, viewer=as_sponsor(it.lead_sponsor)) as work,
            ):
                await attempt(work, None)


async def test_two_people_with_one_address_at_once_are_one(database: Database) -> None:
    assert await race(database, person, person) == "EMAIL_TAKEN"
