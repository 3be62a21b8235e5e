"""Any portfolio: as of each report's date, all is exactly as that report says."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

import pytest

from domain.database import Database
from domain.imports import Outcome, import_portfolio
from tests.domain.imports.conftest import NOW, Import, facts, row, write

DATES = ("2014-09-30", "2015-09-30", "2016-07-14", "2016-09-30", "2023-02-07", "2024-03-31")
CODES = ("BEIS", "BIS", "DBT", "DESNZ", "DFT", "MOD")
RATINGS = ("GREEN", "AMBER_GREEN", "AMBER", "AMBER_RED", "RED", "RESET", "EXEMPT", "")


def _portfolio(chance: random.Random) -> list[dict[str, str]]:
    rows = [_row(chance, on, f"p{n}") for on in DATES for n in range(8) if chance.random() < 0.7]
    chance.shuffle(rows)
    return rows


def _row(chance: random.Random, on: str, ref: str) -> dict[str, str]:
    starts_on = date(2010, 1, 1) + timedelta(chance.randrange(2000))
    ends_on = starts_on + timedelta(chance.randrange(3000))
    return row(
        on,
        ref,
        programme=f"{ref} {chance.choice(('', 'Programme', '(formerly known as another)'))}".strip(),
        lead_organisation=chance.choice(CODES),
        category=chance.choice(("", "ICT", "Infrastructure")),
        delivery_confidence=chance.choice(RATINGS),
        starts_on=chance.choice(("", str(starts_on))),
        ends_on=chance.choice(("", str(ends_on), str(ends_on))),
        whole_life_cost_gbp_m=chance.choice(("", "0.00", "-12.50", "4322000.00")),
    )


@pytest.mark.parametrize("seed", range(3))
async def test_as_of_each_report_all_is_as_it_says(
    seed: int, bring_in: Import, departments: Database, tmp_path: Path
) -> None:
    rows = _portfolio(random.Random(seed))
    dry = await bring_in(*rows, dry_run=True)
    first = await bring_in(*rows)
    assert dry.to_json() | {"dryRun": False} == first.to_json()
    await _require_facts(departments, rows)

    second = await bring_in(*rows)
    assert (second.total(Outcome.CREATED), second.total(Outcome.CHANGED)) == (0, 0)
    for on in DATES:
        path = write(tmp_path / "part.csv", [r for r in rows if r["reported_on"] == on])
        part = await import_portfolio(departments, path, now=NOW)
        assert (part.total(Outcome.CREATED), part.total(Outcome.CHANGED)) == (0, 0)


@pytest.mark.parametrize("seed", [11])
async def test_one_report_after_the_other_is_the_same_as_all_at_once(
    seed: int, bring_in: Import, departments: Database
) -> None:
    rows = _portfolio(random.Random(seed))
    for on in DATES:
        await bring_in(*(r for r in rows if r["reported_on"] == on))
    await _require_facts(departments, rows)
    again = await bring_in(*rows)
    assert (again.total(Outcome.CREATED), again.total(Outcome.CHANGED)) == (0, 0)


async def _require_facts(database: Database, rows: list[dict[str, str]]) -> None:
    ends: dict[str, str] = {}
    first_ends: dict[str, str] = {}
    for on in DATES:
        report = {r["programme_ref"]: r for r in rows if r["reported_on"] == on}
        known = await facts(database, on)
        assert {ref for ref, fact in known.items() if fact["status"] == "ACTIVE"} == set(report)
        for ref, said in report.items():
            fact = known[ref]
            ends[ref] = said["ends_on"] or ends.get(ref, "")
            first_ends[ref] = first_ends.get(ref) or ends[ref]
            for column in ("programme", "lead_organisation", "delivery_confidence"):
                assert fact[column] == said[column], (on, ref, column)
            for column in ("category", "whole_life_cost_gbp_m"):
                assert fact[column] == said[column] or not said[column], (on, ref, column)
            assert (fact["forecast_on"], fact["baseline_on"]) == (ends[ref], first_ends[ref])
            if ends[ref]:
                slip = date.fromisoformat(ends[ref]) - date.fromisoformat(first_ends[ref])
                assert sum(days for days, _ in fact["ledger"]) == slip.days
