"""A page of a list as SQL: filtered, in order, after a key, counted only if that was asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import FieldNode, GraphQLField, GraphQLObjectType, get_named_type
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Text,
    and_,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased

from graph.reads.connections import DEFAULT_PAGE, cursor, keys_of
from graph.reads.cost import WHOLE
from graph.reads.declare import Many, ReadField
from graph.reads.errors import ReadRefused
from graph.reads.names import quoted
from graph.reads.narrowing import Narrowing
from graph.reads.orders import Key, keys
from graph.reads.records import declared_as, json_of, record
from graph.reads.values import Leaf, Tree, constant

if TYPE_CHECKING:
    from graph.reads.statement import Compiler


@dataclass(frozen=True, slots=True)
class Page:
    """What was asked of one list."""

    compiler: Compiler
    item: GraphQLObjectType
    model: type[Any]
    matching: Callable[[], tuple[Any, ColumnElement[bool]]]
    keys: list[Key]
    arguments: dict[str, Tree]
    most: Leaf
    size: ColumnElement[int]

    @property
    def backwards(self) -> bool:
        """Whether the page is counted from the end of the list."""
        return _given(self.arguments, "last") is not None

    @property
    def order(self) -> str:
        """The order in words, which a cursor carries so that it is not taken for one of another list."""
        return " ".join(f"{'-' if key.descending else ''}{key.name}" for key in self.keys)

    def check_cursors(self) -> None:
        """Have the cursors looked at in every request, even if nothing is asked of the page that they bound."""
        for name in ("after", "before"):
            leaf = _given(self.arguments, name)
            if leaf is not None:
                self.compiler.bind(leaf, Text(), self._key(0))

    def rows(self, *, one_more: bool) -> Any:
        """The page's rows: numbered in `_place`, how many in `_found`, their keys in `_key0`, `_key1` and so on."""
        row, kept = self.matching()
        labelled = [key.of(row).label(f"_key{place}") for place, key in enumerate(self.keys)]
        page = (
            select(row, *labelled)
            .where(kept, *self._bounds(row))
            .order_by(*(_direction(key.of(row), key, reverse=self.backwards) for key in self.keys))
            .limit(self.size + literal_column("1") if one_more else self.size)
            .correlate_except(row)
            .subquery()
        )
        found = [func.count().over().label("_found")] if one_more else []
        return select(page, func.row_number().over().label("_place"), *found).subquery()

    def _bounds(self, row: Any) -> list[ColumnElement[bool]]:
        found = []
        for name, reverse in (("after", False), ("before", True)):
            leaf = _given(self.arguments, name)
            if leaf is not None:
                found.append(self._beyond(row, leaf, reverse=reverse))
        return found

    def _beyond(self, row: Any, leaf: Leaf, *, reverse: bool) -> ColumnElement[bool]:
        """The rows that come after those keys in the order, or before them."""
        bound = [
            self.compiler.bind(leaf, key.of(row).type, self._key(place))
            for place, key in enumerate(self.keys)
        ]
        values = [key.of(row) for key in self.keys]
        directions = {key.descending for key in self.keys}
        if len(directions) == 1 and not any(key.nullable for key in self.keys):
            # One comparison of rows, which an index can answer.
            mine, theirs = tuple_(*values), tuple_(*bound)
            return mine < theirs if directions.pop() is not reverse else mine > theirs
        return _step_by_step(list(zip(self.keys, values, bound, strict=True)), reverse=reverse)

    def _key(self, place: int) -> Callable[[Any], Any]:
        kinds, order = [(key.kind, key.nullable) for key in self.keys], self.order
        return lambda text: keys_of(text, order, kinds)[place]


def _given(arguments: dict[str, Tree], name: str) -> Leaf | None:
    leaf = arguments.get(name)
    return leaf if isinstance(leaf, Leaf) and leaf.now is not None else None


def _most(compiler: Compiler, arguments: dict[str, Tree]) -> Leaf:
    """How many items a page has at most."""
    first, last = _given(arguments, "first"), _given(arguments, "last")
    if first and last:
        raise ReadRefused("FIRST_OR_LAST", "Ask for the first or for the last items of a list, not for both.")
    return first or last or constant(min(DEFAULT_PAGE, compiler.largest_page))


def _size(compiler: Compiler, arguments: dict[str, Tree], most: Leaf) -> ColumnElement[int]:
    """The same as SQL."""
    name, largest = "last" if _given(arguments, "last") else "first", compiler.largest_page

    def checked(value: int) -> int:
        if not 0 <= value <= largest:
            raise ReadRefused("BAD_PAGE_SIZE", f"`{name}` is {value}: ask for 0 to {largest} items.")
        return value

    return compiler.bind(most, BigInteger(), checked)


def _step_by_step(keys: list[tuple[Key, Any, Any]], *, reverse: bool) -> ColumnElement[bool]:
    """Beyond in the first key, or level in it and beyond in the rest. What has no value comes last."""
    beyond: ColumnElement[bool] = false()
    for key, value, bound in reversed(keys):
        further = value < bound if key.descending is not reverse else value > bound
        if key.nullable and not reverse:
            further = or_(further, and_(value.is_(None), bound.is_not(None)))
        elif key.nullable:
            further = or_(further, and_(value.is_not(None), bound.is_(None)))
        level = value.is_not_distinct_from(bound) if key.nullable else value == bound
        beyond = or_(func.coalesce(further, false()), and_(level, beyond))
    return beyond


def _direction(value: Any, key: Key, *, reverse: bool) -> ColumnElement[Any]:
    ordered = value.desc() if key.descending is not reverse else value.asc()
    if not key.nullable:
        return ordered  # type: ignore[no-any-return]
    return ordered.nulls_first() if reverse else ordered.nulls_last()  # type: ignore[no-any-return]


def connection(
    compiler: Compiler, definition: GraphQLField, read_field: ReadField, nodes: list[FieldNode], row: Any
) -> ColumnElement[Any]:
    """One connection as JSON."""
    kind = get_named_type(definition.type)
    assert isinstance(kind, GraphQLObjectType)
    item = get_named_type(kind.fields["nodes"].type)
    assert isinstance(item, GraphQLObjectType)
    assert isinstance(read_field.read, Many)
    many, declared = read_field.read, declared_as(item)
    arguments = compiler.arguments(definition, nodes[0])

    def matching() -> tuple[Any, ColumnElement[bool]]:
        assert declared.model is not None
        other, seen = compiler.rows(declared.model)
        on = true() if many.on is None else many.on(row, other, compiler.perspective)
        return other, and_(on, seen, Narrowing(compiler, declared, other).condition(arguments.get("filter")))

    assert declared.model is not None
    order = keys(compiler, declared, many.order, arguments.get("orderBy"))
    most = _most(compiler, arguments)
    size = _size(compiler, arguments, most)
    page = Page(compiler, item, declared.model, matching, order, arguments, most, size)
    page.check_cursors()
    return _Parts(page, kind, compiler.selector.fields(kind, nodes)).json()


@dataclass(frozen=True, slots=True)
class _Parts:
    """The fields of a connection that were asked for."""

    page: Page
    kind: GraphQLObjectType
    fields: dict[str, list[FieldNode]]

    def json(self) -> ColumnElement[Any]:
        names = {nodes[0].name.value for nodes in self.fields.values()}
        paged = bool(names & {"nodes", "edges", "pageInfo"})
        gathered = self._gathered(one_more="pageInfo" in names) if paged else None
        columns = self.page.compiler.labelled(self.fields, lambda _key, nodes: self._part(nodes, gathered))
        inner = record(columns)
        if gathered is not None:
            inner = inner.select_from(gathered)
        return self.page.compiler.json(inner)

    def _gathered(self, *, one_more: bool) -> Any:
        """The page's rows as one row: its items as JSON, and what the page's info needs."""
        page = self.page
        rows = page.rows(one_more=one_more)
        row = aliased(page.model, rows, adapt_on_names=True)
        place = rows.c["_place"]
        inside = place <= page.size
        source: Any = rows
        columns: list[ColumnElement[Any]] = []
        for key, nodes in self._items():
            with page.compiler.meter.inside(nodes[0]), page.compiler.meter.each(page.most.find):
                each = self._each(nodes, row, rows)
            source = source.join(each, true())
            items = json_of(each)
            ordered = func.json_agg(aggregate_order_by(items, place.desc()) if page.backwards else items)
            kept = ordered.filter(inside) if one_more else ordered
            columns.append(func.coalesce(kept, literal_column("'[]'::json")).label(key))
        if one_more:
            columns += self._info(rows)
        return select(*columns).select_from(source).subquery()

    def _items(self) -> list[tuple[str, list[FieldNode]]]:
        """The fields that list the items, each with a name of its own that no response key can have."""
        lists = [nodes for nodes in self.fields.values() if nodes[0].name.value in {"nodes", "edges"}]
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
        head, tail, more, came_from = found["_head"], found["_tail"], found["_more"], self._came_from()
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

    def _came_from(self) -> ColumnElement[bool]:
        """Whether the page was reached from an item on its other side, which is then in the list."""
        return (
            true() if _given(self.page.arguments, "before" if self.page.backwards else "after") else false()
        )
