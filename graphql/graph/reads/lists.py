"""A list as JSON: the items of a page, how many there are, and whether there is more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from graphql import FieldNode, GraphQLField, GraphQLObjectType, get_named_type
from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Text,
    cast,
    func,
    literal_column,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased

from graph.reads.connections import cursor
from graph.reads.cost import WHOLE
from graph.reads.names import quoted
from graph.reads.pages import Page, page_of
from graph.reads.pieces import Listed, Pieces
from graph.reads.records import json_of, record

if TYPE_CHECKING:
    from graph.reads.statement import Compiler


def connection(
    compiler: Compiler, definition: GraphQLField, nodes: list[FieldNode], row: Any
) -> ColumnElement[Any]:
    """One connection as JSON."""
    return _parts(compiler, definition, nodes, row).json()


def write_connection(
    compiler: Compiler, definition: GraphQLField, nodes: list[FieldNode], pieces: Pieces
) -> None:
    """A connection of the root, whose items and the rest of it are pieces of the answer."""
    _parts(compiler, definition, nodes, None).write(pieces)


def _parts(compiler: Compiler, definition: GraphQLField, nodes: list[FieldNode], row: Any) -> _Parts:
    kind = get_named_type(definition.type)
    assert isinstance(kind, GraphQLObjectType)
    page = page_of(compiler, definition, nodes[0], row)
    return _Parts(page, kind, compiler.selector.fields(kind, nodes))


_ITEMS = frozenset({"nodes", "edges"})

_Together: TypeAlias = Callable[[ColumnElement[Any], Any, ColumnElement[bool] | None], ColumnElement[Any]]
"""How items become one value, in which order if not in theirs, and which of them."""


def _as_array(
    items: ColumnElement[Any], order: Any, within: ColumnElement[bool] | None
) -> ColumnElement[Any]:
    found = func.json_agg(items if order is None else aggregate_order_by(items, order))
    kept = found if within is None else found.filter(within)
    return func.coalesce(kept, literal_column("'[]'::json"))


def _as_text(items: ColumnElement[Any], order: Any, within: ColumnElement[bool] | None) -> ColumnElement[Any]:
    comma: Any = literal_column("','", Text())
    ordered = comma if order is None else aggregate_order_by(comma, order)
    found = func.string_agg(cast(items, Text), ordered, type_=Listed())
    return found if within is None else found.filter(within)


@dataclass(frozen=True, slots=True)
class _Parts:
    """The fields of a connection that were asked for."""

    page: Page
    kind: GraphQLObjectType
    fields: dict[str, list[FieldNode]]

    def json(self) -> ColumnElement[Any]:
        """All of it as one value."""
        gathered = self._gathered(_as_array)
        source = None if gathered is None else gathered.subquery()
        columns = self.page.compiler.labelled(self.fields, lambda _key, nodes: self._part(nodes, source))
        inner = record(columns)
        if source is not None:
            inner = inner.select_from(source)
        return self.page.compiler.json(inner)

    def write(self, pieces: Pieces) -> None:
        """Each of its fields by itself."""
        compiler = self.page.compiler
        gathered = self._gathered(_as_text)
        source = None if gathered is None else compiler.shared(gathered)
        for key in pieces.keys(compiler.keys(self.fields)):
            nodes = self.fields[key]
            match nodes[0].name.value:
                case "nodes" | "edges":
                    pieces.say("[")
                    pieces.put(select(self._part(nodes, source)).scalar_subquery(), absent="")
                    pieces.say("]")
                case "__typename":
                    pieces.say(f'"{self.kind.name}"')
                case _:
                    pieces.put(self._part(nodes, source))

    def _gathered(self, together: _Together) -> Select[Any] | None:
        """The page's rows as one row: its items put together, and what the page's info needs."""
        names = {nodes[0].name.value for nodes in self.fields.values()}
        one_more = "pageInfo" in names
        if not one_more and not names & _ITEMS:
            return None
        page = self.page
        rows = page.rows(one_more=one_more)
        row = aliased(page.model, rows, adapt_on_names=True)
        place = rows.c["_place"]
        source: Any = rows
        columns: list[ColumnElement[Any]] = []
        for key, nodes in self._items():
            with page.compiler.meter.inside(nodes[0]), page.compiler.meter.each(page.most.find):
                each = self._each(nodes, row, rows)
            source = source.join(each, true())
            order = place.desc() if page.backwards else None
            columns.append(
                together(json_of(each), order, place <= page.size if one_more else None).label(key)
            )
        if one_more:
            columns += self._info(rows)
        return select(*columns).select_from(source)

    def _items(self) -> list[tuple[str, list[FieldNode]]]:
        """The fields that list the items, each with a name of its own that no response key can have."""
        lists = [nodes for nodes in self.fields.values() if nodes[0].name.value in _ITEMS]
        return [(f"items${place}", nodes) for place, nodes in enumerate(lists)]

    def _each(self, nodes: list[FieldNode], row: Any, rows: Any) -> Any:
        compiler, page = self.page.compiler, self.page
        name = nodes[0].name.value
        with compiler.at(self.kind.fields[name].type):
            if name == "nodes":
                columns = compiler.columns(page.item, compiler.selector.fields(page.item, nodes), row)
            else:
                columns = self._edge(nodes, row, rows)
            return compiler.beside(record(columns))

    def _edge(self, nodes: list[FieldNode], row: Any, rows: Any) -> list[ColumnElement[Any]]:
        compiler, page = self.page.compiler, self.page
        edge = get_named_type(self.kind.fields["edges"].type)
        assert isinstance(edge, GraphQLObjectType)

        def part(_key: str, inner: list[FieldNode]) -> ColumnElement[Any]:
            match inner[0].name.value:
                case "cursor":
                    return self._cursor(rows)
                case "node":
                    with compiler.at(edge.fields["node"].type):
                        return compiler.object(page.item, inner, row)
                case _:
                    return quoted(edge.name)

        return compiler.labelled(compiler.selector.fields(edge, nodes), part)

    def _cursor(self, rows: Any) -> ColumnElement[str]:
        return cursor(self.page.order, [rows.c[f"_key{place}"] for place in range(len(self.page.keys))])

    def _info(self, rows: Any) -> list[ColumnElement[Any]]:
        """Whether there is more, and the cursors of the page's first and last row, as they were fetched."""
        place, size, found = rows.c["_place"], self.page.size, rows.c["_found"]
        one = self._cursor(rows)
        return [
            (func.count() > size).label("_more"),
            func.max(one).filter(place == literal_column("1", Integer()), place <= size).label("_head"),
            func.max(one).filter(place == func.least(found, size)).label("_tail"),
        ]

    def _part(self, nodes: list[FieldNode], gathered: Any) -> ColumnElement[Any]:
        match nodes[0].name.value:
            case "nodes" | "edges":
                name = next(name for name, own in self._items() if own is nodes)
                return gathered.c[name]  # type: ignore[no-any-return]
            case "totalCount":
                self.page.compiler.meter.touch(WHOLE)
                row, kept = self.page.matching()
                return (
                    select(func.count()).select_from(row).where(kept).correlate_except(row).scalar_subquery()
                )
            case "pageInfo":
                return self._page_info(nodes, gathered)
            case _:
                return quoted(self.kind.name)

    def _page_info(self, nodes: list[FieldNode], gathered: Any) -> ColumnElement[Any]:
        page, compiler = self.page, self.page.compiler
        kind = get_named_type(self.kind.fields["pageInfo"].type)
        assert isinstance(kind, GraphQLObjectType)
        found = gathered.c
        head, tail, more, came_from = found["_head"], found["_tail"], found["_more"], page.came_from
        values: dict[str, ColumnElement[Any]] = {
            "hasNextPage": came_from if page.backwards else more,
            "hasPreviousPage": more if page.backwards else came_from,
            "startCursor": tail if page.backwards else head,
            "endCursor": head if page.backwards else tail,
            "__typename": quoted(kind.name),
        }
        columns = compiler.labelled(
            compiler.selector.fields(kind, nodes), lambda _key, inner: values[inner[0].name.value]
        )
        return compiler.json(record(columns).correlate_except(None))
