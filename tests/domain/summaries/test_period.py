"""Periods: what a summary can be asked for, and which period the calendar asks for."""

from datetime import date

import pytest

from domain.errors import Refused
from domain.summaries.period import Period

TODAY = date(2026, 6, 1)


@pytest.mark.parametrize(
    ("case", "starts", "ends", "code", "field"),
    [
        ("it ends on its first day", date(2026, 1, 1), date(2026, 1, 1), "PERIOD_WITHOUT_DAYS", "periodFrom"),
        ("it ends before it starts", date(2026, 1, 2), date(2026, 1, 1), "PERIOD_WITHOUT_DAYS", "periodFrom"),
        ("it ends tomorrow", date(2026, 1, 1), date(2026, 6, 2), "PERIOD_IN_FUTURE", "periodTo"),
    ],
)
def test_a_period_that_cannot_be_told_of_is_refused(
    case: str, starts: date, ends: date, code: str, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        Period.between(starts, ends, today=TODAY)
    assert (refused.value.code, refused.value.field) == (code, field)


def test_a_period_may_end_today() -> None:
    assert Period.between(date(2026, 5, 1), TODAY, today=TODAY) == Period(date(2026, 5, 1), TODAY)


@pytest.mark.parametrize(
    ("day", "month", "quarter"),
    [
        (
            date(2026, 1, 1),
            (date(2025, 11, 30), date(2025, 12, 31)),
            (date(2025, 9, 30), date(2025, 12, 31)),
        ),
        (
            date(2026, 3, 31),
            (date(2026, 1, 31), date(2026, 2, 28)),
            (date(2025, 9, 30), date(2025, 12, 31)),
        ),
        (date(2026, 4, 7), (date(2026, 2, 28), date(2026, 3, 31)), (date(2025, 12, 31), date(2026, 3, 31))),
        (date(2024, 3, 1), (date(2024, 1, 31), date(2024, 2, 29)), (date(2023, 9, 30), date(2023, 12, 31))),
        (
            date(2026, 12, 31),
            (date(2026, 10, 31), date(2026, 11, 30)),
            (date(2026, 6, 30), date(2026, 9, 30)),
        ),
    ],
)
def test_the_last_month_and_the_last_quarter_begin_where_the_ones_before_them_ended(
    day: date, month: tuple[date, date], quarter: tuple[date, date]
) -> None:
    assert Period.last_month(day) == Period(*month)
    assert Period.last_quarter(day) == Period(*quarter)


def test_the_next_period_has_the_same_length() -> None:
    assert Period(date(2025, 12, 31), date(2026, 3, 31)).next_ends == date(2026, 6, 29)


def test_the_previous_period_has_the_same_length_as_far_as_there_are_dates() -> None:
    assert Period(date(2025, 12, 31), date(2026, 3, 31)).previous_starts == date(2025, 10, 2)
    assert Period(date(1000, 1, 1), date(2026, 3, 31)).previous_starts == date.min


def test_what_happened_on_the_first_day_belongs_to_the_period_before() -> None:
    period = Period(date(2025, 12, 31), date(2026, 3, 31))
    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 3, 31), date(2026, 4, 1)]
    assert [period.covers(day) for day in days] == [False, True, True, False]
