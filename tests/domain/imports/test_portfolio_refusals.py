"""Reports that cannot be applied: all errors at once with row and column, and nothing written."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import select

from domain.access.viewers import ADMINISTRATOR, Role, Viewer
from domain.database import Database
from domain.errors import Forbidden
from domain.imports import DecisionCode, ImportRefused, Outcome
from domain.journal.models import JournalEntry
from domain.milestones import commands as milestones
from domain.milestones.models import Milestone, ReasonCode
from domain.programmes import commands as programmes
from domain.programmes.models import Partner, PortfolioReport, Programme
from domain.work import work
from tests.domain.imports.conftest import NOW, Import, counts, facts, programme_id, row
from tests.domain.imports.test_portfolio import decided

OLDER = "REPORT_OLDER_THAN_KNOWN"


async def _refused(bring_in: Import, *rows: dict[str, str]) -> list[tuple[int | None, str | None, str]]:
    with pytest.raises(ImportRefused) as refused:
        await bring_in(*rows)
    return [(p.row, p.column, p.code) for p in refused.value.problems]


LEADS = [
    ("DTF", "UNKNOWN_ORGANISATION", "No organisation has the code “DTF”. Did you mean DFT?"),
    ("dft", "UNKNOWN_ORGANISATION", "Did you mean DFT?"),
    ("Ministry of Defence", "UNKNOWN_ORGANISATION", "Did you mean MOD?"),
    ("Dept for Transport", "UNKNOWN_ORGANISATION", "Did you mean DFT?"),
    ("QQQ", "UNKNOWN_ORGANISATION", "Import it with the organisations first"),
    ("BIS; BEIS", "SEVERAL_ORGANISATIONS", "“BIS; BEIS” names several organisations."),
    ("DfT and MoD", "SEVERAL_ORGANISATIONS", "Give the code of the one that leads"),
    ("DFT/MOD", "SEVERAL_ORGANISATIONS", "the others can be added as partners"),
    ("BIS, BEIS & MOD", "SEVERAL_ORGANISATIONS", "names several organisations"),
]


async def test_a_lead_is_one_organisation_that_is_known(bring_in: Import, departments: Database) -> None:
    rows = [row("2015-09-30", f"p{n}", lead_organisation=cell) for n, (cell, _, _) in enumerate(LEADS)]
    with pytest.raises(ImportRefused) as refused:
        await bring_in(row("2015-09-30", "rail"), *rows)
    problems = refused.value.problems
    assert [(p.row, p.column, p.code) for p in problems] == [
        (number, "lead_organisation", code) for number, (_, code, _) in enumerate(LEADS, start=3)
    ]
    assert all(message in p.message for p, (_, _, message) in zip(problems, LEADS, strict=True))
    assert await counts(departments, Programme) == 0


async def test_errors_of_all_kinds_are_told_together_and_nothing_is_written(
    bring_in: Import, departments: Database
) -> None:
    before = await counts(departments, JournalEntry)
    errors = await _refused(
        bring_in,
        row("2015-09-30", "rail"),
        row("2027-09-30", "road"),
        row("2015-09-30", "tank", lead_organisation="MOT"),
        row("2015-09-30", "ship", ends_on="31/03/2020", lead_organisation="DFT; MOD"),
        row("2015-09-30", "rail"),
    )
    assert errors == [
        (3, "reported_on", "REPORT_IN_FUTURE"),
        (4, "lead_organisation", "UNKNOWN_ORGANISATION"),
        (5, "ends_on", "BAD_DATE"),
        (5, "lead_organisation", "SEVERAL_ORGANISATIONS"),
        (6, "programme_ref", "DUPLICATE_PROGRAMME"),
    ]
    assert await counts(departments, Programme) == 0
    assert await counts(departments, JournalEntry) == before


async def test_a_report_older_than_the_latest_is_refused(bring_in: Import, departments: Database) -> None:
    await bring_in(row("2014-09-30", "rail"), row("2016-09-30", "rail"))
    errors = await _refused(
        bring_in, row("2014-09-30", "rail"), row("2015-09-30", "rail"), row("2015-09-30", "road")
    )
    assert errors == [(3, "reported_on", OLDER)]
    with_a_bad_cell = await _refused(
        bring_in, row("2015-09-30", "rail"), row("2016-09-30", "rail", ends_on="31/03/2020")
    )
    assert with_a_bad_cell == [(2, "reported_on", OLDER), (3, "ends_on", "BAD_DATE")]
    assert await counts(departments, PortfolioReport) == 2


async def test_a_row_that_differs_from_an_older_report_is_refused(
    bring_in: Import, departments: Database
) -> None:
    await bring_in(
        row("2014-09-30", "rail"),
        row("2014-09-30", "road"),
        row("2016-09-30", "rail"),
        row("2016-09-30", "road"),
    )
    errors = await _refused(
        bring_in,
        row("2014-09-30", "rail", programme="Railway"),
        row("2014-09-30", "road"),
        row("2014-09-30", "tank"),
        row("2016-09-30", "rail", programme="Allowed by itself"),
        row("2016-09-30", "road"),
    )
    assert errors == [(2, None, OLDER), (4, "programme_ref", OLDER)]
    assert (await facts(departments, "2016-09-30"))["rail"]["programme"] == "Rail"


async def test_an_older_report_that_lacks_a_programme_is_refused(
    bring_in: Import, departments: Database
) -> None:
    await bring_in(
        row("2014-09-30", "rail"),
        row("2014-09-30", "road"),
        row("2016-09-30", "rail"),
        row("2016-09-30", "road"),
    )
    with pytest.raises(ImportRefused, match="lacks road, which would close it") as refused:
        await bring_in(row("2014-09-30", "rail"))
    assert refused.value.code == OLDER
    assert (await facts(departments, "2014-09-30"))["road"]["status"] == "ACTIVE"


async def test_the_latest_report_can_be_corrected(bring_in: Import, departments: Database) -> None:
    await bring_in(row("2015-09-30", "rail"), row("2016-09-30", "rail"), row("2016-09-30", "road"))
    corrected = (
        row("2016-09-30", "rail", programme="Railway", delivery_confidence="RED", ends_on="2021-03-31"),
        row("2016-09-30", "tank", lead_organisation="MOD"),
    )
    result = await bring_in(*corrected)
    known = await facts(departments, "2016-09-30")
    assert (known["rail"]["programme"], known["rail"]["delivery_confidence"]) == ("Railway", "RED")
    assert known["rail"]["ledger"] == [(365, "REPORTED")]
    assert (known["road"]["status"], known["tank"]["status"]) == ("CLOSED", "ACTIVE")
    assert (await facts(departments, "2016-09-29"))["rail"]["programme"] == "Rail"
    assert decided(result) == {
        DecisionCode.PROGRAMME_RENAMED: [("rail", 2)],
        DecisionCode.ROW_CORRECTED: [("rail", 2)],
        DecisionCode.PROGRAMME_LEFT: [("road", None)],
    }
    assert (await bring_in(*corrected)).total(Outcome.CHANGED) == 0


async def test_what_people_changed_since_is_neither_undone_nor_in_the_way(
    bring_in: Import, departments: Database
) -> None:
    rows = (
        row("2015-09-30", "rail"),
        row("2016-09-30", "rail", ends_on="2021-03-31"),
        row("2016-09-30", "road"),
    )
    await bring_in(*rows)
    async with work(departments, ADMINISTRATOR, now=NOW) as by_hand:
        rail = await programme_id(departments, "rail")
        end = await _planned_end(departments, "rail")
        await programmes.update(by_hand, rail, title="Named by hand")
        await milestones.reforecast(
            by_hand, end, forecast_on=date(2030, 1, 1), reason=ReasonCode.FUNDING, note="Less money."
        )
        await programmes.close(by_hand, await programme_id(departments, "road"))
    for again in (rows, rows[:1], rows[1:]):
        result = await bring_in(*again)
        assert (result.total(Outcome.CREATED), result.total(Outcome.CHANGED)) == (0, 0)
    today = await facts(departments, "2026-11-22")
    assert (today["rail"]["programme"], today["rail"]["forecast_on"]) == ("Named by hand", "2030-01-01")
    assert today["road"]["status"] == "CLOSED"


async def test_a_report_from_before_a_change_by_hand_is_refused_by_row(
    bring_in: Import, departments: Database
) -> None:
    await bring_in(row("2015-09-30", "rail"), row("2015-09-30", "road"), row("2015-09-30", "tank"))
    async with work(departments, ADMINISTRATOR, now=NOW) as by_hand:
        await programmes.update(by_hand, await programme_id(departments, "road"), title="Roads")
        await programmes.update(by_hand, await programme_id(departments, "tank"), title="Tanks")
    errors = await _refused(bring_in, row("2016-09-30", "rail"), row("2016-09-30", "road"))
    assert errors == [(2, "programme_ref", OLDER), (3, None, OLDER)]
    assert await counts(departments, PortfolioReport) == 1
    assert (await facts(departments, "2016-09-30"))["rail"]["ends_on"] == "2020-03-31"


async def test_a_planned_end_that_was_reached_is_kept(bring_in: Import, departments: Database) -> None:
    rows = row("2015-09-30", "rail"), row("2016-09-30", "rail", ends_on="2021-03-31")
    await bring_in(rows[0])
    async with work(departments, ADMINISTRATOR, now=NOW, on=date(2016, 1, 1)) as by_hand:
        await milestones.achieve(
            by_hand, await _planned_end(departments, "rail"), achieved_on=date(2015, 12, 31)
        )
    result = await bring_in(*rows)
    assert decided(result) == {DecisionCode.END_ALREADY_ACHIEVED: [("rail", 3)]}
    assert (await facts(departments, "2016-09-30"))["rail"]["forecast_on"] == "2020-03-31"
    assert (await bring_in(*rows)).total(Outcome.CHANGED) == 0


async def test_a_proposed_programme_begins_and_a_paused_one_stays_paused(
    bring_in: Import, departments: Database
) -> None:
    await bring_in(row("2015-09-30", "rail"))
    async with work(departments, ADMINISTRATOR, now=NOW, on=date(2015, 10, 1)) as by_hand:
        await programmes.pause(by_hand, await programme_id(departments, "rail"))
        dft = (await by_hand.session.scalars(select(Partner.organisation_id))).one()
        await programmes.create(by_hand, ref="road", title="Road", lead_id=dft)
    result = await bring_in(row("2016-09-30", "rail"), row("2016-09-30", "road"))
    known = await facts(departments, "2016-09-30")
    assert (known["rail"]["status"], known["road"]["status"]) == ("PAUSED", "ACTIVE")
    assert known["road"]["baseline_on"] == "2020-03-31"
    assert decided(result) == {DecisionCode.PROGRAMME_BEGUN: [("road", 3)]}
    assert result.reports[0].returned == 0


async def test_only_administrators_import(bring_in: Import, departments: Database) -> None:
    with pytest.raises(Forbidden):
        await bring_in(row("2015-09-30", "rail"), viewer=Viewer(Role.SPONSOR))
    assert await counts(departments, Programme) == 0


async def _planned_end(database: Database, ref: str) -> UUID:
    statement = select(Milestone.id).join(Programme, Programme.id == Milestone.programme_id)
    async with database.transaction(effective_on=NOW.date()) as session:
        return (await session.scalars(statement.where(Programme.ref == ref, Milestone.marks_end))).one()
