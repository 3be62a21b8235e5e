"""What a milestone refuses by itself, without a database; and that a refusal leaves it as it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from domain.errors import Refused
from domain.milestones.models import LedgerEntry, Milestone, ReasonCode

AGREED, EXPECTED, TODAY = date(2024, 6, 30), date(2024, 7, 31), date(2024, 5, 1)


def milestone(**given: Any) -> Milestone:
    return Milestone(title="Shared rota agreed", baseline_on=AGREED, forecast_on=EXPECTED, **given)


def achieved() -> Milestone:
    return milestone(achieved_on=TODAY)


def cancelled() -> Milestone:
    return milestone(cancelled_on=TODAY)


def reforecast(
    on: date = AGREED, reason: ReasonCode = ReasonCode.SCOPE, note: str | None = None
) -> Callable[[Milestone], LedgerEntry]:
    return lambda row: row.reforecast(on, reason, note)


def rebaseline(on: date = EXPECTED, note: str | None = "Board, item 4") -> Callable[[Milestone], LedgerEntry]:
    return lambda row: row.rebaseline(on, note)


def achieve(on: date = TODAY, *, has_evidence: bool = False) -> Callable[[Milestone], None]:
    return lambda row: row.achieve(on, known_on=TODAY, has_evidence=has_evidence)


def cancel(row: Milestone) -> None:
    row.cancel(TODAY)


REFUSALS: list[tuple[str, Milestone, Callable[[Milestone], object], str, str | None]] = [
    ("a forecast moves to another date", milestone(), reforecast(EXPECTED), "DATE_UNCHANGED", "forecastOn"),
    ("a date that nobody can mean", milestone(), reforecast(date(206, 1, 1)), "BAD_DATE", "forecastOn"),
    ("endless is no date", milestone(), reforecast(date.max), "BAD_DATE", "forecastOn"),
    ("another reason is said", milestone(), reforecast(reason=ReasonCode.OTHER), "NOTE_REQUIRED", "note"),
    (
        "blanks say nothing",
        milestone(),
        reforecast(reason=ReasonCode.OTHER, note=" \n"),
        "NOTE_REQUIRED",
        "note",
    ),
    ("what was achieved has no forecast", achieved(), reforecast(), "ALREADY_ACHIEVED", None),
    ("what was cancelled has no forecast", cancelled(), reforecast(), "CANCELLED", None),
    ("a baseline moves to another date", milestone(), rebaseline(AGREED), "DATE_UNCHANGED", "baselineOn"),
    ("a baseline that nobody can mean", milestone(), rebaseline(date.min), "BAD_DATE", "baselineOn"),
    ("an agreed date has a reason", milestone(), rebaseline(note=None), "NOTE_REQUIRED", "note"),
    ("what was achieved was agreed", achieved(), rebaseline(), "ALREADY_ACHIEVED", None),
    ("what was cancelled is not agreed again", cancelled(), rebaseline(), "CANCELLED", None),
    ("the future is a forecast", milestone(), achieve(date(2024, 5, 2)), "ACHIEVED_IN_FUTURE", "achievedOn"),
    ("an achievement that nobody can mean", milestone(), achieve(date.min), "BAD_DATE", "achievedOn"),
    (
        "evidence where it is asked for",
        milestone(evidence_required=True),
        achieve(),
        "EVIDENCE_REQUIRED",
        "evidenceUrl",
    ),
    ("nothing is achieved twice", achieved(), achieve(), "ALREADY_ACHIEVED", None),
    ("what was cancelled is not achieved", cancelled(), achieve(), "CANCELLED", None),
    ("nothing to withdraw", milestone(), Milestone.withdraw_achievement, "NOT_ACHIEVED", None),
    ("what was achieved is not cancelled", achieved(), cancel, "ALREADY_ACHIEVED", None),
    ("nothing is cancelled twice", cancelled(), cancel, "CANCELLED", None),
    ("a programme keeps its end", milestone(marks_end=True), cancel, "MARKS_END", None),
    ("nothing to reinstate", milestone(), Milestone.reinstate, "NOT_CANCELLED", None),
]


@pytest.mark.parametrize(
    ("row", "act", "code", "field"), [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS]
)
def test_refusals(row: Milestone, act: Callable[[Milestone], object], code: str, field: str | None) -> None:
    before = (row.baseline_on, row.forecast_on, row.achieved_on, row.cancelled_on)
    with pytest.raises(Refused) as refused:
        act(row)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert (row.baseline_on, row.forecast_on, row.achieved_on, row.cancelled_on) == before


@pytest.mark.parametrize(
    "act", [reforecast(), rebaseline(), reforecast(date(2025, 1, 1)), rebaseline(date(2023, 1, 1))]
)
def test_a_move_gives_the_entry_that_accounts_for_it(act: Callable[[Milestone], LedgerEntry]) -> None:
    row = milestone()
    before = row.slip_days
    assert act(row).days == row.slip_days - before


def test_a_move_keeps_where_from_where_to_and_why() -> None:
    entry = milestone().reforecast(date(2024, 8, 1), ReasonCode.FUNDING, " Grant is late \r\nby a day ")
    assert (entry.from_on, entry.to_on, entry.days) == (EXPECTED, date(2024, 8, 1), 1)
    assert (entry.reason, entry.note) == (ReasonCode.FUNDING, "Grant is late \nby a day")


def test_what_was_withdrawn_or_reinstated_is_open_again() -> None:
    row = milestone()
    row.achieve(TODAY, known_on=TODAY, has_evidence=False)
    assert not row.is_open
    row.withdraw_achievement()
    assert row.is_open
    row.cancel(TODAY)
    assert not row.is_open
    row.reinstate()
    assert row.is_open
