"""Dates and moments as people in the United Kingdom mean them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, overload
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, or_

from domain.errors import Refused
from domain.text import camel

LONDON = ZoneInfo("Europe/London")

# Postgres keeps this as `-infinity`: the validity of what has been so since before anybody asked.
SINCE_ALWAYS = date.min
UNTIL_FURTHER_NOTICE = date.max

# The oldest bodies that take part in programmes are medieval; a date outside these years is a slip of the
# keyboard.
FIRST_YEAR, LAST_YEAR = 1000, 2999


def now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


def today(moment: datetime | None = None) -> date:
    """The date in London at that moment, or at present."""
    return (moment or now()).astimezone(LONDON).date()


def in_words(day: date) -> str:
    """A date as a person writes it: `29 March 2026`."""
    return f"{day.day} {day:%B} {day.year}"


@overload
def plausible(day: date, key: str) -> date: ...
@overload
def plausible(day: date | None, key: str) -> date | None: ...
def plausible(day: date | None, key: str) -> date | None:
    """The date given for the attribute `key`, if somebody can have meant it.

    Raises:
        Refused: BAD_DATE.
    """
    if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Refused(
            "BAD_DATE",
            f"The year {day.year} cannot be right. Check the date that you gave.",
            field=camel(key),
        )
    return day


def in_order(starts_on: date | None, ends_on: date | None) -> None:
    """Go on only if a half-open period has at least one day, as far as it is known.

    Raises:
        Refused: ENDS_BEFORE_START.
    """
    if starts_on is not None and ends_on is not None and ends_on <= starts_on:
        raise Refused(
            "ENDS_BEFORE_START",
            f"It would end on {in_words(ends_on)}, and starts on {in_words(starts_on)}. Give an end after the start.",
            field="endsOn",
        )


def runs_on(row: Any, on: ColumnElement[date]) -> ColumnElement[bool]:
    """The condition under which a row's period, `starts_on` up to but not including `ends_on`, has that date in it."""
    return and_(row.starts_on <= on, or_(row.ends_on.is_(None), row.ends_on > on))
