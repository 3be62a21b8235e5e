"""Our schema as hypothesis-graphql gets it, to choose fields from.

It is unrolled into a tree of a few levels, whose types are called by their level, as `Programme__2`: ours leads from
everything to everything, and a question of any size would hardly ever reach a list within a list. What stands in an
argument is a scalar there, with a strategy of ours. Pages and counts are put on the question afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from graphql import (
    DocumentNode,
    GraphQLField,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    get_named_type,
    is_enum_type,
    is_interface_type,
    is_leaf_type,
)
from hypothesis import strategies as st
from hypothesis_graphql import queries

from tests.graph.reads.values import Values

Composite = GraphQLObjectType | GraphQLInterfaceType
"""A type that has fields."""

LEVELS = 3
PAGES = {"first", "after", "last", "before"}
_LATER = {"totalCount", "pageInfo", "cursor"}
_BUILT_IN = {"Int", "Float", "String", "Boolean", "ID"}


def shapes(schema: GraphQLSchema, values: Values) -> st.SearchStrategy[DocumentNode]:
    """Questions with fields, filters and orders, which name types by their level still.

    `node` and `subject` lead to any type: with them in every question there would be little else.
    """
    subject, node = "JournalEntry.subject", "Query.node"
    roots = [f"Query.{name}" for name in schema.query_type.fields] if schema.query_type else []
    alone = {root: frozenset(roots) - {root} | {subject} for root in roots}
    trees = [*alone.values(), *(left for root, left in alone.items() if root.endswith("s") for _ in range(2))]
    trees += [frozenset({node, subject}), alone["Query.journal"] - {subject}, alone["Query.node"] - {subject}]
    made = {left_out: _Tree(schema, left_out).queries(values) for left_out in set(trees)}
    return st.sampled_from(trees).flatmap(made.__getitem__)


def without_level(name: str) -> str:
    """`Programme__2` as `Programme`."""
    return name.partition("__")[0]


@dataclass(frozen=True)
class _Tree:
    original: GraphQLSchema
    left_out: frozenset[str]

    @cached_property
    def schema(self) -> Any:
        arguments = (f"scalar {name}" for name in self._arguments())
        types = (_type(kind, level, fields) for (kind, level), fields in self._types.items())
        return build_schema("\n".join([*self._leaves(), *arguments, *types]), assume_valid_sdl=True)

    def queries(self, values: Values) -> st.SearchStrategy[DocumentNode]:
        scalars = {name: values.some(kind) for name, kind in self._arguments().items()}
        return queries(self.schema, custom_scalars=scalars, print_ast=lambda made: made)

    def _arguments(self) -> dict[str, GraphQLInputType]:
        return {_scalar(a.type): a.type for f in self._fields() for n, a in f.args.items() if n not in PAGES}

    def _leaves(self) -> Iterator[str]:
        for kind in dict.fromkeys(get_named_type(field.type) for field in self._fields()):
            if is_enum_type(kind):
                yield f"enum {kind.name} {{ {' '.join(kind.values)} }}"
            elif is_leaf_type(kind) and kind.name not in _BUILT_IN:
                yield f"scalar {kind.name}"

    def _fields(self) -> Iterator[GraphQLField]:
        return (field for fields in self._types.values() for field in fields.values())

    @cached_property
    def _types(self) -> dict[tuple[Composite, int], dict[str, GraphQLField]]:
        """The types that the root leads to, with their levels and fields.

        With all others a schema would have 800 types instead of 200, and take a third of a second to build.
        """
        found: dict[tuple[Composite, int], dict[str, GraphQLField]] = {}
        waiting: list[tuple[Composite, int]] = [(cast("GraphQLObjectType", self.original.query_type), -1)]
        while waiting:
            kind, level = waiting.pop()
            if (kind, level) in found:
                continue
            fields = {name: field for name, field in kind.fields.items() if self._is_kept(kind, name, level)}
            found[kind, level] = fields
            led_to = [get_named_type(field.type) for field in fields.values()]
            objects = [k for target in led_to for k in self._ways_to_be(target)]
            waiting += [(over, level) for over in kind.interfaces]
            waiting += [(k, _below(kind, level)) for k in objects]
        return found

    def _ways_to_be(self, kind: Any) -> list[Composite]:
        if is_leaf_type(kind):
            return []
        return [kind, *(self.original.get_possible_types(kind) if is_interface_type(kind) else ())]

    def _is_kept(self, parent: Composite, name: str, level: int) -> bool:
        is_leaf = is_leaf_type(get_named_type(parent.fields[name].type))
        return not (
            f"{parent.name}.{name}" in self.left_out
            or (_is_of_list(parent) and name in _LATER)
            or (not is_leaf and _below(parent, level) >= LEVELS)
        )


def _is_of_list(kind: Composite) -> bool:
    return kind.name.endswith(("Connection", "Edge"))


def _below(parent: Composite, level: int) -> int:
    """The level of what a type's fields lead to."""
    return level if _is_of_list(parent) else level + 1


def _type(kind: Composite, level: int, fields: dict[str, GraphQLField]) -> str:
    word = "interface" if is_interface_type(kind) else "type"
    called = kind.name if level < 0 else f"{kind.name}__{level}"
    over = "".join(f" implements {i.name}__{level}" for i in kind.interfaces)
    told = " ".join(_field(name, field, _below(kind, level)) for name, field in fields.items())
    return f"{word} {called}{over} {{ {told} }}"


def _field(name: str, field: GraphQLField, level: int) -> str:
    target = get_named_type(field.type)
    taken = ", ".join(f"{n}: {_argument(a.type)}" for n, a in field.args.items() if n not in PAGES)
    own = target.name if is_leaf_type(target) else f"{target.name}__{level}"
    return f"{name}{f'({taken})' if taken else ''}: {_renamed(field.type, own)}"


def _scalar(kind: GraphQLInputType) -> str:
    return "In" + "".join({"[": "L"}.get(c, c) for c in str(kind) if c not in "]!")


def _argument(kind: GraphQLInputType) -> str:
    return _scalar(kind) + ("!" if isinstance(kind, GraphQLNonNull) else "")


def _renamed(kind: Any, name: str) -> str:
    if isinstance(kind, GraphQLNonNull):
        return f"{_renamed(kind.of_type, name)}!"
    return f"[{_renamed(kind.of_type, name)}]" if isinstance(kind, GraphQLList) else name
