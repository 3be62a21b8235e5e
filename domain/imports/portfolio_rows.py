"""The rows of complete reports of a portfolio: what each column may have in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from domain.calendar import in_words
from domain.imports.cells import Cells
from domain.imports.files import Shape, read
from domain.imports.problems import Problems
from domain.imports.results import Progress
from domain.imports.spool import Spool
from domain.programmes.models import DeliveryConfidence, Programme

SHAPE = Shape(
    (
        "reported_on",
        "programme_ref",
        "programme",
        "lead_organisation",
        "category",
        "delivery_confidence",
        "starts_on",
        "ends_on",
        "whole_life_cost_gbp_m",
    )
)


@dataclass(frozen=True, slots=True)
class PortfolioRow:
    """What a report says of one programme; None is an empty cell. The cost is in millions of pounds."""

    number: int
    reported_on: date
    ref: str
    title: str
    lead: str
    category: str | None
    delivery_confidence: DeliveryConfidence | None
    starts_on: date | None
    ends_on: date | None
    whole_life_cost: Decimal | None


def read_portfolio(path: Path, rows: Spool[PortfolioRow], problems: Problems, progress: Progress) -> None:
    """Read the file into the spool, and its errors into the problems.

    Raises:
        ImportRefused: it is not a portfolio at all.
    """
    for row in read(path, SHAPE, problems, progress):
        programme = _programme(Cells(row, problems))
        if programme is None:
            continue
        before = rows.put(row.number, programme.reported_on, programme.ref, programme)
        if before is not None:
            message = (
                f"{programme.ref} stands in row {before} already, in the same report. "
                "Keep one row for each programme and report."
            )
            problems.add("DUPLICATE_PROGRAMME", message, row=row.number, column="programme_ref")


def _programme(cells: Cells) -> PortfolioRow | None:
    reported_on = cells.required_day("reported_on")
    ref, title = _ref(cells), cells.required("programme")
    lead, category = cells.required("lead_organisation"), cells.text("category")
    rating = cells.word("delivery_confidence", DeliveryConfidence)
    starts_on, ends_on = cells.day("starts_on"), cells.day("ends_on")
    cost = cells.money("whole_life_cost_gbp_m")
    if starts_on is not None and ends_on is not None and ends_on < starts_on:
        message = (
            f"It would end on {in_words(ends_on)} and start on {in_words(starts_on)}. Correct one of them."
        )
        cells.wrong("END_BEFORE_START", message, "ends_on")
    if reported_on is None or ref is None or title is None or lead is None:
        return None
    return PortfolioRow(
        cells.row.number, reported_on, ref, title, lead, category, rating, starts_on, ends_on, cost
    )


def _ref(cells: Cells) -> str | None:
    ref = cells.required("programme_ref")
    return None if ref is None else cells.ruled("programme_ref", lambda: Programme(ref=ref).ref)
