"""Connections as Relay specifies them, paged by key: a page costs the same wherever it is."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

import orjson
import strawberry
from sqlalchemy import ColumnElement, Text, cast, func, literal_column

from graph.reads.declare import KIND, column, reads
from graph.reads.errors import ReadRefused
from graph.reads.names import quoted

Item = TypeVar("Item")

DEFAULT_PAGE = 50
LARGEST_PAGE = 100


@strawberry.interface(description="Whatever has an id that stays the same for ever.")
class Node:
    """A record with a global id, `Type:uuid`."""

    id: strawberry.ID = column("Stable and opaque; `node(id:)` finds the record again.")

    @classmethod
    def resolve_type(cls, value: Any, *_: Any) -> str:
        """The type of a fetched record."""
        kind: str = value[KIND]
        return kind


@reads()
class PageInfo:
    """Where a page stands in its list."""

    has_next_page: bool = column("Whether there are items after this page.")
    has_previous_page: bool = column("Whether there are items before this page.")
    start_cursor: str | None = column("The cursor of the first item; null on an empty page.")
    end_cursor: str | None = column("The cursor of the last item, for `after`; null on an empty page.")


@reads()
class Edge(Generic[Item]):
    """An item in its place in a list."""

    cursor: str = column("The item's place, for `after` and `before` of the same list in the same order.")
    node: Item


@reads()
class Connection(Generic[Item]):
    """A page of a list, and how much there is in all."""

    total_count: int = column("How many items the whole list has, with the filter applied.")
    nodes: list[Item] = column("The items of this page.")
    edges: list[Edge[Item]] = column("The items of this page, each with its cursor.")
    page_info: PageInfo


def cursor(order: str, keys: Sequence[ColumnElement[Any]]) -> ColumnElement[str]:
    """A row's place in a list as text: the order it speaks of, then the row's keys."""
    parts = func.json_build_array(quoted(order), *(cast(key, Text) for key in keys))
    encoded = func.encode(
        func.convert_to(cast(parts, Text), literal_column("'UTF8'")), literal_column("'base64'")
    )
    return func.translate(encoded, literal_column("E'\\n'"), literal_column("''"))


def keys_of(text: Any, order: str, kinds: Sequence[tuple[type[Any], bool]]) -> list[Any]:
    """The keys in a cursor, as values of the kinds given, each with whether it may be missing.

    Raises:
        ReadRefused: BAD_CURSOR, where the text is no cursor, or one of a list in a different order.
    """
    try:
        of, *parts = orjson.loads(base64.b64decode(str(text), validate=True))
        if of == order:
            return [_key(part, kind, nullable) for part, (kind, nullable) in zip(parts, kinds, strict=True)]
    except (ValueError, TypeError, LookupError, ArithmeticError) as error:
        raise ReadRefused("BAD_CURSOR", "This is not a cursor. Use one that a list gave, or none.") from error
    raise ReadRefused("BAD_CURSOR", "This cursor is from a list in another order. Start from the first page.")


def _key(part: Any, kind: type[Any], nullable: bool) -> Any:  # noqa: FBT001 - one of a pair
    """A key's value from the text that Postgres made of it; whatever Postgres could not have made is refused."""
    if part is None and nullable:
        return None
    if not isinstance(part, str) or "\0" in part:
        raise TypeError
    return _READERS.get(kind, kind)(part)


def _whole(text: str) -> int:
    number = int(text)
    if not -(2**31) <= number < 2**31:
        raise OverflowError
    return number


def _exact(text: str) -> Decimal:
    number = Decimal(text)
    if not number.is_finite() or abs(number.adjusted()) > _LARGEST_EXPONENT:
        raise OverflowError
    return number


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError
    return moment.astimezone(UTC)


_LARGEST_EXPONENT = 1000
_READERS: dict[type[Any], Callable[[str], Any]] = {
    bool: {"true": True, "false": False}.__getitem__,
    int: _whole,
    Decimal: _exact,
    date: date.fromisoformat,
    datetime: _moment,
}
