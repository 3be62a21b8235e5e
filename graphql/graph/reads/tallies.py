"""Tallies: all rows of a model that a filter leaves, in figures, whichever of them are asked for, in one pass.

The rows are grouped once by everything that anybody asks to have them counted by; the counts and sums of a field are
those of the groups, of which there are few. What has many values is grouped by itself, in the same pass. Where figures
of all rows are materialised, and the filter speaks of nothing else, those are the groups: no row is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from graphql import FieldNode, GraphQLField, GraphQLObjectType
from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Select,
    Subquery,
    and_,
    case,
    cast,
    false,
    func,
    inspect,
    literal_column,
    not_,
    or_,
    select,
    true,
    tuple_,
)

from graph.reads import sources
from graph.reads.cost import WHOLE
from graph.reads.declare import ReadField, declaration_of
from graph.reads.names import graphql_name, quoted
from graph.reads.narrowing import Narrowing, named
from graph.reads.perspective import Perspective
from graph.reads.values import Tree

if TYPE_CHECKING:
    from graph.reads.statement import Compiler

_ROWS = "rows$"
_ALIKE = "alike$"
_LESS = "less$"  # and the name of a field: what its sum is reduced by
_APART = "apart$"  # and the name of a field: 0 in the groups that are made for it alone


def tally(
    compiler: Compiler,
    kind: GraphQLObjectType,
    definition: GraphQLField,
    nodes: list[FieldNode],
    read: sources.Tallied,
) -> ColumnElement[Any]:
    """The object that speaks of all rows, as JSON."""
    compiler.meter.touch(WHOLE)
    source = _Source(read, compiler.perspective)
    asked = _Asked()
    for each in _fields(compiler, kind, nodes):
        asked.add(each, source.row, compiler.perspective)
    tree = compiler.arguments(definition, nodes[0]).get("filter")
    return compiler.object(kind, nodes, compiler.shared(_found(compiler, read, source, asked, tree)))


def _found(
    compiler: Compiler, read: sources.Tallied, source: _Source, asked: _Asked, tree: Tree | None
) -> Select[Any]:
    """The groups of the rows that the filter leaves; whoever sees all rows need not have them counted."""
    declared, known = declaration_of(read.filtered_as()), read.materialised
    if known is None or source.seen is not None or named(tree) - set(map(graphql_name, known.filters)):
        return _grouped(source, asked, Narrowing(compiler, declared, source.row).condition(tree))
    figures = known.figures(compiler.perspective).c
    return _materialised(figures, asked, Narrowing(compiler, declared, figures).condition(tree))


@dataclass(slots=True)
class _Asked:
    """What is asked for by name: by what rows are counted, together or each by itself, and what is summed.

    `figures` has the name that the figure of each of them bears where it is materialised.
    """

    together: dict[str, Any] = field(default_factory=dict)
    apart: dict[str, Any] = field(default_factory=dict)
    sums: dict[str, Any] = field(default_factory=dict)
    figures: dict[str, str] = field(default_factory=dict)

    def add(self, asked: ReadField, row: Any, at: Perspective) -> None:
        """Take note of one field."""
        name = self.figures[asked.python_name] = asked.python_name
        match asked.read:
            case sources.CountedBy(figure, of, many=many):
                (self.apart if many else self.together)[name] = of(row, at)
                self.figures[name] = figure
            case sources.Summed(of, less):
                self.sums[name] = of(row, at)
                if less is not None:
                    self.sums[_LESS + name] = less(row, at)


class _Source:
    """The rows that are tallied, what stands beside each of them, and what many of these share."""

    def __init__(self, read: sources.Tallied, at: Perspective) -> None:
        own = at.rows(read.model)
        self._beside, joined = (own, true()) if read.beside is None else read.beside(own, at)
        self._joins = [(own, joined)]
        self.alike: Any = None
        if read.alike is not None:
            self.alike, self.alike_id = read.alike(self._beside, at)
            self._joins.append((self.alike, self.alike.id == self.alike_id))
        self.row: Any = _Together(self._beside, *(other for other, _ in reversed(self._joins)))
        self.seen = at.visible(read.model, self.row)

    def select(self, values: dict[str, Any], kept: ColumnElement[bool]) -> Subquery:
        """The rows with these values; only what is spoken of is joined."""
        rows = select(
            literal_column("1").label(_ROWS), *(value.label(name) for name, value in values.items())
        )
        rows = rows.select_from(self._beside).where(kept, true() if self.seen is None else self.seen)
        spoken_of = rows.get_final_froms()
        joined = (condition for other, condition in self._joins if inspect(other).selectable in spoken_of)
        return rows.where(*joined).subquery()

    def shares(self, value: Any) -> bool:
        """Whether a value is what many rows share."""
        return self.alike is not None and getattr(value, "class_", None) is self.alike


class _Together:
    """Rows that stand beside each other as one. What several have is taken from the first."""

    def __init__(self, *rows: Any) -> None:
        self._rows = rows

    def __getattr__(self, name: str) -> Any:
        return getattr(next((row for row in self._rows if hasattr(row, name)), self._rows[-1]), name)


def _fields(compiler: Compiler, kind: GraphQLObjectType, nodes: list[FieldNode]) -> Iterator[ReadField]:
    for selected in compiler.selector.fields(kind, nodes).values():
        definition = kind.fields.get(selected[0].name.value)
        if definition is not None:
            yield definition.extensions["strawberry-definition"]


def _grouped(source: _Source, asked: _Asked, kept: ColumnElement[bool]) -> Select[Any]:
    """The groups, with everything that is asked for. What rows share is looked up for a group, not for a row."""
    shared = {name: value for name, value in asked.together.items() if source.shares(value)}
    together = {name: value for name, value in asked.together.items() if name not in shared}
    if not shared:
        return _groups(source, together, asked, kept)
    found = _groups(source, together | {_ALIKE: source.alike_id}, asked, kept).subquery()
    columns: list[ColumnElement[Any]] = [*found.c, *(value.label(name) for name, value in shared.items())]
    return select(*columns).outerjoin_from(found, source.alike, source.alike.id == found.c[_ALIKE])


def _groups(
    source: _Source, together: dict[str, Any], asked: _Asked, kept: ColumnElement[bool]
) -> Select[Any]:
    rows = source.select(together | asked.apart | asked.sums, kept)
    columns: list[ColumnElement[Any]] = [
        *(rows.c[name] for name in together | asked.apart),
        *(func.grouping(rows.c[name]).label(_APART + name) for name in asked.apart),
        *(func.sum(rows.c[name]).label(name) for name in asked.sums),
        func.count().label(_ROWS),
    ]
    first = [rows.c[name] for name in together]
    sets = func.grouping_sets(tuple_(*first), *(tuple_(rows.c[name]) for name in asked.apart))
    return select(*columns).select_from(rows).group_by(*([sets] if asked.apart else first))


def _materialised(known: Any, asked: _Asked, kept: ColumnElement[bool]) -> Select[Any]:
    """The same groups, made of what is known already: each field is counted apart from all others."""
    amount = func.sum(known.amount)
    wanted = (known.figure == quoted(figure) for figure in asked.figures.values())
    found = select(known.figure, known.value, amount.label("amount")).where(kept, or_(false(), *wanted))
    each = found.group_by(known.figure, known.value).having(amount != literal_column("0")).subquery().c
    columns: list[ColumnElement[Any]] = []
    for name, of in (asked.together | asked.apart).items():
        its = each.figure == quoted(asked.figures[name])
        columns.append(cast(case((its, each.value)), of.type).label(name))
        columns.append(case((its, literal_column("0")), else_=literal_column("1")).label(_APART + name))
    sums = {name: each.figure == quoted(name) for name in asked.sums if name in asked.figures}
    columns += (case((its, each.amount)).label(name) for name, its in sums.items())
    counted = not_(or_(false(), *sums.values()))
    return select(*columns, case((counted, each.amount), else_=literal_column("0")).label(_ROWS))


def _of_field(groups: CTE, name: str | None = None) -> ColumnElement[bool]:
    """Which groups are those of a field that is counted apart; without one, those of all other fields."""
    marks = {column.key: column for column in groups.c if column.key.startswith(_APART)}
    if name is not None and _APART + name in marks:
        return marks[_APART + name] == literal_column("0")
    return and_(true(), *(mark == literal_column("1") for mark in marks.values()))


def count(groups: CTE) -> ColumnElement[int]:
    """How many rows there are."""
    return _whole(groups, groups.c[_ROWS])


def total(groups: CTE, name: str) -> ColumnElement[int]:
    """The sum of a field."""
    less = groups.c.get(_LESS + name)
    return _whole(groups, groups.c[name] if less is None else groups.c[name] - less)


def _whole(groups: CTE, of: ColumnElement[int]) -> ColumnElement[int]:
    whole = cast(func.coalesce(func.sum(of), literal_column("0")), BigInteger)
    return select(whole).select_from(groups).where(_of_field(groups)).scalar_subquery()


def counts(groups: CTE, name: str, read: sources.CountedBy) -> Subquery:
    """How many rows have each value of what they are counted by, the most frequent first."""
    value = groups.c[name]
    counted = cast(func.sum(groups.c[_ROWS]), BigInteger).label(read.counted)
    found = select(value.label(read.name), counted).where(_of_field(groups, name)).group_by(value)
    return found.order_by(counted.desc(), value).subquery()
