from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from domain.calendar import SINCE_ALWAYS
from domain.database import Database
from domain.models import JournalEntry, Organisation, OrganisationIdentifier
from domain.organisations import commands
from domain.organisations.models import OrganisationKind
from domain.programmes.models import PartnerRole
from tests import factories
from tests.factories import START, TODAY, acting, as_sponsor, organisation
from tests.races import race
from tests.refusals import Attempt, Refusal, refused

OPENED = date(2010, 4, 1)


async def test_an_organisation_is_known_from_the_day_it_opened(database: Database) -> None:
    async with acting(database, on=TODAY) as work:
        assert (await organisation(work, "RX4", opened_on=OPENED)).valid_from == OPENED
        assert (await organisation(work, "RX5")).valid_from == SINCE_ALWAYS


async def test_an_organisation_that_opens_later_is_known_from_today(database: Database) -> None:
    async with acting(database, on=TODAY) as work:
        planned = await organisation(work, "RX6", opened_on=TODAY + timedelta(days=30))
    assert planned.valid_from == TODAY


async def test_what_changes_is_recorded_with_what_it_was(database: Database) -> None:
    async with acting(database) as work:
        trust, system = await organisation(work, "RX4", name="Trust"), await organisation(work, "QOP")
    async with acting(database) as work:
        changed = await commands.update(
            work,
            trust.id,
            expected_version=1,
            name=" New Trust ",
            kind=OrganisationKind.OTHER,
            parent_id=system.id,
        )
    assert (changed.name, changed.parent_id, changed.version) == ("New Trust", system.id, 2)
    assert (work.entries[0].command, work.entries[0].subject_id) == ("organisation.updated", trust.id)
    assert work.entries[0].changes == {
        "name": ["Trust", "New Trust"],
        "kind": ["NHS_TRUST", "OTHER"],
        "parent_id": [None, str(system.id)],
    }


async def test_a_parent_can_be_cleared_and_the_rest_stays(database: Database) -> None:
    async with acting(database) as work:
        system = await organisation(work, "QOP")
        trust = await organisation(work, "RX4", parent_id=system.id)
        await commands.update(work, trust.id, parent_id=None)
        assert (trust.parent_id, trust.name) == (None, "Organisation RX4")


async def test_closing_and_reopening(database: Database) -> None:
    async with acting(database) as work:
        trust = await organisation(work, opened_on=OPENED)
        assert (await commands.close(work, trust.id, closed_on=TODAY)).closed_on == TODAY
        assert (await commands.reopen(work, trust.id)).closed_on is None
    assert [entry.changes for entry in work.entries[1:]] == [
        {"closed_on": [None, "2026-06-01"]},
        {"closed_on": ["2026-06-01", None]},
    ]


async def test_an_identifier_comes_and_goes_and_the_journal_keeps_it(database: Database) -> None:
    async with acting(database) as work:
        trust = await organisation(work)
        identifier = await commands.add_identifier(work, trust.id, scheme="ODS", value=" RX4 ")
    async with acting(database) as work:
        await commands.remove_identifier(work, identifier.id)
        assert not (await work.session.scalars(select(OrganisationIdentifier))).all()
    assert work.entries[0].changes == {
        "organisation_id": [str(trust.id), None],
        "scheme": ["ODS", None],
        "value": ["RX4", None],
    }


def _create(**given: Any) -> Attempt[object]:
    given = {"code": "NEW", "name": "New", "kind": OrganisationKind.OTHER} | given
    return lambda work, _: commands.create(work, **given)


REFUSALS: Sequence[Refusal[factories.Joint]] = [
    ("a code in use", _create(code="HUB-A"), "CODE_TAKEN"),
    ("a code in small letters", _create(code="new"), "BAD_CODE"),
    ("a code with a space", _create(code="NE W"), "BAD_CODE"),
    ("a code with a line end", _create(code="NEW\n"), "BAD_CODE"),
    ("no code", _create(code=""), "BAD_CODE"),
    ("a code of 21 letters", _create(code="N" * 21), "BAD_CODE"),
    ("a name of spaces", _create(name="  "), "EMPTY_NAME"),
    ("a name of 301 letters", _create(name="n" * 301), "TOO_LONG"),
    ("a name with a null", _create(name="N\0"), "BAD_CHARACTERS"),
    ("a name with half a character", _create(name="N\ud800N"), "BAD_CHARACTERS"),
    ("a name that reads backwards", _create(name="N\u202eN"), "BAD_CHARACTERS"),
    ("a year too few digits", _create(opened_on=date(202, 1, 1)), "BAD_DATE"),
    ("for ever", _create(closed_on=date.max), "BAD_DATE"),
    ("closed the day it opens", _create(opened_on=OPENED, closed_on=OPENED), "CLOSES_BEFORE_IT_OPENS"),
    ("a parent that is not there", _create(parent_id=factories.NOBODY), "NOT_FOUND"),
    (
        "its own parent",
        lambda work, it: commands.update(work, it.lead.id, parent_id=it.lead.id),
        "PARENT_CIRCLE",
    ),
    (
        "an unknown parent",
        lambda work, it: commands.update(work, it.lead.id, parent_id=factories.NOBODY),
        "NOT_FOUND",
    ),
    (
        "an old version",
        lambda work, it: commands.update(work, it.lead.id, name="N", expected_version=7),
        "STALE",
    ),
    (
        "an unknown organisation",
        lambda work, _: commands.update(work, factories.NOBODY, name="N"),
        "NOT_FOUND",
    ),
    ("reopening one that is open", lambda work, it: commands.reopen(work, it.lead.id), "NOT_CLOSED"),
    (
        "an empty scheme",
        lambda work, it: commands.add_identifier(work, it.lead.id, scheme="", value="1"),
        "EMPTY_SCHEME",
    ),
    (
        "an empty value",
        lambda work, it: commands.add_identifier(work, it.lead.id, scheme="ODS", value=" "),
        "EMPTY_VALUE",
    ),
    (
        "an identifier in use",
        lambda work, it: commands.add_identifier(work, it.other.id, scheme="ODS", value="RX4"),
        "IDENTIFIER_TAKEN",
    ),
]


async def test_refused(database: Database, subtests: pytest.Subtests) -> None:
    async with acting(database) as work:
        it = await factories.joint(work)
        await commands.add_identifier(work, it.lead.id, scheme="ODS", value="RX4")
    for case, attempt, code in REFUSALS:
        with subtests.test(case):
            async with refused(database, code), acting(database) as work:
                await attempt(work, it)


async def test_a_closed_organisation_is_not_closed_again(database: Database) -> None:
    async with acting(database) as work:
        trust = await organisation(work, closed_on=TODAY)
    async with refused(database, "ALREADY_CLOSED"), acting(database) as work:
        await commands.close(work, trust.id, closed_on=TODAY)


async def test_parents_form_no_circle_through_others(database: Database) -> None:
    async with acting(database) as work:
        top = await organisation(work, "A")
        middle = await organisation(work, "B", parent_id=top.id)
        bottom = await organisation(work, "C", parent_id=middle.id)
    async with refused(database, "PARENT_CIRCLE"), acting(database) as work:
        await commands.update(work, top.id, parent_id=bottom.id)


async def test_an_earlier_change_does_not_rewrite_a_later_one(database: Database) -> None:
    async with acting(database) as work:
        trust = await organisation(work)
    async with acting(database, on=TODAY) as work:
        await commands.update(work, trust.id, name="Known today")
    async with refused(database, "EARLIER_THAN_KNOWN"), acting(database, on=START) as work:
        await commands.update(work, trust.id, name="Known before")


async def test_an_identifier_is_not_removed_before_it_was_known(database: Database) -> None:
    async with acting(database, on=TODAY) as work:
        trust = await organisation(work)
        identifier = await commands.add_identifier(work, trust.id, scheme="ODS", value="RX4")
    async with refused(database, "EARLIER_THAN_KNOWN"), acting(database, on=START) as work:
        await commands.remove_identifier(work, identifier.id)


SPONSOR_TRIES: Sequence[Attempt[factories.Joint]] = [
    _create(),
    lambda work, it: commands.update(work, it.lead.id, name="Mine"),
    lambda work, it: commands.close(work, it.lead.id, closed_on=TODAY),
    lambda work, it: commands.reopen(work, it.lead.id),
    lambda work, it: commands.add_identifier(work, it.lead.id, scheme="ODS", value="RX9"),
    lambda work, it: commands.succeed(work, it.lead.id, successor_id=it.other.id, on=TODAY),
]


async def test_a_sponsor_may_look_and_not_touch(database: Database, subtests: pytest.Subtests) -> None:
    async with acting(database) as work:
        it = await factories.joint(work)
    for number, attempt in enumerate(SPONSOR_TRIES):
        with subtests.test(str(number)):
            async with (
                refused(database, "FORBIDDEN"),
                acting(database, viewer=as_sponsor(it.lead_sponsor)) as work,
            ):
                await attempt(work, it)


async def test_two_people_who_take_one_code_at_once_make_one_organisation(database: Database) -> None:
    assert await race(database, organisation, organisation) == "CODE_TAKEN"
    async with acting(database) as work:
        assert len((await work.session.scalars(select(Organisation))).all()) == 1
        assert len((await work.session.scalars(select(JournalEntry))).all()) == 1


async def test_two_people_who_make_each_other_the_parent_make_no_circle(database: Database) -> None:
    async with acting(database) as work:
        one, two = await organisation(work, "A"), await organisation(work, "B")
    outcome = await race(
        database,
        lambda work: commands.update(work, one.id, parent_id=two.id),
        lambda work: commands.update(work, two.id, parent_id=one.id),
    )
    assert outcome == "PARENT_CIRCLE"


async def test_nobody_takes_part_by_an_organisation_that_is_not_open(database: Database) -> None:
    async with acting(database, on=TODAY) as work:
        it = await factories.programme(work)
        gone = await organisation(work, "GONE", closed_on=START)
        coming = await organisation(work, "COMING", opened_on=TODAY + timedelta(days=9))
    for who, code in ((gone, "ORGANISATION_CLOSED"), (coming, "ORGANISATION_NOT_OPEN_YET")):
        async with refused(database, code), acting(database, on=TODAY) as work:
            await factories.partner(work, it, who, role=PartnerRole.DELIVERY)
