"""The arguments that declarations bring with them, and the filter and order inputs made from declared types.

One idiom for every list: `filter` nests by field, each scalar takes operators (`{eq: ..}`), a relation takes the filter
of the type it leads to, a connection asks for `some` or `none`, and `and`, `or`, `not` combine. `orderBy` is a list of
one-field objects.
"""

from __future__ import annotations

import sys
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Optional

import strawberry
from strawberry import UNSET
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.base import StrawberryOptional
from strawberry.types.enum import StrawberryEnumDefinition

from graph.reads.connections import LARGEST_PAGE
from graph.reads.declare import ReadField, declaration_of, target_of
from graph.reads.names import graphql_name
from graph.reads.sources import AnyNode, Dated, Lookup, Many, One, Tallied

_MADE: dict[str, type[Any]] = {}
_EQUALITY = ("eq", "ne")
_LISTS = ("in", "notIn")
_RANGES = ("lt", "lte", "gt", "gte")
_SEARCHES = ("contains", "startsWith")

OPERATORS: dict[Any, tuple[str, ...]] = {
    strawberry.ID: (*_EQUALITY, *_LISTS),
    str: (*_EQUALITY, *_LISTS, *_SEARCHES),
    bool: _EQUALITY,
    int: (*_EQUALITY, *_LISTS, *_RANGES),
    float: _RANGES,
    date: (*_EQUALITY, *_LISTS, *_RANGES),
    datetime: _RANGES,
    Decimal: (*_EQUALITY, *_RANGES),
}

_LABELS: dict[Any, str] = {strawberry.ID: "Id", str: "String", bool: "Boolean", datetime: "DateTime"}


@strawberry.enum(description="Which end comes first; what has no value comes last either way.")
class Direction(StrEnum):
    """The direction of an order."""

    ASC = "ASC"
    DESC = "DESC"


def arguments_of(field: ReadField) -> list[StrawberryArgument]:
    """What a field takes, by its declaration."""
    read = field.read
    if isinstance(read, Many):
        return [*_page_arguments(), *_narrowing(target_of(field))]
    if isinstance(read, Lookup):
        return [
            _argument(name, strawberry.ID if name == "id" else str, required=False)
            for name in ("id", *read.by)
        ]
    if isinstance(read, AnyNode) and read.kind is None:
        return [_argument("id", strawberry.ID, required=True)]
    if isinstance(read, Dated):
        return [_argument(read.argument, date, required=True)]
    if isinstance(read, Tallied):
        return [argument for argument in _narrowing(read.filtered_as()) if argument.python_name == "filter"]
    return []


def _page_arguments() -> list[StrawberryArgument]:
    forwards = f"How many items from the start (or from `after`): 1 to {LARGEST_PAGE}."
    return [
        _argument("first", int, description=forwards),
        _argument("after", str, description="The cursor after which to begin."),
        _argument(
            "last", int, description="How many items from the end (or before `before`), instead of `first`."
        ),
        _argument("before", str, description="The cursor before which to end."),
    ]


def _narrowing(target: type[Any]) -> list[StrawberryArgument]:
    declared = declaration_of(target)
    found = []
    if declared.filters:
        found.append(_argument("filter", filter_of(target)))
    if declared.orders:
        found.append(_argument("order_by", list[order_of(target)]))  # type: ignore[misc]
    return found


def _argument(
    name: str, kind: Any, *, required: bool = False, description: str | None = None
) -> StrawberryArgument:
    annotation = StrawberryAnnotation(kind if required else kind | None)
    return StrawberryArgument(name, None, annotation, description=description)


def filter_of(target: type[Any]) -> type[Any]:
    """The filter input of a declared type."""
    name = f"{target.__strawberry_definition__.name}Filter"
    if name in _MADE:
        return _MADE[name]
    fields: dict[str, Any] = {}
    _MADE[name] = object  # a type that leads back to itself is being made already: its name will do
    declared = declaration_of(target)
    for field_name in declared.filters:
        fields[field_name] = f"{_field_filter(declared.by_name[field_name])} | None"
    for combined in ("and_", "or_"):
        fields[combined] = f"list[{name}] | None"
    fields["not_"] = f"{name} | None"
    return _make(
        name,
        fields,
        f"Which {target.__strawberry_definition__.name} records to keep: all conditions given hold.",
    )


def _field_filter(field: ReadField) -> str:
    if isinstance(field.read, One):
        target = target_of(field)
        filter_of(target)
        return f"{target.__strawberry_definition__.name}Filter"
    if isinstance(field.read, Many):
        return _related_filter(target_of(field))
    return _scalar_filter(_plain(field.type))


def _related_filter(target: type[Any]) -> str:
    inner = f"{target.__strawberry_definition__.name}Filter"
    filter_of(target)
    name = f"{target.__strawberry_definition__.name}ListFilter"
    if name not in _MADE:
        _make(
            name,
            {"some": f"{inner} | None", "none": f"{inner} | None"},
            "What must hold of some, or of none, of them.",
        )
    return name


def _scalar_filter(kind: Any) -> str:
    value: Any = kind.wrapped_cls if isinstance(kind, StrawberryEnumDefinition) else kind
    name = f"{_LABELS.get(value, value.__name__.capitalize() if value is kind else value.__name__)}Filter"
    if name in _MADE:
        return name
    fields: dict[str, Any] = {}
    for operator in OPERATORS.get(value, (*_EQUALITY, *_LISTS)):
        python_name = {"in": "in_", "notIn": "not_in", "startsWith": "starts_with"}.get(operator, operator)
        fields[python_name] = Optional[list[value] if operator in _LISTS else value]  # noqa: UP045 - made at run time
    fields["is_null"] = bool | None
    _make(name, fields, "Conditions on one value; all that are given hold. `eq: null` asks for no value.")
    return name


def order_of(target: type[Any]) -> type[Any]:
    """The order input of a declared type: one field and its direction."""
    name = f"{target.__strawberry_definition__.name}Order"
    if name not in _MADE:
        fields = dict.fromkeys(declaration_of(target).orders, Direction | None)
        _make(name, fields, "One field to order by.", one_of=True)
    return _MADE[name]


def _make(name: str, fields: dict[str, Any], description: str, *, one_of: bool = False) -> type[Any]:
    # Strawberry looks forward references up in the module of a class, so what is made here is put there.
    names = {key: strawberry.field(name=graphql_name(key), default=UNSET) for key in fields}
    cls = type(name, (), {"__annotations__": fields, "__module__": __name__, **names})
    made: type[Any] = strawberry.input(cls, description=description, one_of=one_of)
    _MADE[name] = made
    setattr(sys.modules[__name__], name, made)
    return made


def _plain(kind: Any) -> Any:
    return kind.of_type if isinstance(kind, StrawberryOptional) else kind
