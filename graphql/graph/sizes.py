"""How large a document is, fragments spread, and how large it may be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
)

from graph.reads import ReadRefused
from graph.reads.values import levels


@dataclass(frozen=True, slots=True)
class Size:
    """What of a document makes it laborious: levels of fields, and how many selections, aliases and directives.

    A fragment counts as often as it is spread.
    """

    depth: int = 0
    selections: int = 0
    aliases: int = 0
    directives: int = 0

    def __add__(self, other: Size) -> Size:
        return Size(
            max(self.depth, other.depth),
            self.selections + other.selections,
            self.aliases + other.aliases,
            self.directives + other.directives,
        )


MOST_CHARACTERS = 50_000
MOST_TOKENS = 4_000
MOST = Size(depth=20, selections=3_000, aliases=200, directives=200)

_STEPS = 60  # of fields and fragments inside each other: more is refused before it is walked


def require_moderate(document: DocumentNode) -> None:
    """Go on only with a document that can be validated and compiled in a moment.

    Raises:
        ReadRefused: DOCUMENT_TOO_DEEP, TOO_MANY_SELECTIONS, TOO_MANY_ALIASES or TOO_MANY_DIRECTIVES.
    """
    size = size_of(document)
    if size.depth > MOST.depth:
        raise _too_deep()
    for name in ("selections", "aliases", "directives"):
        count, most = getattr(size, name), getattr(MOST, name)
        if count > most:
            raise ReadRefused(
                f"TOO_MANY_{name.upper()}",
                f"This document has {count:,} {name}, fragments spread, and {most:,} is the most: ask in parts.",
            )


MOST_VALUES = 2_000
"""How many values the variables of a request have in all: every object, list, text, number and null in them."""

MOST_LEVELS = 24
"""How deep objects and lists stand inside each other in them. A filter takes two for each `and` or `or`."""


def require_moderate_variables(variables: Mapping[str, Any]) -> None:
    """Go on only with variables that are looked through in a moment; looks no further than it has to.

    Raises:
        ReadRefused: VARIABLES_TOO_LARGE or VARIABLES_TOO_DEEP.
    """
    count = 0
    for depth, level in enumerate(levels(variables)):
        count += len(level)
        if count > MOST_VALUES:
            raise ReadRefused("VARIABLES_TOO_LARGE", TOO_LARGE)
        if depth > MOST_LEVELS:
            raise ReadRefused("VARIABLES_TOO_DEEP", _TOO_NESTED)


TOO_LARGE = (
    f"The variables have more than {MOST_VALUES:,} values in all, which is the most: ask in several requests."
)

_TOO_NESTED = (
    f"The variables have objects and lists more than {MOST_LEVELS} deep, which is the most: say it with fewer levels, "
    "for example one `and` with all its conditions in place of several."
)


def size_of(document: DocumentNode) -> Size:
    """The size of all operations of a document together.

    Raises:
        ReadRefused: DOCUMENT_TOO_DEEP, where it is too deep to be walked.
    """
    measuring = _Measuring(
        {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    )
    size = Size()
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            size += Size(directives=len(definition.directives or ()))
            size += measuring.selected(definition.selection_set, 0)
    return size


class _Measuring:
    """Measures each fragment once, however often it is spread."""

    def __init__(self, fragments: dict[str, FragmentDefinitionNode]) -> None:
        self._fragments = fragments
        self._known: dict[str, Size] = {}

    def selected(self, selections: SelectionSetNode | None, step: int) -> Size:
        if step > _STEPS:
            raise _too_deep()
        size = Size()
        for node in selections.selections if selections else ():
            size += Size(selections=1, directives=len(node.directives or ()))
            for part in self._parts(node, step + 1):
                size += part
        return size

    def _parts(self, node: SelectionNode, step: int) -> Iterator[Size]:
        if isinstance(node, FieldNode):
            inner = self.selected(node.selection_set, step)
            yield Size(inner.depth + 1, inner.selections, inner.aliases + bool(node.alias), inner.directives)
        elif isinstance(node, InlineFragmentNode):
            yield self.selected(node.selection_set, step)
        elif isinstance(node, FragmentSpreadNode):
            yield self._spread(node.name.value, step)

    def _spread(self, name: str, step: int) -> Size:
        if name in self._fragments and name not in self._known:
            self._known[name] = Size()  # a fragment that spreads itself is for validation to refuse
            self._known[name] = self.selected(self._fragments[name].selection_set, step)
        return self._known.get(name, Size())


def _too_deep() -> ReadRefused:
    return ReadRefused(
        "DOCUMENT_TOO_DEEP",
        f"This document has more than {MOST.depth} levels: ask for what is deeper by its id, in a request of its own.",
    )
