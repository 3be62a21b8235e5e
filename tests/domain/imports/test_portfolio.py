"""What a report makes of the programmes: effective-dated, adding up, and said once more without a change."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import select

from domain.access.viewers import ADMINISTRATOR
from domain.database import Database
from domain.imports import DecisionCode, ImportResult, Kind, Outcome
from domain.journal.models import JournalEntry
from domain.milestones.models import LedgerEntry, Milestone
from domain.people.models import Affiliation, Person
from domain.programmes import commands as programmes
from domain.programmes.models import Partner, PortfolioReport, Programme, Sponsor, StatusReport
from domain.work import work
from tests.domain.imports.conftest import NOW, Import, counts, facts, row

TABLES = (
    Programme,
    Partner,
    Sponsor,
    StatusReport,
    Milestone,
    LedgerEntry,
    Person,
    Affiliation,
    JournalEntry,
)


def decided(result: ImportResult) -> dict[DecisionCode, list[tuple[str | None, int | None]]]:
    """What an import decided: subjects and rows by code, without the placeholders."""
    found: dict[DecisionCode, list[tuple[str | None, int | None]]] = {}
    for decision in result.decisions:
        if decision.code is not DecisionCode.SPONSOR_TO_BE_NAMED:
            found.setdefault(decision.code, []).append((decision.subject, decision.row))
    return found


async def test_a_programme_is_known_from_its_first_report_on(bring_in: Import, departments: Database) -> None:
    result = await bring_in(row("2015-09-30", "rail", category="Transport"))
    assert await facts(departments, "2015-09-29") == {}
    assert await facts(departments, "2015-09-30") == {
        "rail": {
            "programme": "Rail",
            "status": "ACTIVE",
            "lead_organisation": "DFT",
            "category": "Transport",
            "delivery_confidence": "AMBER",
            "starts_on": "2010-04-01",
            "ends_on": "2020-03-31",
            "whole_life_cost_gbp_m": "12.50",
            "baseline_on": "2020-03-31",
            "forecast_on": "2020-03-31",
            "title_of_end": "Planned end",
            "ledger": [],
        }
    }
    assert result.counts[Kind.PROGRAMMES] == {Outcome.CREATED: 1}
    assert decided(result) == {}


async def test_reports_are_applied_in_the_order_of_their_dates(
    bring_in: Import, departments: Database
) -> None:
    await bring_in(
        row("2016-09-30", "rail", programme="Third"),
        row("2014-09-30", "rail", programme="First"),
        row("2015-09-30", "rail", programme="Second"),
    )
    titles = [
        (await facts(departments, on))["rail"]["programme"]
        for on in ("2014-09-30", "2015-09-29", "2015-09-30", "2016-09-29", "2016-09-30", "2026-01-01")
    ]
    assert titles == ["First", "First", "Second", "Second", "Third", "Third"]


CHANGES = [
    ("programme", "Rail", "Railway"),
    ("category", "Transport", "Infrastructure"),
    ("delivery_confidence", "GREEN", "RED"),
    ("delivery_confidence", "GREEN", ""),
    ("delivery_confidence", "", "EXEMPT"),
    ("lead_organisation", "DFT", "MOD"),
    ("starts_on", "2010-04-01", "2011-04-01"),
    ("starts_on", "", "2011-04-01"),
    ("ends_on", "2020-03-31", "2019-03-31"),
    ("ends_on", "", "2021-03-31"),
    ("whole_life_cost_gbp_m", "12.50", "-3.25"),
]


async def test_what_changed_is_a_dated_change(bring_in: Import, departments: Database) -> None:
    await bring_in(
        *(row("2015-09-30", f"p{n}", **{column: cell}) for n, (column, cell, _) in enumerate(CHANGES)),
        *(row("2016-09-30", f"p{n}", **{column: cell}) for n, (column, _, cell) in enumerate(CHANGES)),
    )
    before, after = await facts(departments, "2016-09-29"), await facts(departments, "2016-09-30")
    assert [before[f"p{n}"][column] for n, (column, _, _) in enumerate(CHANGES)] == [c[1] for c in CHANGES]
    assert [after[f"p{n}"][column] for n, (column, _, _) in enumerate(CHANGES)] == [c[2] for c in CHANGES]


async def test_an_empty_cell_changes_nothing(bring_in: Import, departments: Database) -> None:
    columns = ("category", "starts_on", "ends_on", "whole_life_cost_gbp_m")
    result = await bring_in(
        *(row("2015-09-30", column, category="C") for column in columns),
        *(row("2016-09-30", column, **{"category": "C", column: ""}) for column in columns),
    )
    assert await facts(departments, "2015-09-30") == await facts(departments, "2016-09-30")
    assert result.reports[1].unchanged == len(columns)


async def test_the_end_is_a_milestone_whose_moves_are_in_its_ledger(
    bring_in: Import, departments: Database
) -> None:
    await bring_in(
        row("2013-09-30", "rail", ends_on=""),
        row("2014-09-30", "rail", ends_on="2020-03-31"),
        row("2015-09-30", "rail", ends_on="2020-04-30"),
        row("2016-09-30", "rail", ends_on="2020-04-10"),
    )
    assert (await facts(departments, "2013-09-30"))["rail"]["baseline_on"] == ""
    assert (await facts(departments, "2014-09-30"))["rail"]["ledger"] == []
    assert (await facts(departments, "2015-09-30"))["rail"]["ledger"] == [(30, "REPORTED")]
    end = (await facts(departments, "2016-09-30"))["rail"]
    assert (end["baseline_on"], end["forecast_on"], end["ends_on"]) == (
        "2020-03-31",
        "2020-04-10",
        "2020-04-10",
    )
    assert end["ledger"] == [(30, "REPORTED"), (-20, "REPORTED")]


async def test_start_and_end_may_move_past_each_other(bring_in: Import, departments: Database) -> None:
    await bring_in(
        row("2014-09-30", "rail", starts_on="2010-01-01", ends_on="2011-01-01"),
        row("2015-09-30", "rail", starts_on="2020-01-01", ends_on="2021-01-01"),
        row("2016-09-30", "rail", starts_on="2015-01-01", ends_on="2016-01-01"),
    )
    for on, dates in (
        ("2015-09-30", ("2020-01-01", "2021-01-01")),
        ("2016-09-30", ("2015-01-01", "2016-01-01")),
    ):
        rail = (await facts(departments, on))["rail"]
        assert (rail["starts_on"], rail["ends_on"]) == dates


async def test_a_start_after_the_end_that_an_earlier_report_gave_does_not_stop_the_import(
    bring_in: Import, departments: Database
) -> None:
    rows = (
        row("2015-09-30", "rail"),
        row("2015-09-30", "road"),
        row("2016-09-30", "rail", starts_on="2021-01-01", ends_on=""),
        row("2016-09-30", "road", starts_on="", ends_on="2009-01-01"),
    )
    result = await bring_in(*rows)
    known = await facts(departments, "2016-09-30")
    assert (known["rail"]["starts_on"], known["rail"]["ends_on"]) == ("2010-04-01", "2020-03-31")
    assert (known["road"]["starts_on"], known["road"]["ends_on"]) == ("", "2009-01-01")
    assert decided(result) == {DecisionCode.START_AFTER_END: [("rail", 4), ("road", 5)]}
    assert (await bring_in(*rows)).total(Outcome.CHANGED) == 0


async def test_who_is_absent_has_left_and_who_comes_back_is_active_again(
    bring_in: Import, departments: Database
) -> None:
    result = await bring_in(
        row("2013-09-30", "rail"),
        row("2013-09-30", "road"),
        row("2014-09-30", "road"),
        row("2015-09-30", "rail", ends_on="2021-03-31", programme="Railway"),
        row("2015-09-30", "road"),
    )
    status = [
        (await facts(departments, on))["rail"]["status"]
        for on in ("2013-09-30", "2014-09-29", "2014-09-30", "2015-09-29", "2015-09-30")
    ]
    assert status == ["ACTIVE", "ACTIVE", "CLOSED", "CLOSED", "ACTIVE"]
    assert (await facts(departments, "2015-09-30"))["rail"]["ledger"] == [(365, "REPORTED")]
    assert decided(result) == {
        DecisionCode.PROGRAMME_LEFT: [("rail", None)],
        DecisionCode.PROGRAMME_RETURNED: [("rail", 5)],
        DecisionCode.PROGRAMME_RENAMED: [("rail", 5)],
    }
    assert [report.closed for report in result.reports] == [0, 1, 0]
    assert [report.returned for report in result.reports] == [0, 0, 1]


async def test_a_programme_that_was_never_in_a_report_is_left_alone(
    bring_in: Import, departments: Database
) -> None:
    await bring_in(row("2013-09-30", "rail"))
    async with work(departments, ADMINISTRATOR, now=NOW, on=date(2013, 9, 30)) as by_hand:
        dft = (await by_hand.session.scalars(select(Partner.organisation_id))).one()
        await programmes.create(by_hand, ref="own", title="Own", lead_id=dft)
    await bring_in(row("2014-09-30", "rail"))
    assert (await facts(departments, "2014-09-30"))["own"]["status"] == "PROPOSED"


async def test_the_journal_says_what_was_done(bring_in: Import, departments: Database) -> None:
    await bring_in(row("2015-09-30", "rail"), row("2016-09-30", "rail", ends_on="2021-03-31"))
    async with departments.transaction(effective_on=NOW.date()) as session:
        entries = await session.execute(
            select(JournalEntry.command, JournalEntry.valid_from)
            .where(JournalEntry.programme_id.is_not(None))
            .order_by(JournalEntry.id)
        )
        assert [(command, str(on)) for command, on in entries] == [
            ("programme.created", "2015-09-30"),
            ("milestone.created", "2015-09-30"),
            ("programme.reported", "2015-09-30"),
            ("sponsor.appointed", "2015-09-30"),
            ("milestone.reforecast", "2016-09-30"),
            ("programme.reported", "2016-09-30"),
        ]


async def test_a_second_import_creates_and_changes_nothing(bring_in: Import, departments: Database) -> None:
    rows = (
        row("2014-09-30", "rail", ends_on=""),
        row("2014-09-30", "road", lead_organisation="BIS", delivery_confidence=""),
        row("2015-09-30", "rail", programme="Railway", whole_life_cost_gbp_m="0.125"),
        row("2016-09-30", "road", lead_organisation="MOD", delivery_confidence="RED"),
        row("2016-09-30", "rail", ends_on="2031-01-01"),
    )
    first = await bring_in(*rows)
    before = [await counts(departments, table) for table in TABLES]
    second = await bring_in(*rows)
    assert first.total(Outcome.CREATED) > 0
    assert (second.total(Outcome.CREATED), second.total(Outcome.CHANGED), second.decided) == (0, 0, 0)
    assert [await counts(departments, table) for table in TABLES] == before
    for part in (rows[:2], rows[2:3], rows[3:], rows[:3]):
        again = await bring_in(*part)
        assert (again.total(Outcome.CREATED), again.total(Outcome.CHANGED)) == (0, 0)


async def test_a_dry_run_says_the_same_and_writes_nothing(bring_in: Import, departments: Database) -> None:
    rows = (
        row("2014-09-30", "rail"),
        row("2014-09-30", "road"),
        row("2015-09-30", "rail", ends_on="2031-01-01", lead_organisation="MOD"),
        row("2016-09-30", "road", programme="Roads"),
    )
    before = [await counts(departments, table) for table in TABLES]
    dry = await bring_in(*rows, dry_run=True)
    assert [await counts(departments, table) for table in TABLES] == before
    wet = await bring_in(*rows)
    assert dry.to_json() | {"dryRun": False} == wet.to_json()
    assert wet.decided > 0


async def test_costs_that_can_hardly_be_true_are_pointed_out_and_kept(
    bring_in: Import, departments: Database
) -> None:
    result = await bring_in(
        row("2015-09-30", "rail", whole_life_cost_gbp_m="2420003112000.00"),
        row("2015-09-30", "road", whole_life_cost_gbp_m="-7169.20"),
        row("2015-09-30", "hs2", whole_life_cost_gbp_m="55700"),
    )
    assert decided(result) == {
        DecisionCode.COST_IMPLAUSIBLE: [("rail", 2)],
        DecisionCode.COST_BELOW_ZERO: [("road", 3)],
    }
    known = await facts(departments, "2015-09-30")
    assert Decimal(known["rail"]["whole_life_cost_gbp_m"]) == Decimal(2420003112000)
    assert known["road"]["whole_life_cost_gbp_m"] == "-7169.20"


async def test_each_report_is_kept_with_its_number_of_programmes(
    bring_in: Import, departments: Database
) -> None:
    await bring_in(row("2015-09-30", "rail"), row("2015-09-30", "road"), row("2016-09-30", "rail"))
    async with departments.transaction(effective_on=NOW.date()) as session:
        reports = select(PortfolioReport.reported_on, PortfolioReport.programmes, PortfolioReport.valid_from)
        found = sorted((await session.execute(reports)).all())
    assert found == [
        (date(2015, 9, 30), 2, date(2015, 9, 30)),
        (date(2016, 9, 30), 1, date(2016, 9, 30)),
    ]
