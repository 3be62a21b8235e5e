"""The stretch of time that a summary speaks of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from domain.calendar import in_words
from domain.errors import Refused


@dataclass(frozen=True, slots=True)
class Period:
    """From the end of one day to the end of a later one: one period starts where the last one ended."""

    starts: date
    ends: date

    @classmethod
    def between(cls, starts: date, ends: date, *, today: date) -> Period:
        """The period between two dates that have come.

        Raises:
            Refused: PERIOD_WITHOUT_DAYS (it does not end after it starts), PERIOD_IN_FUTURE (its end has
                not come).
        """
        if starts >= ends:
            raise Refused(
                "PERIOD_WITHOUT_DAYS",
                f"A summary needs a period: {in_words(starts)} is not before {in_words(ends)}. "
                "Give a start that is earlier than the end.",
                field="periodFrom",
            )
        if ends > today:
            raise Refused(
                "PERIOD_IN_FUTURE",
                f"The period ends on {in_words(ends)}, which has not come. "
                f"Choose an end up to {in_words(today)}.",
                field="periodTo",
            )
        return cls(starts, ends)

    @classmethod
    def last_month(cls, today: date) -> Period:
        """The last whole month before a date."""
        ends = today.replace(day=1) - timedelta(days=1)
        return cls(ends.replace(day=1) - timedelta(days=1), ends)

    @classmethod
    def last_quarter(cls, today: date) -> Period:
        """The last whole quarter of a calendar year before a date."""
        first_month = 3 * ((today.month - 1) // 3) + 1
        ends = today.replace(month=first_month, day=1) - timedelta(days=1)
        return cls(ends.replace(month=ends.month - 2, day=1) - timedelta(days=1), ends)

    def as_dates(self) -> dict[str, date]:
        """The two dates as commands take them."""
        return {"period_from": self.starts, "period_to": self.ends}

    def as_data(self) -> dict[str, str]:
        """The two dates as a job and the journal keep them."""
        return {"period_from": self.starts.isoformat(), "period_to": self.ends.isoformat()}

    @property
    def next_ends(self) -> date:
        """When the next period of the same length ends."""
        return self.ends + (self.ends - self.starts)

    @property
    def previous_starts(self) -> date:
        """When the period of the same length before this one started, as far back as there are dates."""
        return self.starts - min(self.ends - self.starts, self.starts - date.min)

    def covers(self, day: date) -> bool:
        """Whether something of that date happened in the period."""
        return self.starts < day <= self.ends
