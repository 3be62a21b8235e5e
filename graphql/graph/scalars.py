"""The schema's scalars. They accept what Postgres wrote as JSON too, where graphql-core has to complete an answer."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig
from strawberry.types.scalar import ScalarDefinition, scalar


def _text(value: Any) -> str:
    return value if isinstance(value, str) else value.isoformat()


def _date(value: Any) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise GraphQLError(f"{value!r} is not a date: write it as 2019-09-30.") from error


def _moment(value: Any) -> datetime:
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise GraphQLError(f"{value!r} is not a moment: write it as 2019-09-30T09:00:00+01:00.") from error
    if found.tzinfo is None:
        raise GraphQLError(f"{value!r} does not say in which time zone: add Z or an offset such as +01:00.")
    return found.astimezone(UTC)


def _decimal(value: Any) -> Decimal:
    try:
        found = Decimal(str(value))
    except InvalidOperation as error:
        raise GraphQLError(f"{value!r} is not a decimal number: write it as 5609.46.") from error
    if not found.is_finite():
        raise GraphQLError(f"{value!r} is not a decimal number: write it as 5609.46.")
    return found


SCALARS: dict[object, ScalarDefinition] = {
    date: scalar(
        name="Date",
        description="A day, as `2019-09-30`; it is the same day in every time zone.",
        serialize=_text,
        parse_value=_date,
    ),
    datetime: scalar(
        name="DateTime",
        description="A moment with its offset, as `2019-09-30T09:00:00+01:00`.",
        serialize=_text,
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
