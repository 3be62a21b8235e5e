"""Our schema as hypothesis-graphql gets it, to choose fields from.

It is unrolled into a tree of a few levels, whose types are called by their level, as `Programme__2`: ours leads from
everything to everything, and a question of any size would hardly ever reach a list within a list. What stands in an
argument is a scalar there, with a strategy of ours. Pages and counts are put on the question afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

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
    is_object_type,
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
    made = {left_out: _Tree(schema, left_out).queries(values) for left_out in trees}
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
        return build_schema("\n".join([*self._leaves(), *arguments, *self._types()]))

    def queries(self, values: Values) -> st.SearchStrategy[DocumentNode]:
        scalars = {name: values.some(kind) for name, kind in self._arguments().items()}
        return queries(self.schema, custom_scalars=scalars, print_ast=lambda made: made)

    def _arguments(self) -> dict[str, GraphQLInputType]:
        fields = (field for kind in self._composites() for field in kind.fields.values())
        return {_scalar(a.type): a.type for f in fields for name, a in f.args.items() if name not in PAGES}

    def _composites(self) -> list[Composite]:
        kinds = [k for name, k in self.original.type_map.items() if not name.startswith("__")]
        composite = [k for k in kinds if is_object_type(k) or is_interface_type(k)]
        return [k for k in composite if k is not self.original.mutation_type]

    def _leaves(self) -> Iterator[str]:
        for name, kind in self.original.type_map.items():
            if is_enum_type(kind) and not name.startswith("__"):
                yield f"enum {name} {{ {' '.join(kind.values)} }}"
            elif is_leaf_type(kind) and name not in _BUILT_IN and not name.startswith("__"):
                yield f"scalar {name}"

    def _types(self) -> Iterator[str]:
        for kind in self._composites():
            word = "interface" if is_interface_type(kind) else "type"
            if kind is self.original.query_type:
                yield f"{word} {kind.name} {{ {self._fields(kind, -1)} }}"
                continue
            for level in range(LEVELS):
                over = "".join(f" implements {i.name}__{level}" for i in kind.interfaces)
                if fields := self._fields(kind, level):
                    yield f"{word} {kind.name}__{level}{over} {{ {fields} }}"

    def _fields(self, kind: Composite, level: int) -> str:
        return " ".join(self._field(kind, name, field, level) for name, field in kind.fields.items()).strip()

    def _field(self, parent: Composite, name: str, field: GraphQLField, level: int) -> str:
        target = get_named_type(field.type)
        inside = parent.name.endswith(("Connection", "Edge"))
        below = level if inside else level + 1
        if (
            f"{parent.name}.{name}" in self.left_out
            or (inside and name in _LATER)
            or (not is_leaf_type(target) and below >= LEVELS)
        ):
            return ""
        taken = ", ".join(f"{n}: {_argument(a.type)}" for n, a in field.args.items() if n not in PAGES)
        own = target.name if is_leaf_type(target) else f"{target.name}__{below}"
        return f"{name}{f'({taken})' if taken else ''}: {_renamed(field.type, own)}"


def _scalar(kind: GraphQLInputType) -> str:
    return "In" + "".join({"[": "L"}.get(c, c) for c in str(kind) if c not in "]!")


def _argument(kind: GraphQLInputType) -> str:
    return _scalar(kind) + ("!" if isinstance(kind, GraphQLNonNull) else "")


def _renamed(kind: Any, name: str) -> str:
    if isinstance(kind, GraphQLNonNull):
        return f"{_renamed(kind.of_type, name)}!"
    return f"[{_renamed(kind.of_type, name)}]" if isinstance(kind, GraphQLList) else name
