"""The schema's scalars. They accept what Postgres wrote as JSON too, where graphql-core has to complete an answer."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig
from strawberry.types.scalar import ScalarDefinition, scalar

# Beyond this many digits before or after the point a number is no amount of anything.
_LARGEST_EXPONENT = 1000


def _day(value: Any) -> str:
    return value if isinstance(value, str) else value.isoformat()


def _instant(value: Any) -> str:
    """A moment as Postgres writes it in JSON: in UTC, with as many digits of a second as it has."""
    if isinstance(value, str):
        return value
    moment = value.astimezone(UTC)
    fraction = f".{moment:%f}".rstrip("0") if moment.microsecond else ""
    return f"{moment.replace(tzinfo=None, microsecond=0).isoformat()}{fraction}+00:00"


def _shown(value: Any) -> str:
    """The value as an error may repeat it."""
    return repr(str(value)[:40])


def _date(value: Any) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise GraphQLError(f"{_shown(value)} is not a date: write it as 2019-09-30.") from error


def _time(value: Any) -> time:
    try:
        return time.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise GraphQLError(f"{_shown(value)} is not a time of the day: write it as 09:00.") from error


def _moment(value: Any) -> datetime:
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise GraphQLError(
            f"{_shown(value)} is not a moment: write it as 2019-09-30T09:00:00+01:00."
        ) from error
    if found.tzinfo is None:
        raise GraphQLError(
            f"{_shown(value)} does not say in which time zone: add Z or an offset such as +01:00."
        )
    try:
        return found.astimezone(UTC)
    except OverflowError as error:
        raise GraphQLError(f"{_shown(value)} lies outside the years 1 to 9999.") from error


def _decimal(value: Any) -> Decimal:
    try:
        found = Decimal(str(value))
    except InvalidOperation as error:
        raise GraphQLError(f"{_shown(value)} is not a decimal number: write it as 5609.46.") from error
    if not found.is_finite() or abs(found.adjusted()) > _LARGEST_EXPONENT:
        raise GraphQLError(f"{_shown(value)} is not a decimal number: write it as 5609.46.")
    return found


SCALARS: dict[object, ScalarDefinition] = {
    date: scalar(
        name="Date",
        description="A day, as `2019-09-30`; it is the same day in every time zone.",
        serialize=_day,
        parse_value=_date,
    ),
    time: scalar(
        name="Time",
        description="What a clock in London shows, as `09:00:00`; `09:00` is taken too.",
        serialize=_day,
        parse_value=_time,
    ),
    datetime: scalar(
        name="DateTime",
        description="A moment with its offset, as `2019-09-30T09:00:00+01:00`.",
        serialize=_instant,
        parse_value=_moment,
    ),
    Decimal: scalar(
        name="Decimal",
        description='An exact number as text, as `"5609.46"`.',
        serialize=str,
        parse_value=_decimal,
    ),
}

CONFIG = StrawberryConfig(scalar_map=SCALARS, auto_camel_case=True)
