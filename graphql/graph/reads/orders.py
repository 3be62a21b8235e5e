"""Orders as keys: what a list is sorted by, and what a cursor remembers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Enum as Words
from sqlalchemy import Integer, Text, cast, func, literal_column
from strawberry.types.base import StrawberryOptional

from graph.reads.declare import Declaration
from graph.reads.names import graphql_name
from graph.reads.sources import Column
from graph.reads.values import Leaf, Tree

if TYPE_CHECKING:
    from graph.reads.statement import Compiler

_SORTED_AS_THEY_ARE: frozenset[Any] = frozenset({bool, int, float, date, datetime, Decimal})


@dataclass(frozen=True, slots=True)
class Key:
    """One key of an order: its SQL for a row, the Python type of its values, and which end comes first."""

    name: str
    of: Callable[[Any], Any]
    kind: type[Any]
    nullable: bool
    descending: bool


def keys(compiler: Compiler, declared: Declaration, default: tuple[str, ...], tree: Tree | None) -> list[Key]:
    """The keys of a list's order: what was asked for, or the list's own order, and the id to settle ties."""
    asked = _asked(declared, tree) or [(name.removeprefix("-"), name.startswith("-")) for name in default]
    found = [_key(compiler, declared, name, descending=descending) for name, descending in asked]
    last = asked[-1][1] if asked else False
    return [*found, Key("id", lambda row: row.id, UUID, nullable=False, descending=last)]


def _asked(declared: Declaration, tree: Tree | None) -> list[tuple[str, bool]]:
    if not isinstance(tree, list):
        return []
    names = {graphql_name(name): name for name in declared.orders}
    given: dict[str, Tree] = {}
    for item in tree:
        for name, leaf in item.items() if isinstance(item, dict) else ():
            given.setdefault(name, leaf)  # asked for again, a field has nothing left to decide
    return [(names[name], _is_descending(leaf)) for name, leaf in given.items()]


def _is_descending(leaf: Tree) -> bool:
    assert isinstance(leaf, Leaf)  # the input has exactly one field, which cannot be null
    return bool(leaf.now.name == "DESC")


def _key(compiler: Compiler, declared: Declaration, name: str, *, descending: bool) -> Key:
    field = declared.by_name.get(name)
    if field is None or not isinstance(field.read, Column):
        return _attribute(declared, name, descending=descending)
    kind: Any = field.type
    nullable = isinstance(kind, StrawberryOptional)
    inner: Any = kind.of_type if isinstance(kind, StrawberryOptional) else kind

    def of(row: Any) -> Any:
        value = compiler.scalar(field, row)
        return _rank(value) if isinstance(value.type, Words) else value

    is_word = hasattr(inner, "wrapped_cls")
    python = int if is_word else inner if inner in _SORTED_AS_THEY_ARE else str
    return Key(name, of, python, nullable, descending)


def _attribute(declared: Declaration, name: str, *, descending: bool) -> Key:
    assert declared.model is not None
    column = declared.model.__table__.c[name]
    return Key(
        name, lambda row: getattr(row, name), column.type.python_type, bool(column.nullable), descending
    )


def _rank(value: Any) -> Any:
    """Words in the order in which their list has them, for that is how people rank them."""
    words = ",".join(f"'{word}'" for word in value.type.enums)
    return func.array_position(literal_column(f"ARRAY[{words}]"), cast(value, Text), type_=Integer())
