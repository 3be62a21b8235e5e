from __future__ import annotations

from collections.abc import Awaitable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from domain.database import Database
from domain.models import LedgerEntry, Milestone, Partner
from domain.programmes import commands, phases
from domain.programmes.models import PartnerRole, Programme, ProgrammeStatus
from domain.work import Work
from tests import factories
from tests.factories import START, TODAY, acting, as_sponsor, organisation, programme
from tests.races import race
from tests.refusals import Attempt, Refusal, refused

ENDS = date(2027, 3, 31)


async def test_a_programme_begins_with_its_lead_and_its_planned_end(database: Database) -> None:
    async with acting(database) as work:
        lead = await organisation(work)
        made = await programme(
            work,
            "hub",
            lead=lead,
            starts_on=START,
            ends_on=ENDS,
            whole_life_cost=Decimal("-7169.205"),
            category=" ",
        )
        [part] = await work.session.scalars(select(Partner))
        [planned] = await work.session.scalars(select(Milestone))
        assert not (await work.session.scalars(select(LedgerEntry))).all()
    assert (part.organisation_id, part.role, part.starts_on, part.ends_on) == (
        lead.id,
        PartnerRole.LEAD,
        START,
        None,
    )
    assert (planned.title, planned.baseline_on, planned.forecast_on, planned.marks_end) == (
        "Planned end",
        ENDS,
        ENDS,
        True,
    )
    assert (made.version, made.ends_on, made.heard_on) == (1, ENDS, START)
    assert (made.whole_life_cost, made.category) == (Decimal("-7169.21"), None)
    assert [entry.command for entry in work.entries][1:] == ["programme.created", "milestone.created"]
    assert work.entries[1].changes["lead_id"] == [None, str(lead.id)]


async def test_without_an_end_there_is_no_milestone(database: Database) -> None:
    async with acting(database) as work:
        made = await programme(work)
        assert not (await work.session.scalars(select(Milestone))).all()
    assert (made.ends_on, made.heard_on) == (None, None)


async def test_a_report_may_name_a_lead_that_had_closed(database: Database) -> None:
    async with acting(database, on=TODAY) as work:
        gone = await organisation(work, closed_on=START)
        made = await programme(work, lead=gone, as_reported=True)
        assert (await factories.lead_of(work, made)).organisation_id == gone.id


async def test_what_changes_is_recorded_and_the_rest_stays(database: Database) -> None:
    async with acting(database) as work:
        made = await programme(work, purpose="Together.", starts_on=START)
    async with acting(database) as work:
        changed = await commands.update(
            work, made.id, title="Hub", starts_on=None, whole_life_cost=Decimal(3), expected_version=1
        )
    assert (changed.title, changed.purpose, changed.version) == ("Hub", "Together.", 2)
    assert work.entries[0].changes == {
        "title": ["Programme hub", "Hub"],
        "starts_on": ["2024-01-01", None],
        "whole_life_cost": [None, "3.00"],
    }


LIFE = [
    (ProgrammeStatus.PROPOSED, "activate", ProgrammeStatus.ACTIVE),
    (ProgrammeStatus.PROPOSED, "pause", "NOT_ACTIVE"),
    (ProgrammeStatus.PROPOSED, "close", ProgrammeStatus.CLOSED),
    (ProgrammeStatus.PROPOSED, "reopen", "NOT_CLOSED"),
    (ProgrammeStatus.ACTIVE, "activate", "ALREADY_ACTIVE"),
    (ProgrammeStatus.ACTIVE, "pause", ProgrammeStatus.PAUSED),
    (ProgrammeStatus.ACTIVE, "close", ProgrammeStatus.CLOSED),
    (ProgrammeStatus.ACTIVE, "reopen", "NOT_CLOSED"),
    (ProgrammeStatus.PAUSED, "activate", ProgrammeStatus.ACTIVE),
    (ProgrammeStatus.PAUSED, "pause", "NOT_ACTIVE"),
    (ProgrammeStatus.PAUSED, "close", ProgrammeStatus.CLOSED),
    (ProgrammeStatus.PAUSED, "reopen", "NOT_CLOSED"),
    (ProgrammeStatus.CLOSED, "activate", "NOT_OPEN"),
    (ProgrammeStatus.CLOSED, "pause", "NOT_OPEN"),
    (ProgrammeStatus.CLOSED, "close", "ALREADY_CLOSED"),
    (ProgrammeStatus.CLOSED, "reopen", ProgrammeStatus.ACTIVE),
]


async def test_the_life_of_a_programme(database: Database, subtests: pytest.Subtests) -> None:
    for number, (status, verb, outcome) in enumerate(LIFE):
        with subtests.test(f"{status} {verb}"):
            async with acting(database) as work:
                made = await programme(work, f"p{number}", status=status)
            if isinstance(outcome, ProgrammeStatus):
                async with acting(database) as work:
                    assert (
                        await getattr(commands, verb)(work, made.id, reason=" Agreed. ")
                    ).status is outcome
                assert work.entries[0].changes == {"status": [status, outcome], "reason": [None, "Agreed."]}
            else:
                async with refused(database, outcome), acting(database) as work:
                    await getattr(commands, verb)(work, made.id)


def _create(**given: Any) -> Attempt[factories.Joint]:
    def attempt(work: Work, it: factories.Joint) -> Awaitable[Programme]:
        usual: dict[str, Any] = {"ref": "new", "title": "New", "lead_id": it.lead.id}
        return commands.create(work, **(usual | given))

    return attempt


def _update(**given: Any) -> Attempt[factories.Joint]:
    return lambda work, it: commands.update(work, it.programme.id, **given)


REFUSALS: Sequence[Refusal[factories.Joint]] = [
    ("a reference in use", _create(ref="hub"), "REF_TAKEN"),
    ("no reference", _create(ref=""), "BAD_REF"),
    ("a reference with a space", _create(ref="a b"), "BAD_REF"),
    ("a reference of 101 letters", _create(ref="a" * 101), "BAD_REF"),
    ("no title", _create(title="\t"), "EMPTY_TITLE"),
    ("a title without end", _create(title="t" * 301), "TOO_LONG"),
    ("a purpose without end", _create(purpose="p" * 10_001), "TOO_LONG"),
    ("a bell", _create(purpose="p\a"), "BAD_CHARACTERS"),
    ("a category in two lines", _create(category="IT\nand more"), "BAD_CHARACTERS"),
    ("an end before the start", _create(starts_on=ENDS, ends_on=START), "ENDS_BEFORE_START"),
    ("no number", _create(whole_life_cost=Decimal("NaN")), "BAD_COST"),
    ("no end of costs", _create(whole_life_cost=Decimal("Infinity")), "BAD_COST"),
    ("a cost that nobody can keep", _create(whole_life_cost=Decimal("1e16")), "BAD_COST"),
    ("a cost that rounds to one", _create(whole_life_cost=Decimal("9999999999999999.999")), "BAD_COST"),
    ("a slip of the keyboard", _create(starts_on=date(206, 1, 1)), "BAD_DATE"),
    ("no such lead", _create(lead_id=factories.NOBODY), "NOT_FOUND"),
    ("a start after the end", _update(starts_on=ENDS + timedelta(days=1)), "ENDS_BEFORE_START"),
    ("an empty title", _update(title=""), "EMPTY_TITLE"),
    ("an old version", _update(title="New", expected_version=9), "STALE"),
    ("no such programme", lambda work, _: commands.close(work, factories.NOBODY), "NOT_FOUND"),
    (
        "a reason without end",
        lambda work, it: commands.close(work, it.programme.id, reason="r" * 10_001),
        "TOO_LONG",
    ),
]


async def _with_an_end(database: Database) -> factories.Joint:
    async with acting(database) as work:
        it = await factories.joint(work)
        await factories.milestone(work, it.programme, "Planned end", baseline_on=ENDS, marks_end=True)
    return it


async def test_refused(database: Database, subtests: pytest.Subtests) -> None:
    it = await _with_an_end(database)
    for case, attempt, code in REFUSALS:
        with subtests.test(case):
            async with refused(database, code), acting(database) as work:
                await attempt(work, it)


async def test_a_lead_must_be_open(database: Database) -> None:
    async with acting(database) as work:
        gone = await organisation(work, closed_on=START)
    async with refused(database, "ORGANISATION_CLOSED"), acting(database) as work:
        await programme(work, lead=gone)


async def test_a_closed_programme_is_not_changed(database: Database) -> None:
    async with acting(database) as work:
        made = await programme(work, status=ProgrammeStatus.CLOSED)
    async with refused(database, "NOT_OPEN"), acting(database) as work:
        await commands.update(work, made.id, title="New")


@pytest.mark.parametrize("verb", ["update", "activate", "pause", "close", "reopen"])
async def test_who_sees_a_programme_may_not_change_it_and_a_stranger_does_not_see_it(
    database: Database, verb: str
) -> None:
    it = await _with_an_end(database)
    async with acting(database) as work:
        stranger = await factories.person(work, "Eve Else")
    for who, code in ((it.lead_sponsor, "FORBIDDEN"), (stranger, "NOT_FOUND")):
        async with refused(database, code), acting(database, viewer=as_sponsor(who)) as work:
            await getattr(commands, verb)(work, it.programme.id)


async def test_a_sponsor_makes_no_programme(database: Database) -> None:
    it = await _with_an_end(database)
    async with refused(database, "FORBIDDEN"), acting(database, viewer=as_sponsor(it.lead_sponsor)) as work:
        await _create()(work, it)


async def test_two_programmes_with_one_reference_at_once_are_one(database: Database) -> None:
    async with acting(database) as work:
        lead = await organisation(work)
    outcome = await race(
        database,
        lambda work: programme(work, "hub", lead=lead),
        lambda work: programme(work, "hub", lead=lead),
    )
    assert outcome == "REF_TAKEN"


async def test_of_two_changes_at_once_from_one_version_the_later_is_stale(database: Database) -> None:
    async with acting(database) as work:
        made = await programme(work)
    outcome = await race(
        database,
        lambda work: commands.update(work, made.id, title="One", expected_version=1),
        lambda work: commands.update(work, made.id, title="Two", expected_version=1),
    )
    assert outcome == "STALE"


async def test_nothing_belongs_to_a_programme_before_it_was_known(database: Database) -> None:
    async with acting(database, on=START) as work:
        hub = await programme(work, "hub", lead=await organisation(work, "RX4"))
    async with acting(database, on=START + timedelta(days=30)) as work:
        await commands.update(work, hub.id, title="The hub")
    async with (
        refused(database, "EARLIER_THAN_KNOWN"),
        acting(database, on=START - timedelta(days=1)) as work,
    ):
        await phases.add(work, hub.id, title="Discovery", starts_on=START)
    async with acting(database, on=START) as work:  # known by then, if under another title
        await phases.add(work, hub.id, title="Discovery", starts_on=START)
