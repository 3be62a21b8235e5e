"""Values of a question put into variables: given, by default, given in spite of a default, null or left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    ConstValueNode,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    ListValueNode,
    NameNode,
    ObjectFieldNode,
    ObjectValueNode,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
    get_nullable_type,
    is_non_null_type,
    parse_const_value,
    parse_type,
    print_ast,
    value_from_ast_untyped,
)

Choose = Callable[[list[str]], str]


@dataclass(slots=True)
class Variables:
    """The variables of one question."""

    choose: Choose
    definitions: list[VariableDefinitionNode] = field(default_factory=list)
    given: dict[str, Any] = field(default_factory=dict)

    def lifted(self, value: ValueNode, kind: str, *, may_be_null: bool = False) -> ValueNode:
        """The value, or once in a while a variable that has it."""
        how = self.choose(["literal"] * 6 + ["given", "default", "both"])
        if how == "literal":
            return value
        name = f"v{len(self.definitions)}"
        if may_be_null and not kind.endswith("!"):
            how = self.choose([how, how, "null", "left out"])
        variable = VariableNode(name=NameNode(value=name))
        self.definitions.append(
            VariableDefinitionNode(
                variable=variable,
                type=parse_type(kind),
                default_value=_constant(value) if how in {"default", "both"} else None,
                directives=(),
            )
        )
        if how in {"given", "both", "null"}:
            self.given[name] = None if how == "null" else value_from_ast_untyped(value)
        return variable

    def within(self, value: ValueNode, kind: GraphQLInputType, *, may_be_null: bool = False) -> ValueNode:
        """The value, or a variable in its place, or variables for parts of it."""
        inner = get_nullable_type(kind)
        if isinstance(inner, GraphQLInputObjectType) and isinstance(value, ObjectValueNode):
            fields = tuple(self._part(f, inner, may_be_null=may_be_null) for f in value.fields)
            if any(_has_variable(f.value) for f in fields):
                return ObjectValueNode(fields=fields)
        elif isinstance(inner, GraphQLList) and isinstance(value, ListValueNode):
            items = tuple(self.within(item, inner.of_type) for item in value.values)
            if any(map(_has_variable, items)):
                return ListValueNode(values=items)
        return self.lifted(value, str(kind), may_be_null=may_be_null)

    def _part(
        self, part: ObjectFieldNode, kind: GraphQLInputObjectType, *, may_be_null: bool
    ) -> ObjectFieldNode:
        wanted: Any = kind.fields[part.name.value].type
        if kind.is_one_of and not is_non_null_type(wanted):
            wanted = GraphQLNonNull(wanted)
        value = self.within(part.value, wanted, may_be_null=may_be_null and not kind.is_one_of)
        return ObjectFieldNode(name=part.name, value=value)


def _constant(value: ValueNode) -> ConstValueNode:
    """A value without a variable, as a default has to be."""
    return parse_const_value(print_ast(value))


def _has_variable(value: ValueNode) -> bool:
    if isinstance(value, ObjectValueNode):
        return any(_has_variable(part.value) for part in value.fields)
    if isinstance(value, ListValueNode):
        return any(map(_has_variable, value.values))
    return isinstance(value, VariableNode)
