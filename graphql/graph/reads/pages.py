"""A page of a list as SQL: the rows that were asked for, filtered, in order, after a key."""

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
    false,
    func,
    literal_column,
    or_,
    select,
    true,
    tuple_,
)

from graph.reads.connections import DEFAULT_PAGE, keys_of
from graph.reads.errors import ReadRefused
from graph.reads.narrowing import Narrowing
from graph.reads.orders import Key, keys
from graph.reads.records import declared_as
from graph.reads.sources import Many
from graph.reads.values import Leaf, Tree, constant, size_class

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
    def came_from(self) -> ColumnElement[bool]:
        """Whether it was reached from an item on its other side, which is then in the list."""
        return true() if _given(self.arguments, "before" if self.backwards else "after") else false()

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
        """The page's rows: numbered in `_place`, how many in `_found`, their keys in `_key0`, `_key1` and so on.

        Postgres plans a statement once for all parameters, and then takes a limit that is one for a tenth of the table.
        So about how many rows are wanted is in the text.
        """
        row, kept = self.matching()
        labelled = [key.of(row).label(f"_key{place}") for place, key in enumerate(self.keys)]
        about = (
            select(row, *labelled)
            .where(kept, *self._bounds(row))
            .order_by(*(_direction(key.of(row), key, reverse=self.backwards) for key in self.keys))
            .limit(literal_column(str(1 << size_class(self.most.now))))
            .correlate_except(row)
            .subquery()
        )
        page = select(about).limit(self.size + literal_column("1") if one_more else self.size).subquery()
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
        if not 1 <= value <= largest:
            raise ReadRefused("BAD_PAGE_SIZE", f"`{name}` is {value}: ask for 1 to {largest} items.")
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


def page_of(compiler: Compiler, definition: GraphQLField, node: FieldNode, row: Any) -> Page:
    """What a node asks of the connection that a row has, or that stands at the root."""
    kind = get_named_type(definition.type)
    assert isinstance(kind, GraphQLObjectType)
    item = get_named_type(kind.fields["nodes"].type)
    assert isinstance(item, GraphQLObjectType)
    read_field = definition.extensions["strawberry-definition"]
    assert isinstance(read_field.read, Many)
    many, declared = read_field.read, declared_as(item)
    arguments = compiler.arguments(definition, node)

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
    return page
