from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from domain.database import Database
from domain.models import Programme, StatusReport
from domain.programmes import commands, reports
from domain.programmes.models import DeliveryConfidence
from tests import factories
from tests.factories import START, TODAY, acting, as_sponsor
from tests.refusals import Attempt, Refusal, refused

DAY = timedelta(days=1)
FIRST = date(2025, 9, 30)
AMBER, RED = DeliveryConfidence.AMBER, DeliveryConfidence.RED


async def _reported(database: Database) -> tuple[factories.Joint, StatusReport]:
    async with acting(database) as work:
        it = await factories.joint(work)
    async with acting(database, on=FIRST) as work:
        report = await reports.report(
            work,
            it.programme.id,
            delivery_confidence=AMBER,
            reason=" Funding is late. ",
            author_id=it.lead_sponsor.id,
            reported_on=FIRST,
        )
    assert work.entries[0].command == "programme.reported"
    return it, report


async def test_a_report_is_the_judgement_of_the_programme_from_its_date_on(database: Database) -> None:
    it, report = await _reported(database)
    assert (report.reason, report.author_id) == ("Funding is late.", it.lead_sponsor.id)
    async with acting(database) as work:
        programme = await work.find(Programme, it.programme.id)
    assert (programme.delivery_confidence, programme.heard_on, programme.valid_from) == (AMBER, FIRST, FIRST)


async def test_a_later_report_without_a_rating_takes_the_rating_away(database: Database) -> None:
    it, _ = await _reported(database)
    async with acting(database, on=TODAY) as work:
        await reports.report(work, it.programme.id, delivery_confidence=None, reported_on=TODAY)
        programme = await work.find(Programme, it.programme.id)
        assert len((await work.session.scalars(select(StatusReport))).all()) == 2
    assert (programme.delivery_confidence, programme.heard_on) == (None, TODAY)


async def test_a_second_report_of_one_date_corrects_the_first(database: Database) -> None:
    it, report = await _reported(database)
    async with acting(database, on=TODAY) as work:
        corrected = await reports.report(work, it.programme.id, delivery_confidence=RED, reported_on=FIRST)
        programme = await work.find(Programme, it.programme.id)
    assert (corrected.id, corrected.delivery_confidence, corrected.reason, corrected.author_id) == (
        report.id,
        RED,
        None,
        None,
    )
    assert (programme.delivery_confidence, programme.heard_on) == (RED, FIRST)
    assert work.entries[0].command == "programme.report_corrected"
    assert work.entries[0].changes["delivery_confidence"] == ["AMBER", "RED"]


async def test_news_of_long_ago_does_not_make_a_programme_silent(database: Database) -> None:
    """A milestone moved after the report's date: that is the last that was heard."""
    async with acting(database) as work:
        it = await factories.joint(work)
    async with acting(database, on=TODAY) as work:
        await factories.milestone(work, it.programme, "Second doors")
        await reports.report(work, it.programme.id, delivery_confidence=RED, reported_on=TODAY - DAY)
        assert (await work.find(Programme, it.programme.id)).heard_on == TODAY


def _report(**given: Any) -> Attempt[factories.Joint]:
    usual: dict[str, Any] = {"delivery_confidence": RED, "reported_on": TODAY}
    return lambda work, it: reports.report(work, it.programme.id, **(usual | given))


REFUSALS: Sequence[Refusal[factories.Joint]] = [
    ("older than what is known", _report(reported_on=FIRST - DAY), "REPORT_OLDER_THAN_KNOWN"),
    ("a date to come", _report(reported_on=TODAY + DAY), "REPORTED_IN_FUTURE"),
    ("a slip of the keyboard", _report(reported_on=date.max), "REPORTED_IN_FUTURE"),
    ("no such author", _report(author_id=factories.NOBODY), "NOT_FOUND"),
    ("a reason without end", _report(reason="r" * 10_001), "TOO_LONG"),
    (
        "no such programme",
        lambda work, _: reports.report(work, factories.NOBODY, delivery_confidence=RED, reported_on=TODAY),
        "NOT_FOUND",
    ),
]


async def test_refused(database: Database, subtests: pytest.Subtests) -> None:
    it, _ = await _reported(database)
    for case, attempt, code in REFUSALS:
        with subtests.test(case):
            async with refused(database, code), acting(database, on=TODAY) as work:
                await attempt(work, it)


async def test_a_slip_of_the_keyboard_in_the_first_report(database: Database) -> None:
    async with acting(database) as work:
        it = await factories.joint(work)
    async with refused(database, "BAD_DATE"), acting(database, on=TODAY) as work:
        await _report(reported_on=date(25, 9, 30))(work, it)


async def test_a_sponsor_does_not_judge_and_a_closed_programme_is_not_judged(database: Database) -> None:
    it, _ = await _reported(database)
    viewer = as_sponsor(it.lead_sponsor)
    async with refused(database, "FORBIDDEN"), acting(database, on=TODAY, viewer=viewer) as work:
        await _report()(work, it)
    async with acting(database, on=TODAY) as work:
        await commands.close(work, it.programme.id)
    async with refused(database, "NOT_OPEN"), acting(database, on=TODAY) as work:
        await _report()(work, it)


async def test_what_is_known_since_later_is_not_judged_anew_from_before(database: Database) -> None:
    it, _ = await _reported(database)
    async with refused(database, "EARLIER_THAN_KNOWN"), acting(database, on=START) as work:
        await commands.update(work, it.programme.id, title="Known before")
