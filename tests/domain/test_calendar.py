from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from domain.calendar import in_order, in_words, plausible, today
from domain.errors import Refused


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 1, 31, 23, 59, tzinfo=UTC), date(2026, 1, 31)),
        (datetime(2026, 6, 30, 22, 59, tzinfo=UTC), date(2026, 6, 30)),
        (datetime(2026, 6, 30, 23, 0, tzinfo=UTC), date(2026, 7, 1)),
    ],
)
def test_today_is_the_date_in_london(moment: datetime, day: date) -> None:
    assert today(moment) == day


def test_a_date_in_words() -> None:
    assert in_words(date(2026, 3, 9)) == "9 March 2026"


@pytest.mark.parametrize("day", [date(1096, 1, 1), date(2999, 12, 31), None])
def test_a_plausible_date_is_kept(day: date | None) -> None:
    assert plausible(day, "opened_on") == day


@pytest.mark.parametrize("day", [date.min, date(202, 6, 1), date(3000, 1, 1), date.max])
def test_a_slip_of_the_keyboard_is_refused(day: date) -> None:
    with pytest.raises(Refused) as refusal:
        plausible(day, "opened_on")
    assert (refusal.value.code, refusal.value.field) == ("BAD_DATE", "openedOn")


def test_a_period_has_a_day_as_far_as_it_is_known() -> None:
    for starts_on, ends_on in (
        (None, None),
        (date.min, None),
        (None, date.min),
        (date(2026, 1, 1), date(2026, 1, 2)),
    ):
        in_order(starts_on, ends_on)
    with pytest.raises(Refused, match="Give an end after the start") as refusal:
        in_order(date(2026, 1, 1), date(2026, 1, 1))
    assert refusal.value.code == "ENDS_BEFORE_START"
