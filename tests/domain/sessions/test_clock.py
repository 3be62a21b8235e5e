from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.calendar import LONDON
from domain.errors import Refused
from domain.sessions.clock import every, moment

NINE = time(9)


@pytest.mark.parametrize(
    ("day", "wall", "expected"),
    [
        (date(2026, 3, 28), NINE, datetime(2026, 3, 28, 9, tzinfo=UTC)),
        (date(2026, 3, 29), NINE, datetime(2026, 3, 29, 8, tzinfo=UTC)),
        (date(2026, 10, 24), NINE, datetime(2026, 10, 24, 8, tzinfo=UTC)),
        (date(2026, 10, 25), NINE, datetime(2026, 10, 25, 9, tzinfo=UTC)),
        # It comes twice that night: the first of the two, in summer time.
        (date(2026, 10, 25), time(1, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (date(2026, 10, 25), time(1, 0), datetime(2026, 10, 25, 0, 0, tzinfo=UTC)),
        (date(2026, 10, 25), time(2, 0), datetime(2026, 10, 25, 2, 0, tzinfo=UTC)),
        (date(2026, 3, 29), time(0, 59), datetime(2026, 3, 29, 0, 59, tzinfo=UTC)),
        (date(2026, 3, 29), time(2, 0), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
    ],
)
def test_a_clock_in_london_has_a_moment(day: date, wall: time, expected: datetime) -> None:
    assert moment(day, wall) == expected


@pytest.mark.parametrize(
    ("wall", "code"),
    [
        (time(1, 0), "NO_SUCH_TIME"),
        (time(1, 59), "NO_SUCH_TIME"),
        (time(9, 0, 1), "BAD_TIME"),
        (time(9, 0, 0, 1), "BAD_TIME"),
        (time(9, tzinfo=UTC), "BAD_TIME"),
    ],
)
def test_a_time_that_no_clock_shows_is_refused(wall: time, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        moment(date(2026, 3, 29), wall)
    assert (refusal.value.code, refusal.value.field) == (code, "begins")


def test_the_refusal_says_what_to_do() -> None:
    with pytest.raises(Refused, match=r"On 29 March 2026 .* no 01:30\. Begin at 02:30"):
        moment(date(2026, 3, 29), time(1, 30))


@given(st.dates(date(1900, 1, 1), date(2999, 12, 31)), st.integers(0, 24 * 60 - 1))
def test_the_clock_shows_what_was_asked_for(day: date, minute: int) -> None:
    wall = time(minute // 60, minute % 60)
    try:
        found = moment(day, wall)
    except Refused:
        # There is no such time only where an hour is skipped: an hour before and after exist.
        before = datetime.combine(day, wall, tzinfo=LONDON).replace(fold=0)
        assume(before.utcoffset() != before.replace(fold=1).utcoffset())
        return
    assert found.astimezone(LONDON).replace(tzinfo=None) == datetime.combine(day, wall)


def test_a_series_keeps_its_day_of_the_week() -> None:
    days = every(date(2026, 3, 4), weeks=2, times=4)
    assert days == [date(2026, 3, 4) + timedelta(weeks=2) * place for place in range(4)]


def test_a_series_does_not_run_out_of_the_calendar() -> None:
    assert every(date(2999, 12, 30), weeks=1, times=1) == [date(2999, 12, 30)]
    with pytest.raises(Refused, match="too far in the future"):
        every(date(2999, 12, 1), weeks=52, times=2)
