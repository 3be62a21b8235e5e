"""Whole questions: what hypothesis-graphql chose, and everything else that a question can have put on top of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from graphql import (
    ArgumentNode,
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    NamedTypeNode,
    NameNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    StringValueNode,
    get_named_type,
    is_interface_type,
    print_ast,
)
from hypothesis import strategies as st

from domain import models
from domain.access.viewers import ADMINISTRATOR, Role, Viewer
from tests.factories import TODAY
from tests.graph.reads import rows
from tests.graph.reads.paging import paged
from tests.graph.reads.shapes import shapes, without_level
from tests.graph.reads.story import FIRST
from tests.graph.reads.values import DATES, Values
from tests.graph.reads.variables import Variables
from tests.graph.reads.world import World

Item = TypeVar("Item")

# Names that a compiler might have taken for something of its own.
_KEYS = ("anon_1", "o", "items", "_place", "_key0", "select", "rows", "_kind", "data", "x" * 60)


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it is sent, who asks, and with which codes it may be refused."""

    text: str
    variables: dict[str, Any]
    viewer: Viewer
    spoiled: frozenset[str]


def questions(world: World) -> st.SearchStrategy[Question]:
    """Questions about a world."""
    values = Values(world)
    chosen = shapes(rows.published(), values)
    people = [Viewer(Role.SPONSOR, person.id) for person in world.present[models.Person]]
    viewers = st.sampled_from([*[ADMINISTRATOR] * len(people), *people, Viewer(Role.SPONSOR, UUID(int=7))])

    @st.composite
    def made(draw: st.DrawFn) -> Question:
        return Dresser(draw, world, values).question(draw(chosen), draw(viewers))

    return made()


@dataclass(slots=True)
class Dresser:
    """Puts aliases, fragments, directives, pages and variables on a question, as the draws have it."""

    draw: st.DrawFn
    world: World
    values: Values
    spoiled: set[str] = field(default_factory=set)
    fragments: list[FragmentDefinitionNode] = field(default_factory=list)
    variables: Variables = field(init=False)
    _names: int = 0

    def __post_init__(self) -> None:
        self.variables = Variables(self.one)

    def one(self, items: Iterable[Item]) -> Item:
        """One of some items."""
        return self.draw(st.sampled_from(list(items)))

    def once_in(self, many: int) -> bool:
        """True once in so many times."""
        return self.draw(st.integers(1, many)) == many

    def question(self, document: DocumentNode, viewer: Viewer) -> Question:
        """The question in its full dress."""
        operation = document.definitions[0]
        assert isinstance(operation, OperationDefinitionNode)
        selected = self.selections(operation.selection_set.selections, "Query")
        directives = self._as_of()
        operation = OperationDefinitionNode(
            operation=OperationType.QUERY,
            name=NameNode(value="Q"),
            variable_definitions=tuple(self.variables.definitions),
            directives=directives,
            selection_set=SelectionSetNode(selections=selected),
        )
        text = print_ast(DocumentNode(definitions=(operation, *self.fragments)))
        return Question(text, self.variables.given, viewer, frozenset(self.spoiled))

    def _as_of(self) -> tuple[DirectiveNode, ...]:
        if self.once_in(2):
            return ()
        lately = [day for day in self.values.days if FIRST <= day <= TODAY]
        day = self.one([*DATES, TODAY + timedelta(days=1), *lately, *lately])
        if day > TODAY:
            self.spoiled.add("AS_OF_FUTURE")
        argument = self.variables.lifted(StringValueNode(value=day.isoformat()), "Date!")
        return (_directive("asOf", "date", argument),)

    def selections(self, nodes: Iterable[SelectionNode], parent: str) -> tuple[SelectionNode, ...]:
        """What is selected of an object, dressed."""
        found: list[SelectionNode] = []
        for node in [*nodes, *self._more(parent)]:
            found += self._selection(node, parent)
        return tuple(found)

    def _more(self, parent: str) -> list[SelectionNode]:
        """What can be asked of any object, and of lists."""
        more: list[SelectionNode] = [_field("__typename")] if self.once_in(8) else []
        if parent.endswith("Connection"):
            more += [_field("totalCount")] if self.once_in(3) else []
            more += [_field("pageInfo", [_field("hasNextPage")])] if self.once_in(3) else []
        if parent == "PageInfo":
            more += [_field("hasPreviousPage"), _field("startCursor"), _field("endCursor")]
        if parent.endswith("Edge"):
            more += [_field("cursor")]
        return more

    def _selection(self, node: SelectionNode, parent: str) -> list[SelectionNode]:
        if isinstance(node, FieldNode):
            dressed = self._field(node, parent)
            copies = 2 if self.once_in(20) else 1
            return [self._wrapped(dressed, parent)] + [dressed] * (copies - 1)
        assert isinstance(node, InlineFragmentNode)
        assert node.type_condition is not None
        own = without_level(node.type_condition.name.value)
        inner = self.selections(node.selection_set.selections, own)
        return [self._fragment(inner, own) if self.once_in(4) else _inline(inner, own, self._directives())]

    def _field(self, node: FieldNode, parent: str) -> FieldNode:
        name = node.name.value
        if name == "__typename":
            return node
        definition: Any = rows.published().type_map[parent]
        kind = get_named_type(definition.fields[name].type)
        arguments = paged(self, parent, name, node.arguments or ())
        inner = node.selection_set
        return FieldNode(
            name=node.name,
            alias=node.alias or self._alias(),
            arguments=tuple(self._lifted(definition.fields[name], a) for a in arguments),
            directives=self._directives(),
            selection_set=inner and SelectionSetNode(selections=self.selections(inner.selections, kind.name)),
        )

    def _lifted(self, definition: Any, argument: ArgumentNode) -> ArgumentNode:
        kind = definition.args[argument.name.value].type
        value = self.variables.within(argument.value, kind, may_be_null=argument.name.value == "filter")
        return ArgumentNode(name=argument.name, value=value)

    def _alias(self) -> NameNode | None:
        if not self.once_in(6):
            return None
        self._names += 1
        return NameNode(value=f"{self.one(_KEYS)}{self._names}")

    def _directives(self) -> tuple[DirectiveNode, ...]:
        if not self.once_in(12):
            return ()
        name, kept = self.one([("include", True), ("skip", False)])
        value = BooleanValueNode(value=kept if not self.once_in(3) else not kept)
        return (_directive(name, "if", self.variables.lifted(value, "Boolean!")),)

    def _wrapped(self, node: FieldNode, parent: str) -> SelectionNode:
        if not self.once_in(8):
            return node
        if node.name.value == "id" and not is_interface_type(rows.published().type_map[parent]):
            return _inline([node], self.one(["Node", parent]), self._directives())
        how: Callable[[], SelectionNode] = self.one(
            [
                lambda: _inline([node], None, self._directives()),
                lambda: _inline([node], parent, ()),
                lambda: self._fragment([node], parent),
            ]
        )
        return how()

    def _fragment(self, inner: Iterable[SelectionNode], on: str) -> FragmentSpreadNode:
        name = NameNode(value=f"F{len(self.fragments)}")
        selected = SelectionSetNode(selections=tuple(inner))
        self.fragments.append(
            FragmentDefinitionNode(
                name=name, type_condition=_named(on), selection_set=selected, directives=()
            )
        )
        return FragmentSpreadNode(name=name, directives=self._directives())


def _field(name: str, inner: list[FieldNode] | None = None) -> FieldNode:
    selected = SelectionSetNode(selections=tuple(inner)) if inner else None
    return FieldNode(name=NameNode(value=name), arguments=(), directives=(), selection_set=selected)


def _inline(
    inner: Iterable[SelectionNode], on: str | None, directives: tuple[DirectiveNode, ...]
) -> InlineFragmentNode:
    selected = SelectionSetNode(selections=tuple(inner))
    return InlineFragmentNode(
        type_condition=_named(on) if on else None, directives=directives, selection_set=selected
    )


def _named(name: str) -> NamedTypeNode:
    return NamedTypeNode(name=NameNode(value=name))


def _directive(name: str, argument: str, value: Any) -> DirectiveNode:
    given = ArgumentNode(name=NameNode(value=argument), value=value)
    return DirectiveNode(name=NameNode(value=name), arguments=(given,))
