"""Filters as conditions on rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    Text,
    Uuid,
    and_,
    any_,
    cast,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy import Enum as Words

from graph.reads.declare import Declaration, ReadField, declaration_of, target_of
from graph.reads.identity import key_of
from graph.reads.names import graphql_name
from graph.reads.sources import Many, One
from graph.reads.values import Leaf, Tree

if TYPE_CHECKING:
    from graph.reads.statement import Compiler

_COMPARISONS: dict[str, Callable[[Any, Any], ColumnElement[bool]]] = {
    "eq": lambda value, bound: value == bound,
    "ne": lambda value, bound: value.is_distinct_from(bound),
    "in": lambda value, bound: value == any_(bound),
    "notIn": lambda value, bound: func.coalesce(not_(value == any_(bound)), true()),
    "lt": lambda value, bound: value < bound,
    "lte": lambda value, bound: value <= bound,
    "gt": lambda value, bound: value > bound,
    "gte": lambda value, bound: value >= bound,
    "contains": lambda value, bound: func.strpos(func.lower(value), func.lower(bound)) > 0,
    "startsWith": lambda value, bound: func.starts_with(func.lower(value), func.lower(bound)),
}


def named(tree: Tree | None) -> set[str]:
    """The fields that a filter puts conditions on, by their names in the schema."""
    if isinstance(tree, list):
        return set().union(*map(named, tree))
    if not isinstance(tree, dict):
        return set()
    return set().union(
        *(
            named(value) if name in {"and", "or", "not"} else {name}
            for name, value in tree.items()
            if not isinstance(value, Leaf) or value.now
        )
    )


@dataclass(frozen=True, slots=True)
class Narrowing:
    """The filter of a declared type, applied to an alias of its rows."""

    compiler: Compiler
    declared: Declaration
    row: Any

    def condition(self, tree: Tree | None) -> ColumnElement[bool]:
        """The condition that a filter puts on the row; true where nothing was given."""
        if not isinstance(tree, dict):
            return true()
        self.compiler.take_conditions(1)
        return and_(true(), *(self._part(name, value) for name, value in tree.items()))

    def _part(self, name: str, value: Tree) -> ColumnElement[bool]:
        if isinstance(value, Leaf) and not value.now:
            return false() if name == "or" and value.now is not None else true()
        match name:
            case "and" | "or":
                parts = [self.condition(item) for item in value] if isinstance(value, list) else []
                return and_(true(), *parts) if name == "and" else or_(false(), *parts)
            case "not":
                return func.coalesce(not_(self.condition(value)), true())
        field = next(self.declared.by_name[own] for own in self.declared.filters if graphql_name(own) == name)
        match field.read:
            case One(on):
                return self._exists(field, on, value)
            case Many(on):
                assert isinstance(value, dict)
                return and_(true(), *(self._related(field, on, word, inner) for word, inner in value.items()))
        assert isinstance(value, dict)
        self.compiler.take_conditions(len(value))
        return and_(true(), *(self._compared(field, word, leaf) for word, leaf in value.items()))

    def _related(self, field: ReadField, on: Any, word: str, tree: Tree) -> ColumnElement[bool]:
        if isinstance(tree, Leaf):
            return true()
        found = self._exists(field, on, tree)
        return found if word == "some" else not_(found)

    def _exists(self, field: ReadField, on: Any, tree: Tree) -> ColumnElement[bool]:
        declared = declaration_of(target_of(field))
        assert declared.model is not None
        other, seen = self.compiler.rows(declared.model)
        kept = Narrowing(self.compiler, declared, other).condition(tree)
        related = true() if on is None else on(self.row, other, self.compiler.perspective)
        statement: Select[Any] = select(literal_column("1")).select_from(other).where(related, seen, kept)
        return statement.correlate_except(other).exists()

    def _compared(self, field: ReadField, word: str, leaf: Tree) -> ColumnElement[bool]:
        assert isinstance(leaf, Leaf)
        value = self.compiler.scalar(field, self.row)
        if leaf.now is None:
            against: dict[str, ColumnElement[bool]] = {"eq": value.is_(None), "ne": value.is_not(None)}
            return against.get(word, true())
        if word == "isNull":
            return value.is_(None) if leaf.now else value.is_not(None)  # type: ignore[no-any-return]
        kind, convert = self._comparable(field, value)
        bound = (
            self._list(leaf, kind, convert)
            if word in {"in", "notIn"}
            else self.compiler.bind(leaf, kind, convert)
        )
        return _COMPARISONS[word](value, bound)

    def _list(self, leaf: Leaf, kind: Any, convert: Callable[[Any], Any]) -> ColumnElement[Any]:
        """A list as one parameter: of texts, since the driver would look up other arrays with statements of its own."""
        texts = self.compiler.bind(
            leaf, ARRAY(Text()), lambda items: [_text(convert(item)) for item in items]
        )
        return texts if isinstance(kind, Text) else cast(texts, ARRAY(kind))

    def _comparable(self, field: ReadField, value: Any) -> tuple[Any, Callable[[Any], Any]]:
        """The SQL type to bind a value of this field as, and how a value of the schema becomes one of SQL."""
        if field.python_name == "id":
            kind = self.declared.name
            return Uuid(), lambda text: key_of(text, kind)
        if isinstance(value.type, Words):
            return Text(), lambda word: word.name if isinstance(word, Enum) else word
        return value.type, lambda plain: plain


def _text(value: Any) -> str | None:
    """A value as Postgres reads it."""
    return None if value is None else str(value)
