"""Argument values as the compiler sees them: structure now, leaves later.

A plan serves every request of the same shape, so an argument is split in two. Its structure (which filters, which
order) decides the SQL and is read now; its leaves (the dates, words and numbers) are fetched from the variables of
each request and bound. Neither ever becomes text of a statement.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeAlias

from graphql import (
    GraphQLInputType,
    ListValueNode,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableNode,
    get_nullable_type,
    is_input_object_type,
    is_list_type,
)
from graphql.utilities.coerce_input_value import coerce_default_value, coerce_input_literal

Variables: TypeAlias = Mapping[str, Any]

_TYPED_ID = re.compile(r"[A-Za-z_]\w*:(?=[0-9a-fA-F-]{36}$)")


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value without structure: what it is now, and how to find it in the variables of a later request."""

    now: Any
    find: Callable[[Variables], Any]


Tree: TypeAlias = "Leaf | dict[str, Tree] | list[Tree]"


def constant(value: Any) -> Leaf:
    """A leaf that is the same in every request."""
    return Leaf(value, lambda _variables: value)


def argument(node: ValueNode, kind: GraphQLInputType, variables: Variables) -> Tree | None:
    """The value of an argument node; None where it comes from a variable that was not given."""
    if isinstance(node, VariableNode):
        name = node.name.value
        return _wrapped(variables[name], kind, (name,)) if name in variables else None
    inner = get_nullable_type(kind)
    if is_input_object_type(inner) and isinstance(node, ObjectValueNode):
        return _object(node, inner, variables)
    if is_list_type(inner):
        return _list(node, inner.of_type, variables)
    return constant(coerce_input_literal(node, kind))


def _object(node: ObjectValueNode, kind: Any, variables: Variables) -> dict[str, Tree]:
    given = {field.name.value: field.value for field in node.fields}
    tree: dict[str, Tree] = {}
    for name, field in kind.fields.items():
        if name in given:
            value = argument(given[name], field.type, variables)
            if value is not None:
                tree[name] = value
        elif field.default_value is not Undefined or getattr(field, "default", None) is not None:
            tree[name] = constant(coerce_default_value(field))
    return tree


def _list(node: ValueNode, kind: GraphQLInputType, variables: Variables) -> Tree:
    items = [
        argument(n, kind, variables) for n in (node.values if isinstance(node, ListValueNode) else [node])
    ]
    found = [constant(None) if item is None else item for item in items]
    leaves = [item for item in found if isinstance(item, Leaf)]
    if len(leaves) == len(found):
        return Leaf([leaf.now for leaf in leaves], lambda given: [leaf.find(given) for leaf in leaves])
    return found


def _wrapped(value: Any, kind: GraphQLInputType, path: tuple[str | int, ...]) -> Tree:
    inner = get_nullable_type(kind)
    if isinstance(value, dict) and is_input_object_type(inner):
        return {
            key: _wrapped(value[key], field.type, (*path, key))
            for key, field in inner.fields.items()
            if key in value
        }
    if isinstance(value, list) and is_list_type(inner) and any(isinstance(item, dict) for item in value):
        return [_wrapped(item, inner.of_type, (*path, place)) for place, item in enumerate(value)]

    def find(variables: Variables) -> Any:
        found: Any = variables
        for step in path:
            found = found[step]
        return found

    return Leaf(value, find)


def shape(value: Any) -> Any:
    """What of a variable's value decides the statement: everything but the leaves.

    Truth values, words of a closed list and the type in an id do decide it; they have few values each.
    """
    if isinstance(value, dict):
        return tuple((key, shape(inner)) for key, inner in sorted(value.items()))
    if isinstance(value, list):
        return (
            tuple(shape(item) for item in value)
            if any(isinstance(item, dict) for item in value)
            else list.__name__
        )
    if value is None or isinstance(value, bool | Enum):
        return value
    if isinstance(value, str) and (typed := _TYPED_ID.match(value)):
        return typed.group()
    return type(value).__name__
