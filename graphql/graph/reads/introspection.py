"""What a schema says of itself, as graphql-core would: by its own fields, but each thing once and straight as JSON.

The schema never changes, so what is selected of one type is the same wherever it is selected again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import orjson
from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    SchemaMetaFieldDef,
    TypeMetaFieldDef,
    is_leaf_type,
)
from graphql.execution.values import VariableValues, get_argument_values

from graph.reads.cost import Cost
from graph.reads.errors import ReadRefused
from graph.reads.selections import Fields, Selector

FIELDS = {"__schema": SchemaMetaFieldDef, "__type": TypeMetaFieldDef}
"""The fields of the root that ask for the schema itself."""

MOST_BYTES = 2_000_000
"""How long an answer about the schema may be. The whole of it, as tools ask for it, has less than half."""

_BYTES_OF_A_ROW = 100


@dataclass(frozen=True, slots=True)
class Described:
    """What was asked of the schema: the value of each field in JSON, in their order; or that it is too much."""

    values: tuple[bytes, ...]
    too_large: bool = False

    @property
    def bytes(self) -> int:
        """How long it is."""
        return sum(map(len, self.values))

    @property
    def cost(self) -> Cost:
        """Its price: that of a row for as many bytes as a row has."""
        return Cost(1 + self.bytes // _BYTES_OF_A_ROW)

    def require_moderate(self) -> None:
        """Go on only if it can be answered.

        Raises:
            ReadRefused: INTROSPECTION_TOO_LARGE.
        """
        if self.too_large:
            raise ReadRefused(
                "INTROSPECTION_TOO_LARGE",
                f"An answer about the schema has at most {MOST_BYTES:,} bytes: ask for it once, without aliases, "
                "or take it as text from /graphql/schema.graphql.",
            )


def describe(selector: Selector, values: VariableValues, roots: Iterable[list[FieldNode]]) -> Described:
    """What the schema says to these fields of the root."""
    describing = _Describing(selector, values)
    try:
        found = tuple(describing.field(FIELDS[nodes[0].name.value], nodes, None) for nodes in roots)
        describing.require_moderate(found)
    except _TooLarge:
        return Described((), too_large=True)
    return Described(found)


class _TooLarge(Exception):  # noqa: N818 - it says what happened
    """The answer would be longer than it may be."""


@dataclass(frozen=True, slots=True)
class _Describing:
    selector: Selector
    values: VariableValues
    _fields: dict[tuple[str, tuple[int, ...]], Fields] = field(default_factory=dict)
    _known: dict[tuple[int, tuple[int, ...]], bytes] = field(default_factory=dict)
    _described: list[Any] = field(
        default_factory=list
    )  # keeps the ids of what is known from being given anew

    def field(self, definition: GraphQLField, nodes: list[FieldNode], source: Any) -> bytes:
        info: Any = SimpleNamespace(schema=self.selector.schema)
        arguments = get_argument_values(definition, nodes[0], self.values)
        assert definition.resolve is not None
        return self._value(definition.type, nodes, definition.resolve(source, info, **arguments))

    def _value(self, kind: GraphQLOutputType, nodes: list[FieldNode], value: Any) -> bytes:
        if isinstance(kind, GraphQLNonNull):
            kind = kind.of_type
        if value is None:
            return b"null"
        if isinstance(kind, GraphQLList):
            return b"[%b]" % self._joined(self._value(kind.of_type, nodes, item) for item in value)
        if is_leaf_type(kind):
            return orjson.dumps(kind.serialize(value))
        return self._object(cast("GraphQLObjectType", kind), nodes, value)

    def _object(self, kind: GraphQLObjectType, nodes: list[FieldNode], value: Any) -> bytes:
        selected = tuple(map(id, nodes))
        known = self._known.get((id(value), selected))
        if known is None:
            self._described.append(value)
            fields = self._selected(kind, nodes, selected)
            parts = (
                b'"%b":%b' % (key.encode(), self._part(kind, each, value)) for key, each in fields.items()
            )
            known = self._known[id(value), selected] = b"{%b}" % self._joined(parts)
        return known

    def _selected(self, kind: GraphQLObjectType, nodes: list[FieldNode], selected: tuple[int, ...]) -> Fields:
        found = self._fields.get((kind.name, selected))
        if found is None:
            found = self._fields[kind.name, selected] = self.selector.fields(kind, nodes)
        return found

    def _part(self, kind: GraphQLObjectType, nodes: list[FieldNode], value: Any) -> bytes:
        definition = kind.fields.get(nodes[0].name.value)
        return b'"%b"' % kind.name.encode() if definition is None else self.field(definition, nodes, value)

    def _joined(self, parts: Iterable[bytes]) -> bytes:
        """The parts with commas between them; given up as soon as they are too long."""
        found, size = [], 0
        for part in parts:
            found.append(part)
            size += len(part)
            if size > MOST_BYTES:
                raise _TooLarge
        return b",".join(found)

    def require_moderate(self, found: tuple[bytes, ...]) -> None:
        if sum(map(len, found)) > MOST_BYTES:
            raise _TooLarge
