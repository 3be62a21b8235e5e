"""Questions to ask: hypothesis-graphql chooses the fields, and what else a question can have is put on top of them.

It chooses from a schema that is made from ours for the purpose: unrolled to a few levels, since ours leads from
everything to everything and a question of any size would hardly ever reach a list in a list; and without pages and
directives, which are put on afterwards, so that a cursor fits its order and most questions have an answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from graphql import (
    ArgumentNode,
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInputType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListTypeNode,
    NamedTypeNode,
    NameNode,
    NonNullTypeNode,
    NullValueNode,
    ObjectFieldNode,
    ObjectValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    StringValueNode,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
    build_schema,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    parse_type,
    value_from_ast_untyped,
)
from hypothesis import strategies as st
from hypothesis_graphql import queries

from domain import models
from domain.access.viewers import ADMINISTRATOR, Role, Viewer
from tests.factories import TODAY
from tests.graph.reads import lists, rows
from tests.graph.reads.values import Values
from tests.graph.reads.world import World

LEVELS = 4
KEYS = ("anon_1", "o", "items", "_place", "_key0", "select", "rows", "_kind", "x" * 60)
_PAGES = {"first", "after", "last", "before"}


@dataclass(slots=True)
class Question:
    """A question, and with which codes it may be refused."""

    document: DocumentNode
    variables: dict[str, Any]
    viewer: Viewer
    spoiled: set[str]


def unrolled(levels: int = LEVELS) -> GraphQLSchema:
    """Our schema as a tree of so many levels, whose types are called by their level, as `Programme__2`."""
    return build_schema("\n".join(_definitions(rows.published(), levels)))
