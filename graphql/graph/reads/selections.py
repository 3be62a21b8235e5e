"""Selection sets with fragments, @include and @skip worked out (GraphQL specification, 6.3.2 CollectFields)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLIncludeDirective,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSkipDirective,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    is_abstract_type,
)

from graph.reads.values import Variables

Fields = dict[str, list[FieldNode]]


@dataclass(frozen=True, slots=True)
class Selector:
    """Collects the fields that a request selects of an object, by response key and in their order."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Variables

    def fields(self, kind: GraphQLObjectType, nodes: Iterable[FieldNode]) -> Fields:
        """What the nodes of one field select of an object of this type, merged."""
        found: Fields = {}
        seen: set[str] = set()
        for node in nodes:
            if node.selection_set is not None:
                self._collect(kind, node.selection_set, found, seen)
        return found

    def root_fields(self, kind: GraphQLObjectType, selected: SelectionSetNode) -> Fields:
        """What an operation selects of its root type."""
        found: Fields = {}
        self._collect(kind, selected, found, set())
        return found

    def _collect(
        self, kind: GraphQLObjectType, selected: SelectionSetNode, found: Fields, seen: set[str]
    ) -> None:
        for node in selected.selections:
            if not self._included(node):
                continue
            if isinstance(node, FieldNode):
                found.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
            elif isinstance(node, InlineFragmentNode):
                if node.type_condition is None or self._applies(node.type_condition.name.value, kind):
                    self._collect(kind, node.selection_set, found, seen)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                seen.add(node.name.value)
                fragment = self.fragments[node.name.value]
                if self._applies(fragment.type_condition.name.value, kind):
                    self._collect(kind, fragment.selection_set, found, seen)

    def _applies(self, condition: str, kind: GraphQLObjectType) -> bool:
        other = self.schema.get_type(condition)
        return other is kind or (is_abstract_type(other) and self.schema.is_sub_type(other, kind))

    def _included(self, node: SelectionNode) -> bool:
        for directive in node.directives or ():
            name = directive.name.value
            if name == GraphQLSkipDirective.name and self._if(directive):
                return False
            if name == GraphQLIncludeDirective.name and not self._if(directive):
                return False
        return True

    def _if(self, directive: DirectiveNode) -> bool:
        condition = next(iter(directive.arguments or ()))
        node = condition.value
        if isinstance(node, VariableNode):
            given = self.variables.get(node.name.value)
            if given is None:
                raise GraphQLError(f"The variable ${node.name.value} is null: give it true or false.", node)
            return bool(given)
        return isinstance(node, BooleanValueNode) and node.value
