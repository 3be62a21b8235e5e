"""Our schema as hypothesis-graphql gets it, to choose fields from.

It is unrolled into a tree of a few levels, whose types are called by their level, as `Programme__2`: ours leads from
everything to everything, and a question of any size would hardly ever reach a list within a list. What stands in an
argument is a scalar there, with a strategy of ours. Pages and counts are put on the question afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator

from graphql import (
    DocumentNode,
    GraphQLField,
    GraphQLInputType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLWrappingType,
    build_schema,
    get_named_type,
    is_interface_type,
    is_leaf_type,
    is_object_type,
    is_scalar_type,
)
from hypothesis import strategies as st
from hypothesis_graphql import queries

from tests.graph.reads.values import Values

LEVELS = 3
PAGES = {"first", "after", "last", "before"}
_LATER = {"totalCount", "pageInfo", "cursor"}


def shapes(schema: GraphQLSchema, values: Values) -> st.SearchStrategy[DocumentNode]:
    """Questions with fields, filters and orders, which name types by their level still."""
    arguments = {_scalar(kind): kind for kind in _argument_types(schema)}
    strategies = {name: values.some(kind) for name, kind in arguments.items()}
    tree = build_schema("\n".join([*_scalars(schema), *(f"scalar {n}" for n in arguments), *_types(schema)]))
    return queries(tree, custom_scalars=strategies, print_ast=lambda document: document)


def without_level(name: str) -> str:
    """`Programme__2` as `Programme`."""
    return name.partition("__")[0]


def _scalar(kind: GraphQLInputType) -> str:
    return "In" + str(kind).translate(str.maketrans({"[": "L", "]": "", "!": "", " ": ""}))


def _argument_types(schema: GraphQLSchema) -> Iterator[GraphQLInputType]:
    for kind in _composites(schema):
        for field in kind.fields.values():
            yield from (a.type for name, a in field.args.items() if name not in PAGES)


def _composites(schema: GraphQLSchema) -> list[GraphQLObjectType]:
    left_out = {schema.mutation_type, schema.subscription_type}
    kinds = [k for name, k in schema.type_map.items() if not name.startswith("__")]
    return [k for k in kinds if (is_object_type(k) or is_interface_type(k)) and k not in left_out]


def _scalars(schema: GraphQLSchema) -> Iterator[str]:
    for name, kind in schema.type_map.items():
        if (
            is_leaf_type(kind)
            and not name.startswith("__")
            and name not in {"Int", "Float", "String", "Boolean", "ID"}
        ):
            words = "" if is_scalar_type(kind) else " { " + " ".join(kind.values) + " }"
            yield f"{'scalar' if is_scalar_type(kind) else 'enum'} {name}{words}"


def _types(schema: GraphQLSchema) -> Iterator[str]:
    for kind in _composites(schema):
        for level in range(1 if kind is schema.query_type else LEVELS):
            fields = [
                line for name, field in kind.fields.items() if (line := _field(kind, name, field, level))
            ]
            own = kind.name if kind is schema.query_type else f"{kind.name}__{level}"
            over = "".join(f" implements {i.name}__{level}" for i in kind.interfaces)
            word = "interface" if is_interface_type(kind) else "type"
            if fields:
                yield f"{word} {own}{over} {{ {' '.join(fields)} }}"


def _field(parent: GraphQLObjectType, name: str, field: GraphQLField, level: int) -> str:
    target = get_named_type(field.type)
    inside = parent.name.endswith(("Connection", "Edge"))
    below = level if inside or parent.name == "Query" else level + 1
    if (name in _LATER and inside) or (not is_leaf_type(target) and below >= LEVELS):
        return ""
    given = [f"{n}: {_scalar(a.type)}" for n, a in field.args.items() if n not in PAGES]
    kind = str(field.type) if is_leaf_type(target) else _renamed(field.type, f"{target.name}__{below}")
    return f"{name}{'(' + ' '.join(given) + ')' if given else ''}: {kind}"


def _renamed(kind: object, name: str) -> str:
    if isinstance(kind, GraphQLWrappingType):
        inner = _renamed(kind.of_type, name)
        return f"{inner}!" if str(kind).endswith("!") else f"[{inner}]"
    return name
