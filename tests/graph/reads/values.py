"""Strategies for arguments: what the data has, what lies next to it, and what nobody would send in good faith."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
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

from tests.graph.reads.rows import snake
from tests.graph.reads.world import World

HOSTILE = (
    "", "'", '"', "\\", "%", "%s", "%(leaf_0)s", "$1", ":leaf_0", "{}", "'; DROP TABLE programmes; --", "_",
    "🚂", "İ", "ς", "\u202e", "Milestone:", "Query:0198c2f0-0000-7000-8000-000000000000",
)  # fmt: skip
DATES = (date.min, date(1000, 1, 1), date(2020, 4, 1), date(2026, 6, 1), date(2999, 12, 31), date.max)
_NUMBERS = (0, 1, -1, 30, 365, 2**31 - 1, -(2**31))
_DEEPEST = 2

Values_ = st.SearchStrategy[ValueNode]


class Values:
    """What can be given for each kind of input."""

    def __init__(self, world: World) -> None:
        self._known = _by_field(world)
        found = {value for values in self._known.values() for value in values}
        days = sorted(v for v in found if isinstance(v, date) and not isinstance(v, datetime))
        self.days = [day for day in days if date.min < day < date.max]
        moments = [v for v in found if isinstance(v, datetime)]
        amounts = [v for v in found if isinstance(v, Decimal)]
        self._pools: dict[str, list[Any]] = {
            "ID": [*HOSTILE, *self.ids(*{kind for kind, _ in self._known})],
            "String": [*HOSTILE, *sorted(v for v in found if isinstance(v, str))],
            "Int": [*_NUMBERS],
            "Date": [*DATES, *self.days, *(day + timedelta(days=1) for day in self.days)],
            "DateTime": [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC), *sorted(moments)],
            "Decimal": [
                Decimal(0),
                Decimal("0.005"),
                Decimal("-7169.204"),
                Decimal("1e20"),
                *sorted(amounts),
            ],
        }

    def ids(self, *kinds: str) -> list[str]:
        """The ids of all records of some types."""
        return sorted(f"{kind}:{key}" for kind in kinds for key in self._known.get((kind, "id"), ()))

    def of(self, kind: GraphQLInputType, depth: int = 0, near: Sequence[Any] = ()) -> Values_:
        """A value of an input type, or null where that may be."""
        some = self.some(kind, depth, near)
        return some if is_non_null_type(kind) else st.one_of(*[some] * 5, st.just(NullValueNode()))

    def some(self, kind: Any, depth: int = 0, near: Sequence[Any] = ()) -> Values_:
        """A value of an input type, not null; one of those `near`, as often as not."""
        kind = get_nullable_type(kind)
        if isinstance(kind, GraphQLList):
            items = st.lists(self.of(kind.of_type, depth, near), min_size=1, max_size=3)
            return _mostly(items, []).map(lambda found: ListValueNode(values=tuple(found)))
        if isinstance(kind, GraphQLInputObjectType):
            return self._object(kind, depth, near)
        if isinstance(kind, GraphQLEnumType):
            return st.sampled_from(list(kind.values)).map(lambda word: EnumValueNode(value=word))
        if kind.name == "Boolean":
            return st.booleans().map(lambda value: BooleanValueNode(value=value))
        pool = st.sampled_from(self._pools[kind.name])
        return (st.one_of(pool, st.sampled_from(list(near))) if near else pool).flatmap(_written)

    def _object(self, kind: GraphQLInputObjectType, depth: int, near: Sequence[Any]) -> Values_:
        deep = depth >= _DEEPEST
        names = sorted(n for n, f in kind.fields.items() if not (deep and _leads_on(f.type)))
        if not names:
            return st.just(ObjectValueNode(fields=()))
        most = 1 if kind.is_one_of else 2
        chosen = st.lists(st.sampled_from(names), min_size=1, max_size=most, unique=True)
        made = chosen.flatmap(lambda some: self._fields(kind, some, depth, near))
        return made if kind.is_one_of else _mostly(made, ObjectValueNode(fields=()))

    def _fields(
        self, kind: GraphQLInputObjectType, names: list[str], depth: int, near: Sequence[Any]
    ) -> Values_:
        of: Callable[..., Values_] = self.some if kind.is_one_of else self.of
        made = st.tuples(
            *(
                of(
                    kind.fields[name].type,
                    depth + 1,
                    self.likely(kind.name.removesuffix("Filter"), name) or near,
                )
                for name in names
            )
        )
        return made.map(lambda values: _object(names, values))

    def likely(self, kind: str, name: str) -> list[Any]:
        """What records of a type have in a field."""
        return self.ids(kind) if name == "id" else self._known.get((kind, snake(name)), [])


def _mostly(usual: st.SearchStrategy[Any], otherwise: Any) -> st.SearchStrategy[Any]:
    return st.one_of(*[usual] * 9, st.just(otherwise))


def _object(names: list[str], values: Sequence[ValueNode]) -> ObjectValueNode:
    parts = zip(names, values, strict=True)
    return ObjectValueNode(fields=tuple(ObjectFieldNode(name=NameNode(value=n), value=v) for n, v in parts))


def _written(value: Any) -> Values_:
    """The ways in which a value can be written."""
    if isinstance(value, int):
        return st.just(IntValueNode(value=str(value)))
    if isinstance(value, Decimal):
        return st.sampled_from([StringValueNode(value=str(value)), FloatValueNode(value=str(float(value)))])
    if isinstance(value, str):
        return st.sampled_from([value] * 3 + [value[1:4].swapcase()]).map(
            lambda text: StringValueNode(value=text)
        )
    return st.just(StringValueNode(value=value.isoformat()))


def _leads_on(kind: GraphQLInputType) -> bool:
    inner = get_nullable_type(kind)
    if isinstance(inner, GraphQLList):
        return isinstance(get_nullable_type(inner.of_type), GraphQLInputObjectType)
    return isinstance(inner, GraphQLInputObjectType) and any(name in inner.fields for name in ("and", "some"))


def _by_field(world: World) -> dict[tuple[str, str], list[Any]]:
    """The different values of each attribute of each model, present and past."""
    past = [row for rows in world.past.values() for row, _ in rows]
    found: dict[tuple[str, str], dict[Any, None]] = defaultdict(dict)
    for row in [row for rows in world.present.values() for row in rows] + past:
        for name, value in vars(row).items():
            if name == "id" or (
                isinstance(value, str | int | date | Decimal) and not isinstance(value, bool | Enum)
            ):
                found[type(row).__name__, name][value] = None
    return {key: list(values) for key, values in found.items() if not key[1].startswith("_")}
