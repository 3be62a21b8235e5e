"""What can stand behind a field; `graph.reads.declare` has a word for each.

A row is an alias of the model, `at` the perspective of the request.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

Expression: TypeAlias = Callable[..., Any]
"""Makes SQL of what it is given: rows, a day, the perspective."""


@dataclass(frozen=True, slots=True)
class Column:
    """A scalar: an attribute of the row, or an expression over the row and the perspective."""

    expression: Expression | None = None


@dataclass(frozen=True, slots=True)
class One:
    """At most one other row: `on(row, other, at)` tells which."""

    on: Expression


@dataclass(frozen=True, slots=True)
class Many:
    """A connection to other rows, in an order of attribute names, a leading `-` for descending."""

    on: Expression | None
    order: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lookup:
    """One row by its id, or by one of the named unique fields instead."""

    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AnyNode:
    """Any row of any type by its id: the argument `id`, or `kind(row)` and `key(row)` of the row at hand."""

    kind: Expression | None = None
    key: Expression | None = None


@dataclass(frozen=True, slots=True)
class Itself:
    """An object that has no row of its own, such as what is known of the viewer."""


@dataclass(frozen=True, slots=True)
class Materialised:
    """The figures of all rows, known without a look at them.

    `figures(at)` is a selectable with the columns `figure`, `value` and `amount`: what a tally counts rows by or sums,
    by the name of it, the value as text where rows are counted by one, and how many rows or what sum. It may have
    several rows for one figure and value, which are added up. The fields in `filters`, by which rows can be filtered,
    are columns of it too.
    """

    figures: Expression
    filters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tallied:
    """An object that speaks in figures of all rows of a model that the argument `filter` leaves.

    `beside(row, at)` gives another row that stands beside each of them, and the condition that says which. Of that,
    `alike(row, at)` gives a table with few rows, and the column that says by its key which of them a row shares with
    many others. What two of the three have by one name is the same. What is `materialised` is not counted.
    """

    model: type[Any]
    filtered_as: Callable[[], type[Any]]
    beside: Expression | None = None
    alike: Expression | None = None
    materialised: Materialised | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A short list made by a statement of its own: `rows(row, at)`."""

    rows: Expression


@dataclass(frozen=True, slots=True)
class Dated:
    """An object about a day that the argument `argument` gives: `row_of(row, day, at)` has what stands behind it."""

    row_of: Expression
    argument: str


@dataclass(frozen=True, slots=True)
class Counted:
    """In a tally: how many rows there are."""


@dataclass(frozen=True, slots=True)
class Summed:
    """In a tally: the sum of `of(row, at)`, less that of `less(row, at)`."""

    of: Expression
    less: Expression | None


@dataclass(frozen=True, slots=True)
class CountedBy:
    """In a tally: how many rows have each value of `of(row, at)`, as a list of objects.

    An item has the value under `name`, and the number of rows under `counted`. What has `many` values is counted apart
    from the rest: together they would make as many groups as there are rows.
    """

    name: str
    of: Expression
    counted: str
    many: bool


@dataclass(frozen=True, slots=True)
class Subject:
    """In the answer to a mutation: the record that was changed, read back by its id."""


Read: TypeAlias = (
    Column
    | One
    | Many
    | Lookup
    | AnyNode
    | Itself
    | Listed
    | Dated
    | Tallied
    | Counted
    | Summed
    | CountedBy
    | Subject
)
