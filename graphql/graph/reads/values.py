"""Argument values as the compiler sees them: structure now, leaves later.

A plan serves every request of the same shape, so an argument is split in two. Its structure (which filters, which
order) decides the SQL and is read now; its leaves (the dates, words and numbers) are fetched from the variables of
each request and bound. Neither ever becomes text of a statement.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeAlias

from graphql import (
    GraphQLError,
    GraphQLInputType,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableNode,
    get_nullable_type,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
)
from graphql.utilities.coerce_input_value import coerce_default_value, coerce_input_literal

from graph.reads.identity import kind_of

Variables: TypeAlias = Mapping[str, Any]


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
    """The value of an argument node; None where it comes from a variable that was not given.

    Raises:
        GraphQLError: a variable is null where there has to be a value.
    """
    if isinstance(node, VariableNode):
        return _variable(node, kind, variables)
    if isinstance(node, NullValueNode):
        return constant(None)
    inner = get_nullable_type(kind)
    if is_input_object_type(inner) and isinstance(node, ObjectValueNode):
        return _object(node, inner, variables)
    if is_list_type(inner):
        return _list(node, inner.of_type, variables)
    return constant(coerce_input_literal(node, kind))


def _variable(node: VariableNode, kind: GraphQLInputType, variables: Variables) -> Tree | None:
    name = node.name.value
    if name not in variables:
        return None
    if variables[name] is None and is_non_null_type(kind):
        raise GraphQLError(f"The variable ${name} is null: give it a value of type {kind}.", node)
    return _wrapped(variables[name], kind, (name,))


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


def levels(variables: Variables) -> Iterator[list[Any]]:
    """All values in the variables of a request, level by level, objects and lists among them."""
    level = list(variables.values())
    while level:
        yield level
        level = [inner for value in level for inner in _inside(value)]


def _inside(value: Any) -> Iterable[Any]:
    match value:
        case dict():
            return value.values()
        case list():
            return value
    return ()


def shape(value: Any, kinds: Container[str]) -> Any:
    """What of a variable's value decides the statement: everything but the leaves.

    Truth values, words of a closed list and the type in an id (one of `kinds`) do decide it; they have few values each.
    So does about how large a number is: it may be that of a page.
    """
    if isinstance(value, dict):
        return tuple((key, shape(inner, kinds)) for key, inner in sorted(value.items()))
    if isinstance(value, list):
        structured = any(isinstance(item, dict) for item in value)
        return tuple(shape(item, kinds) for item in value) if structured else list.__name__
    if value is None or isinstance(value, bool | Enum):
        return value
    if isinstance(value, int):
        return size_class(value)
    kind = kind_of(value) if isinstance(value, str) else None
    return kind if kind is not None and kind in kinds else type(value).__name__


def size_class(number: int) -> int:
    """About how large a number is: 2 to the power of its class is the first power of 2 that is larger."""
    return number.bit_length()
