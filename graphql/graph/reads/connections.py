"""Connections as Relay specifies them, paged by key: a page costs the same wherever it is."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any, Generic, TypeVar

import orjson
import strawberry
from sqlalchemy import ColumnElement, Text, cast, func, literal, literal_column

from graph.reads.declare import column, reads
from graph.reads.errors import ReadRefused

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
        kind: str = value["__kind"]
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
    parts = func.json_build_array(literal(order), *(cast(key, Text) for key in keys))
    encoded = func.encode(
        func.convert_to(cast(parts, Text), literal_column("'UTF8'")), literal_column("'base64'")
    )
    return func.translate(encoded, literal_column("E'\\n'"), literal_column("''"))


def keys_of(text: Any, order: str, kinds: Sequence[type[Any]]) -> list[Any]:
    """The keys in a cursor, as values of the kinds given.

    Raises:
        ReadRefused: the text is no cursor, or one of a list in a different order.
    """
    try:
        found = orjson.loads(base64.b64decode(str(text), validate=True))
        if found[0] != order or len(found) != len(kinds) + 1:
            raise ReadRefused(
                "BAD_CURSOR", "This cursor is from a list in another order. Start from the first page."
            )
        return [
            None if part is None else parse(kind, part) for kind, part in zip(kinds, found[1:], strict=True)
        ]
    except (binascii.Error, ValueError, TypeError, LookupError, ArithmeticError) as error:
        raise ReadRefused("BAD_CURSOR", "This is not a cursor. Use one that a list gave, or none.") from error


def parse(kind: type[Any], text: str) -> Any:
    """A key's value from the text that Postgres made of it."""
    if kind is bool:
        return {"true": True, "false": False}[text]
    reader = getattr(kind, "fromisoformat", kind)
    return reader(text)
