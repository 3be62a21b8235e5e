"""A page of a list as SQL: filtered, in order, after a key, counted only if that was asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import FieldNode, GraphQLField, GraphQLObjectType, get_named_type
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Text,
    and_,
    cast,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased

from graph.reads.connections import DEFAULT_PAGE, cursor, keys_of
from graph.reads.declare import Many, ReadField
from graph.reads.errors import ReadRefused
from graph.reads.narrowing import Narrowing
from graph.reads.orders import Key, keys
from graph.reads.values import Leaf, Tree, constant

if TYPE_CHECKING:
    from graph.reads.statement import Compiler


@dataclass(frozen=True, slots=True)
class Page:
    """What was asked of one list, and the rows of the page once they are known."""

    compiler: Compiler
    item: GraphQLObjectType
    model: type[Any]
    matching: Callable[[], tuple[Any, ColumnElement[bool]]]
    keys: list[Key]
    arguments: dict[str, Tree]

    @property
    def backwards(self) -> bool:
        """Whether the page is counted from the end of the list."""
        return self._given("last") is not None

    @property
    def order(self) -> str:
        """The order in words, which a cursor carries so that it is not taken for one of another list."""
        return " ".join(f"{'-' if key.descending else ''}{key.name}" for key in self.keys)

    def _given(self, name: str) -> Leaf | None:
        leaf = self.arguments.get(name)
        return leaf if isinstance(leaf, Leaf) and leaf.now is not None else None

    def size(self) -> ColumnElement[int]:
        """How many items the page has at most."""
        if self._given("first") and self._given("last"):
            raise ReadRefused(
                "FIRST_OR_LAST", "Ask for the first or for the last items of a list, not for both."
            )
        largest = self.compiler.largest_page
        name = "last" if self.backwards else "first"
        leaf = self._given(name) or constant(min(DEFAULT_PAGE, largest))

        def checked(value: int) -> int:
            if not 0 <= value <= largest:
                raise ReadRefused("BAD_PAGE_SIZE", f"`{name}` is {value}: ask for 0 to {largest} items.")
            return value

        return self.compiler.bind(leaf, BigInteger(), checked)

    def rows(self, size: ColumnElement[int], *, one_more: bool) -> Any:
        """The rows of the page, numbered in `_place`, with their keys in `_key0`, `_key1` and so on."""
        row, kept = self.matching()
        labelled = [key.of(row).label(f"_key{place}") for place, key in enumerate(self.keys)]
        page = (
            select(row, *labelled)
            .where(kept, *self._bounds(row))
            .order_by(*(_direction(key.of(row), key, reverse=self.backwards) for key in self.keys))
            .limit(size + literal_column("1") if one_more else size)
            .correlate_except(row)
            .subquery()
        )
        return select(page, func.row_number().over().label("_place")).subquery()

    def _bounds(self, row: Any) -> list[ColumnElement[bool]]:
        found = []
        for name, reverse in (("after", False), ("before", True)):
            leaf = self._given(name)
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
        kinds, order = [key.kind for key in self.keys], self.order
        return lambda text: keys_of(text, order, kinds)[place]


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
    from graph.reads.statement import declared_as  # noqa: PLC0415 - the two compile each other's parts

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
    page = Page(compiler, item, declared.model, matching, order, arguments)
    return _Parts(page, kind, compiler.selector.fields(kind, nodes)).json()


@dataclass(frozen=True, slots=True)
class _Parts:
    """The fields of a connection that were asked for."""

    page: Page
    kind: GraphQLObjectType
    fields: dict[str, list[FieldNode]]

    def json(self) -> ColumnElement[Any]:
        compiler = self.page.compiler
        names = {nodes[0].name.value for nodes in self.fields.values()}
        paged = bool(names & {"nodes", "edges", "pageInfo"})
        gathered = self._gathered(one_more="pageInfo" in names) if paged else None
        columns = [self._part(key, nodes, gathered).label(key) for key, nodes in self.fields.items()]
        inner = select(*columns)
        if gathered is not None:
            inner = inner.select_from(gathered)
        return compiler.json(inner.subquery())

    def _gathered(self, *, one_more: bool) -> Any:
        """The page's rows as one row: its items as JSON, and what the page's info needs."""
        page = self.page
        size = page.size()
        rows = page.rows(size, one_more=one_more)
        row = aliased(page.model, rows, adapt_on_names=True)
        place = rows.c["_place"]
        inside = place <= size
        source: Any = rows
        columns: list[ColumnElement[Any]] = []
        for key, nodes in self.fields.items():
            name = nodes[0].name.value
            if name not in {"nodes", "edges"}:
                continue
            each = self._each(name, nodes, row, rows)
            source = source.join(each, true())
            items = func.row_to_json(each.table_valued())
            ordered = func.json_agg(aggregate_order_by(items, place.desc()) if page.backwards else items)
            kept = ordered.filter(inside) if one_more else ordered
            columns.append(func.coalesce(kept, literal_column("'[]'::json")).label(f"_{key}"))
        if one_more:
            columns += self._info(rows, size, inside)
        return select(*columns).select_from(source).subquery()

    def _each(self, name: str, nodes: list[FieldNode], row: Any, rows: Any) -> Any:
        compiler, page = self.page.compiler, self.page
        if name == "nodes":
            columns = compiler.columns(page.item, compiler.selector.fields(page.item, nodes), row)
            return select(*columns).correlate_except(None).lateral()
        edge = get_named_type(self.kind.fields["edges"].type)
        assert isinstance(edge, GraphQLObjectType)
        columns = []
        for key, inner in compiler.selector.fields(edge, nodes).items():
            match inner[0].name.value:
                case "cursor":
                    value = self._cursor(rows)
                case "node":
                    value = compiler.object(page.item, inner, row)
                case _:
                    value = cast(literal(edge.name), Text)
            columns.append(value.label(key))
        return select(*columns).correlate_except(None).lateral()

    def _cursor(self, rows: Any) -> ColumnElement[str]:
        return cursor(self.page.order, [rows.c[f"_key{place}"] for place in range(len(self.page.keys))])

    def _info(
        self, rows: Any, size: ColumnElement[int], inside: ColumnElement[bool]
    ) -> list[ColumnElement[Any]]:
        cursors = func.array_agg(aggregate_order_by(self._cursor(rows), rows.c["_place"])).filter(inside)
        return [
            (func.count() > size).label("_more"),
            cursors.label("_cursors"),
        ]

    def _part(self, key: str, nodes: list[FieldNode], gathered: Any) -> ColumnElement[Any]:
        match nodes[0].name.value:
            case "nodes" | "edges":
                return gathered.c[f"_{key}"]  # type: ignore[no-any-return]
            case "totalCount":
                row, kept = self.page.matching()
                return (
                    select(func.count()).select_from(row).where(kept).correlate_except(row).scalar_subquery()
                )
            case "pageInfo":
                return self._page_info(nodes, gathered)
            case _:
                return cast(literal(self.kind.name), Text)

    def _page_info(self, nodes: list[FieldNode], gathered: Any) -> ColumnElement[Any]:
        page, compiler = self.page, self.page.compiler
        kind = get_named_type(self.kind.fields["pageInfo"].type)
        assert isinstance(kind, GraphQLObjectType)
        first: ColumnElement[Any] = literal_column("1")
        last: ColumnElement[Any] = func.cardinality(gathered.c["_cursors"])
        head, tail = (last, first) if page.backwards else (first, last)
        cursors = gathered.c["_cursors"]
        more, came_from = gathered.c["_more"], self._came_from()
        values: dict[str, ColumnElement[Any]] = {
            "hasNextPage": came_from if page.backwards else more,
            "hasPreviousPage": more if page.backwards else came_from,
            "startCursor": cursors[head],
            "endCursor": cursors[tail],
            "__typename": cast(literal(kind.name), Text),
        }
        fields = compiler.selector.fields(kind, nodes)
        columns = [values[inner[0].name.value].label(key) for key, inner in fields.items()]
        return compiler.json(select(*columns).correlate_except(None).subquery())

    def _came_from(self) -> ColumnElement[bool]:
        """Whether the page was reached from an item on its other side, which is then in the list."""
        leaf = self.page.arguments.get("before" if self.page.backwards else "after")
        return true() if isinstance(leaf, Leaf) and leaf.now is not None else false()
