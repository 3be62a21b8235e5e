"""Tallies: all rows of a model that a filter leaves, in figures, whichever of them are asked for, in one pass.

The rows are grouped once by everything that anybody asks to have them counted by; the counts and sums of a field are
those of the groups, of which there are few.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from graphql import FieldNode, GraphQLField, GraphQLObjectType
from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Select,
    Subquery,
    cast,
    func,
    inspect,
    literal_column,
    select,
    true,
)

from graph.reads import declare
from graph.reads.cost import WHOLE
from graph.reads.declare import ReadField, declaration_of
from graph.reads.narrowing import Narrowing

if TYPE_CHECKING:
    from graph.reads.statement import Compiler

_ROWS = "rows$"


def tally(
    compiler: Compiler,
    kind: GraphQLObjectType,
    definition: GraphQLField,
    nodes: list[FieldNode],
    read: declare.Tallied,
) -> ColumnElement[Any]:
    """The object that speaks of all rows, as JSON."""
    compiler.meter.touch(WHOLE)
    at = compiler.perspective
    own = at.rows(read.model)
    beside, joined = (own, true()) if read.beside is None else read.beside(own, at)
    row = _Together(own, beside)
    keys: dict[str, Any] = {}
    sums: dict[str, Any] = {}
    for field in _fields(compiler, kind, nodes):
        match field.read:
            case declare.CountedBy(_, of):
                keys |= {_key(field, place): value for place, value in enumerate(of(row, at))}
            case declare.Summed(of):
                sums[field.python_name] = of(row, at)
    kept = Narrowing(compiler, declaration_of(read.filtered_as()), row).condition(
        compiler.arguments(definition, nodes[0]).get("filter")
    )
    seen = at.visible(read.model, row)
    rows = select(
        literal_column("1").label(_ROWS),
        *(value.label(name) for name, value in (keys | sums).items()),
    ).select_from(beside)
    rows = rows.where(kept, true() if seen is None else seen)
    if beside is not own and inspect(own).selectable in rows.get_final_froms():
        rows = rows.where(joined)
    groups = compiler.shared(_grouped(rows.subquery(), keys, sums))
    return compiler.object(kind, nodes, groups)


class _Together:
    """A row and the one beside it as one. What both have is taken from there, so that the row itself is rarely read."""

    def __init__(self, row: Any, beside: Any) -> None:
        self._row = row
        self._beside = beside

    def __getattr__(self, name: str) -> Any:
        return getattr(self._beside if hasattr(self._beside, name) else self._row, name)


def _fields(compiler: Compiler, kind: GraphQLObjectType, nodes: list[FieldNode]) -> Iterator[ReadField]:
    for selected in compiler.selector.fields(kind, nodes).values():
        definition = kind.fields.get(selected[0].name.value)
        if definition is not None:
            yield definition.extensions["strawberry-definition"]


def _key(field: ReadField, place: int) -> str:
    return f"{field.python_name}${place}"


def _grouped(rows: Subquery, keys: dict[str, Any], sums: dict[str, Any]) -> Select[Any]:
    columns = [rows.c[name] for name in keys]
    totals = [func.sum(rows.c[name]).label(name) for name in sums]
    return select(*columns, func.count().label(_ROWS), *totals).select_from(rows).group_by(*columns)


def total(groups: CTE, name: str = _ROWS) -> ColumnElement[int]:
    """The sum over all groups of what a column has, or of how many rows they are."""
    whole = cast(func.coalesce(func.sum(groups.c[name]), literal_column("0")), BigInteger)
    return select(whole).select_from(groups).scalar_subquery()


def counts(compiler: Compiler, groups: CTE, field: ReadField, read: declare.CountedBy) -> Subquery:
    """How many rows have each value of what they are counted by, the most frequent first."""
    keys = [column for name, column in groups.c.items() if name.rpartition("$")[0] == field.python_name]
    value = keys[0] if read.then is None else read.then(*keys, compiler.perspective)
    each = select(value.label(read.name), groups.c[_ROWS]).subquery()
    counted = cast(func.sum(each.c[_ROWS]), BigInteger).label(read.counted)
    return (
        select(each.c[read.name], counted)
        .group_by(each.c[read.name])
        .order_by(counted.desc(), each.c[read.name])
        .subquery()
    )
