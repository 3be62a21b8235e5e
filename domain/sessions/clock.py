"""From the time on a London clock to the moment that everybody else needs: the one place where that is worked out.

A session keeps the date and the time that people agreed on. Its moments follow from them, so a series at 09:00 stays at
09:00 when the clocks change, and its moment in UTC moves.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from domain.calendar import LONDON, in_words
from domain.errors import Refused

_LATEST: Final = date(2999, 12, 30)


def moment(day: date, wall: time) -> datetime:
    """The moment in UTC at which a clock in London shows that time on that day.

    A time that comes twice, in the hour after the clocks go back, is the first of the two.

    Raises:
        Refused: BAD_TIME, where it has seconds or a time zone of its own; NO_SUCH_TIME, where the clocks skip it.
    """
    if wall.tzinfo is not None or wall.second or wall.microsecond:
        raise Refused(
            "BAD_TIME", "Give the time on a London clock in hours and minutes, like 09:00.", field="begins"
        )
    shown = datetime.combine(day, wall, tzinfo=LONDON)
    found = shown.astimezone(UTC)
    if found.astimezone(LONDON).time() != wall:
        later = found.astimezone(LONDON)
        raise Refused(
            "NO_SUCH_TIME",
            f"On {in_words(day)} the clocks go forward, and there is no {wall:%H:%M}. "
            f"Begin at {later:%H:%M}, for example.",
            field="begins",
        )
    return found


def every(first: date, *, weeks: int, times: int) -> list[date]:
    """The days of a series: the first, and then the same day of the week every so many weeks.

    Raises:
        Refused: BAD_DATE, where it would run out of the calendar.
    """
    step = timedelta(weeks=weeks)
    if (_LATEST - first) < step * (times - 1):
        raise Refused(
            "BAD_DATE", "The last session would lie too far in the future. Check the dates.", field="heldOn"
        )
    return [first + step * place for place in range(times)]
