"""What an operation costs: how many rows it can touch at most, known from its plan before it runs.

A page counts with its full size for each item of the page round it, whatever is there. What goes through a list as a
whole (`totalCount`, sums) has no size that is known beforehand, and is charged a price.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import prod
from typing import TypeAlias

from graphql import FieldNode

from graph.reads.values import Variables

WHOLE = 100
"""The price of going through a list as a whole, in rows."""

Number: TypeAlias = Callable[[Variables], int]


@dataclass(frozen=True, slots=True)
class Cost:
    """Rows at most, in all and for each field by its path of response keys, the dearest first."""

    rows: int
    fields: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Touch:
    """Rows that one field touches for each item of the pages round it."""

    path: str
    rows: int
    pages: tuple[Number, ...]


@dataclass(slots=True)
class Meter:
    """Notes what is touched while an operation is compiled."""

    touches: list[Touch] = field(default_factory=list)
    _path: list[str] = field(default_factory=list)
    _pages: list[Number] = field(default_factory=list)

    @contextmanager
    def inside(self, node: FieldNode) -> Iterator[None]:
        """What is noted belongs to that field."""
        self._path.append(node.alias.value if node.alias else node.name.value)
        yield
        self._path.pop()

    @contextmanager
    def each(self, size: Number) -> Iterator[None]:
        """What is noted happens for each item of a page of that size, beginning with the item itself."""
        self._pages.append(size)
        self.touch()
        yield
        self._pages.pop()

    def touch(self, rows: int = 1) -> None:
        """Note that the field at hand touches so many rows."""
        self.touches.append(Touch(".".join(self._path), rows, tuple(self._pages)))


def cost_of(touches: Sequence[Touch], variables: Variables) -> Cost:
    """What a plan's touches come to with these variables."""
    fields: dict[str, int] = {}
    for touch in touches:
        rows = touch.rows * prod(page(variables) for page in touch.pages)
        fields[touch.path] = fields.get(touch.path, 0) + rows
    return Cost(sum(fields.values()), tuple(sorted(fields.items(), key=lambda each: -each[1])))
