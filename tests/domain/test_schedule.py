"""When something is due: each instant once, whatever clocks show."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import LONDON
from domain.schedule import Daily, Every, Rule

MINUTE = timedelta(minutes=1)
# Three days each, about both nights of 2027 in which the clocks change.
SPRING, AUTUMN = datetime(2027, 3, 27, tzinfo=UTC), datetime(2027, 10, 30, tzinfo=UTC)
BEGINNINGS = pytest.mark.parametrize("beginning", [SPRING, AUTUMN])


def _occurrences(rule: Rule, beginning: datetime, days: int = 3) -> list[datetime]:
    """What a clock that moves on minute by minute comes to, from the first occurrence after the beginning on."""
    found = [rule.latest(beginning)]
    for count in range(days * 24 * 60):
        latest = rule.latest(beginning + MINUTE * count)
        assert latest <= beginning + MINUTE * count
        assert latest >= found[-1]
        if latest != found[-1]:
            found.append(latest)
    return found[1:]


@BEGINNINGS
def test_each_minute_is_each_minute(beginning: datetime) -> None:
    found = _occurrences(Every(MINUTE, after=timedelta(seconds=30)), beginning)
    assert {later - earlier for earlier, later in pairwise(found)} == {MINUTE}
    assert len(found) == 3 * 24 * 60 - 1


@BEGINNINGS
def test_each_hour_is_each_hour(beginning: datetime) -> None:
    found = _occurrences(Every(timedelta(hours=1), after=timedelta(minutes=5)), beginning)
    assert found == [beginning + timedelta(hours=hours, minutes=5) for hours in range(72)]


@BEGINNINGS
@pytest.mark.parametrize("wall", [time(hour, minute) for hour in range(4) for minute in (0, 1, 30, 59)])
def test_a_time_in_london_is_once_a_day_at_the_first_moment_that_there_is(
    beginning: datetime, wall: time
) -> None:
    # Days in London, of which the first and the last are not whole.
    found = {each.astimezone(LONDON).date(): each for each in _occurrences(Daily(wall), beginning)}
    assert len(found) == len(_occurrences(Daily(wall), beginning))
    for day in (beginning.date() + timedelta(days=days) for days in (1, 2)):
        shown = [
            MINUTE * count + datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=1)
            for count in range(24 * 60)
        ]
        at_or_after = (
            m for m in shown if m.astimezone(LONDON).replace(tzinfo=None) >= datetime.combine(day, wall)
        )
        assert found[day] == next(at_or_after)


@pytest.mark.parametrize(
    ("day", "wall", "expected"),
    [
        (date(2027, 3, 28), time(0, 59), datetime(2027, 3, 28, 0, 59, tzinfo=UTC)),
        (date(2027, 3, 28), time(1), datetime(2027, 3, 28, 1, tzinfo=UTC)),
        (date(2027, 3, 28), time(1, 30), datetime(2027, 3, 28, 1, tzinfo=UTC)),
        (date(2027, 3, 28), time(2), datetime(2027, 3, 28, 1, tzinfo=UTC)),
        (date(2027, 3, 28), time(2, 1), datetime(2027, 3, 28, 1, 1, tzinfo=UTC)),
        (date(2027, 10, 31), time(0, 59), datetime(2027, 10, 30, 23, 59, tzinfo=UTC)),
        (date(2027, 10, 31), time(1, 30), datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),
        (date(2027, 10, 31), time(2), datetime(2027, 10, 31, 2, tzinfo=UTC)),
    ],
)
def test_times_of_these_nights(day: date, wall: time, expected: datetime) -> None:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    assert Daily(wall).latest(noon) == expected
    assert Daily(wall).latest(expected) == expected
    assert Daily(wall).latest(expected - timedelta(microseconds=1)) < expected


@given(
    st.integers(0, 20 * 365 * 24 * 3600).map(lambda seconds: SPRING + timedelta(seconds=seconds)),
    st.times(max_value=time(23, 59)).map(lambda at: at.replace(second=0, microsecond=0)),
)
def test_the_latest_is_the_latest_on_any_day(now: datetime, wall: time) -> None:
    latest = Daily(wall).latest(now)
    assert latest <= now < latest + timedelta(hours=26)
    assert Daily(wall).latest(latest) == latest


def test_only_on_days_that_are_meant() -> None:
    rule = Daily(time(5), days=range(1, 8))
    assert rule.latest(datetime(2027, 4, 1, 4, tzinfo=UTC)) == datetime(2027, 4, 1, 4, tzinfo=UTC)
    assert rule.latest(datetime(2027, 4, 1, 3, 59, tzinfo=UTC)) == datetime(2027, 3, 7, 5, tzinfo=UTC)
    assert len(_occurrences(rule, datetime(2027, 3, 31, tzinfo=UTC), days=30)) == 7
