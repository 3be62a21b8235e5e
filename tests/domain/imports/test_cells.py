"""What may stand in the cells of a portfolio: each error with its row, its column and what to write instead."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from domain.imports import Problem
from domain.imports.portfolio_rows import PortfolioRow, read_portfolio
from domain.imports.problems import Problems
from domain.imports.results import silent
from domain.imports.spool import spool
from domain.programmes.models import DeliveryConfidence
from tests.domain.imports.conftest import row, write


def _read(path: Path) -> tuple[list[PortfolioRow], list[Problem]]:
    problems = Problems()
    with spool(PortfolioRow) as rows:
        read_portfolio(path, rows, problems, silent)
        return [item for batch in rows.batches() for item in batch], problems.listed


def _read_rows(folder: Path, *rows: dict[str, str]) -> tuple[list[PortfolioRow], list[Problem]]:
    return _read(write(folder / "portfolio.csv", rows))


@pytest.mark.parametrize(
    ("column", "cell", "code", "message"),
    [
        ("reported_on", "", "REQUIRED", "is empty and must not be"),
        ("programme_ref", " ", "REQUIRED", "is empty and must not be"),
        ("programme", "", "REQUIRED", "is empty and must not be"),
        ("lead_organisation", "", "REQUIRED", "is empty and must not be"),
        ("reported_on", "29/03/2016", "BAD_DATE", "Write the year first: 2016-03-29."),
        ("starts_on", "1.4.2016", "BAD_DATE", "Write the year first: 2016-04-01."),
        ("starts_on", "03/29/2016", "BAD_DATE", "Write it as 2026-03-29"),
        ("starts_on", "2016-02-30", "BAD_DATE", "There is no day “2016-02-30” in the calendar."),
        ("ends_on", "42460", "BAD_DATE", "number for 31 March 2016: write 2016-03-31."),
        ("ends_on", "42460.0", "BAD_DATE", "write 2016-03-31."),
        ("ends_on", "2016-03-31 00:00:00", "BAD_DATE", "Leave out the time: 2016-03-31."),
        ("ends_on", "2016-3-31", "BAD_DATE", "Write it as 2026-03-29"),
        ("ends_on", "20160331", "BAD_DATE", "Write it as 2026-03-29"),
        ("ends_on", "TBC", "BAD_DATE", "leave the cell empty where the date is not known"),
        ("ends_on", "0206-03-31", "BAD_DATE", "The year 206 cannot be right"),
        ("ends_on", "2010-03-31", "END_BEFORE_START", "end on 31 March 2010 and start on 1 April 2010"),
        ("whole_life_cost_gbp_m", "1,234.5", "BAD_AMOUNT", "without sign of currency and separators"),
        ("whole_life_cost_gbp_m", "£12", "BAD_AMOUNT", "“£12” is not an amount"),
        ("whole_life_cost_gbp_m", "1e5", "BAD_AMOUNT", "Write digits and a point"),
        ("whole_life_cost_gbp_m", "NaN", "BAD_AMOUNT", "leave the cell empty"),
        ("whole_life_cost_gbp_m", "9" * 17, "BAD_AMOUNT", "is not an amount"),
        ("delivery_confidence", "Amber/Red", "UNKNOWN_WORD", "Did you mean AMBER_RED?"),
        ("delivery_confidence", "amber", "UNKNOWN_WORD", "Did you mean AMBER?"),
        ("delivery_confidence", "BLUE", "UNKNOWN_WORD", "is not one of GREEN, AMBER_GREEN"),
        ("programme", "=1+1", "FORMULA", "begins as a formula does"),
        ("programme", "+44 20", "FORMULA", "begins as a formula does"),
        ("programme", "@SUM(A1)", "FORMULA", "begins as a formula does"),
        ("programme", "-2+3+cmd|' /C calc'!A0", "FORMULA", "begins as a formula does"),
        ("programme", "#REF!", "FORMULA", "is the error of one"),
        ("category", "=A1", "FORMULA", "begins as a formula does"),
        ("lead_organisation", "=A1", "FORMULA", "begins as a formula does"),
        ("programme", "a\x00b", "BAD_CHARACTERS", "cannot be shown at position 2"),
        ("programme", "a\u202eb", "BAD_CHARACTERS", "U+202E"),
        ("programme", "x" * 301, "TOO_LONG", "301 characters and may have 300"),
        ("category", "x" * 301, "TOO_LONG", "301 characters"),
        ("programme_ref", "two words", "BAD_REF", "cannot be a reference"),
        ("programme_ref", "x" * 101, "BAD_REF", "cannot be a reference"),
    ],
)
def test_a_cell_that_cannot_be_read(column: str, cell: str, code: str, message: str, tmp_path: Path) -> None:
    _, problems = _read_rows(tmp_path, row("2016-09-30", "one"), row("2016-09-30", "two", **{column: cell}))
    assert [(p.code, p.row, p.column) for p in problems] == [(code, 3, column)]
    assert message in problems[0].message


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"programme": " Two  words "}, {"title": "Two  words"}),
        ({"programme": "Over\r\n two lines"}, {"title": "Over two lines"}),
        ({"programme": "- A dash, then words"}, {"title": "- A dash, then words"}),
        ({"programme": 'A "quoted" word'}, {"title": 'A "quoted" word'}),
        ({"programme": "Ysbyty Gŵyr"}, {"title": "Ysbyty Gŵyr"}),
        ({"category": ""}, {"category": None}),
        ({"delivery_confidence": ""}, {"delivery_confidence": None}),
        ({"delivery_confidence": "EXEMPT"}, {"delivery_confidence": DeliveryConfidence.EXEMPT}),
        ({"starts_on": "", "ends_on": ""}, {"starts_on": None, "ends_on": None}),
        ({"ends_on": "2010-04-01"}, {}),
        ({"whole_life_cost_gbp_m": ""}, {"whole_life_cost": None}),
        ({"whole_life_cost_gbp_m": "-7169.20"}, {"whole_life_cost": Decimal("-7169.20")}),
        ({"whole_life_cost_gbp_m": "0.125"}, {"whole_life_cost": Decimal("0.13")}),
        ({"whole_life_cost_gbp_m": "2420003112000.00"}, {"whole_life_cost": Decimal(2420003112000)}),
    ],
)
def test_a_cell_that_can_be_read(cells: dict[str, str], expected: dict[str, Any], tmp_path: Path) -> None:
    rows, problems = _read_rows(tmp_path, row("2016-09-30", "one", **cells))
    assert problems == []
    assert {name: getattr(rows[0], name) for name in expected} == expected


def test_bytes_that_are_not_utf_8_are_told_with_row_column_and_byte(tmp_path: Path) -> None:
    path = write(tmp_path / "portfolio.csv", [row("2016-09-30", "one", programme="Café", category="Größe")])
    path.write_bytes(path.read_text(encoding="utf-8").encode("cp1252"))
    _, problems = _read(path)
    assert [(p.code, p.row, p.column) for p in problems] == [
        ("WRONG_ENCODING", 2, "programme"),
        ("WRONG_ENCODING", 2, "category"),
    ]
    assert "Byte 0xE9 is not UTF-8; in Windows-1252 it is “é”." in problems[0].message


def test_rows_are_counted_as_a_spreadsheet_does(tmp_path: Path) -> None:
    """A cell of two lines is one row, and an empty line is one as well."""
    path = write(
        tmp_path / "portfolio.csv",
        [row("2016-09-30", "one", programme="Over\ntwo lines"), {}, row("2016-09-30", "two", programme="")],
    )
    _, problems = _read(path)
    assert [(p.row, p.column) for p in problems] == [(4, "programme")]


def test_a_programme_stands_once_in_a_report(tmp_path: Path) -> None:
    rows, problems = _read_rows(
        tmp_path, row("2016-09-30", "one"), row("2015-09-30", "one"), row("2016-09-30", "one")
    )
    assert [(p.code, p.row, p.column) for p in problems] == [("DUPLICATE_PROGRAMME", 4, "programme_ref")]
    assert "one stands in row 2 already, in the same report" in problems[0].message
    assert len(rows) == 2


def test_all_errors_of_a_row_are_told_at_once(tmp_path: Path) -> None:
    _, problems = _read_rows(
        tmp_path, row("2016", "one", programme="=1", ends_on="x", delivery_confidence="BLUE")
    )
    assert [p.column for p in problems] == ["reported_on", "programme", "delivery_confidence", "ends_on"]
