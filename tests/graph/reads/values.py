"""Strategies for arguments: what the data has, what lies next to it, and what nobody would send in good faith."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

from graphql import (
    BooleanValueNode,
    EnumValueNode,
    FloatValueNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    IntValueNode,
    ListValueNode,
    NameNode,
    NullValueNode,
    ObjectFieldNode,
    ObjectValueNode,
    StringValueNode,
    ValueNode,
    get_nullable_type,
    is_non_null_type,
)
from hypothesis import strategies as st

from tests.graph.reads.world import World

HOSTILE = (
    "", "'", '"', "\\", "%", "%s", "%(leaf_0)s", "$1", ":leaf_0", "{}", "'; DROP TABLE programmes; --", "_",
    "🚂", "İ", "ς", "\u202e", "Milestone:", "Query:0198c2f0-0000-7000-8000-000000000000",
)  # fmt: skip
DATES = (date.min, date(1000, 1, 1), date(2020, 4, 1), date(2026, 6, 1), date(2999, 12, 31), date.max)
_DEEPEST = 2


class Values:
    """What can be given for each kind of input."""

    def __init__(self, world: World) -> None:
        found = {value for row in _rows(world) for value in _scalars(row)}
        texts = sorted(value for value in found if isinstance(value, str))
        self.ids = sorted(
            f"{type(row).__name__}:{row.id}" for model in world.present.values() for row in model if row.id
        )
        self._texts = [*HOSTILE, *texts, *(text[1:4].swapcase() for text in texts)]
        days = sorted(v for v in found if isinstance(v, date) and not isinstance(v, datetime))
        self.days = [*DATES, *days, *(day + timedelta(days=1) for day in days if date.min < day < date.max)]
        moments = sorted(v for v in found if isinstance(v, datetime))
        self._moments = [*moments, datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)]
        self._amounts = sorted({Decimal(0), *(v for v in found if isinstance(v, Decimal))})

    def of(self, kind: GraphQLInputType, depth: int = 0) -> st.SearchStrategy[ValueNode]:
        """A value of an input type, or null where that may be."""
        inner = get_nullable_type(kind)
        some = self.some(inner, depth)
        return some if is_non_null_type(kind) else st.one_of(some, some, some, some, st.just(NullValueNode()))

    def some(self, kind: Any, depth: int = 0) -> st.SearchStrategy[ValueNode]:
        """A value of an input type, not null."""
        kind = get_nullable_type(kind)
        if isinstance(kind, GraphQLList):
            items = st.lists(self.of(kind.of_type, depth), max_size=3)
            return items.map(lambda found: ListValueNode(values=tuple(found)))
        if isinstance(kind, GraphQLInputObjectType):
            return self._object(kind, depth)
        if isinstance(kind, GraphQLEnumType):
            return st.sampled_from(list(kind.values)).map(lambda word: EnumValueNode(value=word))
        return self._scalar(kind.name)

    def _object(self, kind: GraphQLInputObjectType, depth: int) -> st.SearchStrategy[ValueNode]:
        deep = depth >= _DEEPEST
        names = sorted(n for n, f in kind.fields.items() if not (deep and _leads_on(f.type)))
        most = 1 if kind.is_one_of else 2
        chosen = st.lists(
            st.sampled_from(names), min_size=1 if kind.is_one_of else 0, max_size=most, unique=True
        )
        return chosen.flatmap(lambda some: self._fields(kind, some, depth))

    def _fields(
        self, kind: GraphQLInputObjectType, names: list[str], depth: int
    ) -> st.SearchStrategy[ValueNode]:
        def of(name: str) -> st.SearchStrategy[ValueNode]:
            inner = kind.fields[name].type
            return self.some(inner, depth + 1) if kind.is_one_of else self.of(inner, depth + 1)

        made = st.tuples(*(of(name) for name in names))
        return made.map(
            lambda values: ObjectValueNode(
                fields=tuple(
                    ObjectFieldNode(name=NameNode(value=name), value=value)
                    for name, value in zip(names, values, strict=True)
                )
            )
        )

    def _scalar(self, name: str) -> st.SearchStrategy[ValueNode]:
        match name:
            case "ID":
                return st.sampled_from([*self.ids, *HOSTILE]).map(_string)
            case "String":
                return st.sampled_from(self._texts).map(_string)
            case "Int":
                numbers = st.sampled_from([0, 1, -1, 30, 365, 2**31 - 1, -(2**31)])
                return numbers.map(lambda number: IntValueNode(value=str(number)))
            case "Boolean":
                return st.booleans().map(lambda value: BooleanValueNode(value=value))
            case "Date":
                return st.sampled_from(self.days).map(lambda day: _string(day.isoformat()))
            case "DateTime":
                return st.sampled_from(self._moments).map(lambda moment: _string(moment.isoformat()))
            case _:
                return st.sampled_from(self._amounts).flatmap(_amount)


def _amount(amount: Decimal) -> st.SearchStrategy[ValueNode]:
    return st.sampled_from([_string(str(amount)), FloatValueNode(value=str(float(amount)))])


def _string(text: str) -> ValueNode:
    return StringValueNode(value=text)


def _leads_on(kind: GraphQLInputType) -> bool:
    inner = get_nullable_type(kind)
    if isinstance(inner, GraphQLList):
        return isinstance(get_nullable_type(inner.of_type), GraphQLInputObjectType)
    return isinstance(inner, GraphQLInputObjectType) and any(name in inner.fields for name in ("and", "some"))


def _rows(world: World) -> list[Any]:
    past = [row for rows in world.past.values() for row, _ in rows]
    return [row for rows in world.present.values() for row in rows] + past


def _scalars(row: Any) -> list[Any]:
    values = (value for name, value in vars(row).items() if not name.startswith("_"))
    return [
        value for value in values if isinstance(value, str | date | Decimal) and not isinstance(value, Enum)
    ]
