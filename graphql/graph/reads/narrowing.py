"""Filters as conditions, and orders as keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Text, Uuid, and_, any_, func, literal_column, not_, or_, select, true
from sqlalchemy import Enum as EnumType
from strawberry.types.base import StrawberryOptional

from graph.reads.declare import Column, Declaration, Many, One, ReadField, declaration_of, target_of
from graph.reads.errors import ReadRefused
from graph.reads.identity import key_of
from graph.reads.values import Leaf, Tree

if TYPE_CHECKING:
    from graph.reads.statement import Compiler


def condition_of(compiler: Compiler, declared: Declaration, row: Any, tree: Tree | None) -> ColumnElement[bool]:
    """The condition that a filter puts on a row; true where there is none."""
    if not isinstance(tree, dict):
        return true()
    fields = {_graphql_name(name): declared.by_name[name] for name in declared.filters}
    parts = [_part(compiler, declared, fields, row, name, value) for name, value in tree.items()]
    return and_(true(), *parts)


def _part(
    compiler: Compiler, declared: Declaration, fields: dict[str, ReadField], row: Any, name: str, value: Tree
) -> ColumnElement[bool]:
    if isinstance(value, Leaf) and value.now is None:
        return true()  # `lead: null` says as much as no `lead`
    if name in {"and", "or"} and isinstance(value, list):
        parts = [condition_of(compiler, declared, row, item) for item in value]
        return and_(true(), *parts) if name == "and" else or_(not_(true()), *parts)
    if name == "not":
        return func.coalesce(not_(condition_of(compiler, declared, row, value)), true())
    field = fields[name]
    read = field.read
    if isinstance(read, One):
        return _exists(compiler, field, lambda other: read.on(row, other, compiler.perspective), value)
    if isinstance(read, Many):
        return _some_or_none(compiler, field, read, row, value)
    return _operators(compiler, declared.name, field, row, value)


def _exists(
    compiler: Compiler, field: ReadField, on: Callable[[Any], ColumnElement[bool]], tree: Tree
) -> ColumnElement[bool]:
    declared = declaration_of(target_of(field))
    assert declared.model is not None
    other, seen = compiler.rows(declared.model)
    kept = condition_of(compiler, declared, other, tree)
    return select(literal_column("1")).select_from(other).where(on(other), seen, kept).correlate_except(other).exists()


def _some_or_none(compiler: Compiler, field: ReadField, read: Many, row: Any, tree: Tree) -> ColumnElement[bool]:
    assert isinstance(tree, dict)
    parts: list[ColumnElement[bool]] = []
    for name, inner in tree.items():
        found = _exists(
            compiler, field, lambda other: true() if read.on is None else read.on(row, other, compiler.perspective), inner
        )
        parts.append(found if name == "some" else not_(found))
    return and_(true(), *parts)


def _operators(compiler: Compiler, type_name: str, field: ReadField, row: Any, tree: Tree) -> ColumnElement[bool]:
    assert isinstance(tree, dict)
    value = compiler.scalar(field, row)
    return and_(true(), *(_operator(compiler, type_name, field, value, name, leaf) for name, leaf in tree.items()))


def _operator(
    compiler: Compiler, type_name: str, field: ReadField, value: Any, name: str, leaf: Tree
) -> ColumnElement[bool]:
    assert isinstance(leaf, Leaf)
    if leaf.now is None:
        return _against_nothing(value, name)
    if name == "isNull":
        return value.is_(None) if leaf.now else value.is_not(None)  # type: ignore[no-any-return]
    kind, convert = _comparable(type_name, field, value)
    if name in {"in", "notIn"}:
        items = compiler.bind(leaf, ARRAY(kind), lambda items: [convert(item) for item in items])
        found = value == any_(items)
        return found if name == "in" else func.coalesce(not_(found), true())
    bound = compiler.bind(leaf, kind, convert)
    return _COMPARISONS[name](value, bound)


def _against_nothing(value: Any, name: str) -> ColumnElement[bool]:
    if name == "eq":
        return value.is_(None)  # type: ignore[no-any-return]
    return value.is_not(None) if name == "ne" else true()


_COMPARISONS: dict[str, Callable[[Any, Any], ColumnElement[bool]]] = {
    "eq": lambda value, bound: value == bound,
    "ne": lambda value, bound: value.is_distinct_from(bound),
    "lt": lambda value, bound: value < bound,
    "lte": lambda value, bound: value <= bound,
    "gt": lambda value, bound: value > bound,
    "gte": lambda value, bound: value >= bound,
    "contains": lambda value, bound: func.strpos(func.lower(value), func.lower(bound)) > 0,
    "startsWith": lambda value, bound: func.starts_with(func.lower(value), func.lower(bound)),
}


def _comparable(type_name: str, field: ReadField, value: Any) -> tuple[Any, Callable[[Any], Any]]:
    """The SQL type to bind a value of this field as, and how a value of the schema becomes one of SQL."""
    if field.python_name == "id":
        return Uuid(), lambda text: key_of(text, type_name)
    if isinstance(value.type, EnumType):
        return Text(), lambda word: word.name if isinstance(word, Enum) else word
    return value.type, lambda plain: plain.name if isinstance(plain, Enum) else plain


@dataclass(frozen=True, slots=True)
class Key:
    """One key of an order."""

    name: str
    of: Callable[[Any], Any]
    kind: type[Any]
    nullable: bool
    descending: bool


def keys(compiler: Compiler, declared: Declaration, default: Sequence[str], tree: Tree | None) -> list[Key]:
    """The keys of a list's order: what was asked for, or the list's own order, and the id to settle ties."""
    asked = _asked(declared, tree) or [(name.removeprefix("-"), name.startswith("-")) for name in default]
    found = [_key(compiler, declared, name, descending=descending) for name, descending in asked if name != "id"]
    last = asked[-1][1] if asked else False
    return [*found, Key("id", lambda row: row.id, UUID, nullable=False, descending=last)]


def _asked(declared: Declaration, tree: Tree | None) -> list[tuple[str, bool]]:
    names = {_graphql_name(name): name for name in declared.orders}
    if tree is None or (isinstance(tree, Leaf) and not tree.now):
        return []
    found = []
    for item in tree if isinstance(tree, list) else [tree]:
        assert isinstance(item, dict)
        for name, leaf in item.items():
            assert isinstance(leaf, Leaf)
            if leaf.now is None:
                raise ReadRefused("NO_DIRECTION", f"Order by {name} ASC or DESC.")
            found.append((names[name], leaf.now.name == "DESC"))
    return found


def _key(compiler: Compiler, declared: Declaration, name: str, *, descending: bool) -> Key:
    field = declared.by_name.get(name)
    if field is not None and isinstance(field.read, Column):
        return Key(name, lambda row: compiler.scalar(field, row), _python(field.type), _is_optional(field), descending)
    assert declared.model is not None
    attribute = declared.model.__table__.c[name]
    return Key(name, lambda row: getattr(row, name), attribute.type.python_type, bool(attribute.nullable), descending)


def _is_optional(field: ReadField) -> bool:
    return isinstance(field.type, StrawberryOptional)


def _python(kind: Any) -> type[Any]:
    inner = kind.of_type if isinstance(kind, StrawberryOptional) else kind
    return inner if inner in {bool, int, float, date, datetime, Decimal} else str


def _graphql_name(python_name: str) -> str:
    head, *rest = python_name.split("_")
    return head + "".join(part.capitalize() for part in rest)
