"""The words in which a schema is declared: which row is behind a type, and what of it is behind each field.

    @reads(tables.Author, filters=("name",), orders=("name",))
    class Author(Node):
        name: str
        age: int = computed(lambda author, at: at.year - author.born)
        publisher: Publisher | None = one("publisher_id")
        books: Connection[Book] = many("author_id", order=("title",))
        rivals: Connection[Author] = many(lambda author, other, at: other.genre == author.genre)

A row is an alias of the model, `at` the perspective of the request. A field without a declaration is the attribute of
its name. Nothing here is a resolver: the compiler reads these declarations and writes one statement.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar, dataclass_transform

import strawberry
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.base import StrawberryList, StrawberryOptional, get_object_definition
from strawberry.types.field import StrawberryField
from strawberry.types.lazy_type import LazyType

from graph.reads.sources import (
    AnyNode,
    Column,
    Counted,
    CountedBy,
    Dated,
    Expression,
    Itself,
    Listed,
    Lookup,
    Many,
    Materialised,
    One,
    Read,
    Subject,
    Summed,
    Tallied,
)

KIND = "$kind"  # where an object that was fetched says of which type it is; no response key can be called so


@dataclass(frozen=True, slots=True)
class Declaration:
    """What stands behind a type: its model, and by which of its fields lists of it are filtered and ordered."""

    name: str
    model: type[Any] | None
    filters: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    by_name: dict[str, ReadField] = field(default_factory=dict)


class ReadField(StrawberryField):
    """A field that is declared instead of resolved."""

    def __init__(self, *args: Any, read: Read | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.read: Read = read or Column()

    def __copy__(self) -> Self:
        copied = super().__copy__()
        copied.read = self.read
        return copied

    @property
    def is_basic_field(self) -> bool:
        """Never: a basic field would be read off a Python object."""
        return False

    @property
    def arguments(self) -> list[StrawberryArgument]:
        """What the declaration takes: pages, filters and orders for a connection, ids for a look-up."""
        if self._arguments is None:
            from graph.reads.arguments import arguments_of  # noqa: PLC0415 - inputs are made of declarations

            self._arguments = arguments_of(self)
        return self._arguments

    @arguments.setter
    def arguments(self, value: list[StrawberryArgument]) -> None:
        self._arguments = value

    def get_result(self, source: Any, info: Any, args: list[Any], kwargs: Any) -> Any:  # noqa: ARG002
        """What was fetched for this field: only where graphql-core completes what one statement has fetched."""
        from graph.reads.fetched import fetched  # noqa: PLC0415

        return fetched(source, info)


def computed(expression: str | Expression, *, description: str | None = None, name: str | None = None) -> Any:
    """A scalar worked out from the row: `expression(row, at)` gives SQL, or is the attribute of another name."""
    made = _attribute(expression) if isinstance(expression, str) else expression
    return ReadField(read=Column(made), description=description, graphql_name=name)


def column(description: str) -> Any:
    """The attribute of the field's name, with a description for the schema."""
    return ReadField(read=Column(), description=description)


def one(on: str | Expression, *, description: str | None = None) -> Any:
    """At most one row of another type: that whose id this row has in `on`, or for which `on(row, other, at)` holds."""
    return ReadField(read=One(_reference(on) if isinstance(on, str) else on), description=description)


def many(
    on: str | Expression | None = None, *, order: Sequence[str] = (), description: str | None = None
) -> Any:
    """A connection to rows of another type.

    To all of them; to those that have this row's id in `on`; or to those for which `on(row, other, at)` holds.
    """
    made = _back_reference(on) if isinstance(on, str) else on
    return ReadField(read=Many(made, tuple(order)), description=description)


def lookup(*by: str, description: str | None = None) -> Any:
    """One row by `id` or by one of these unique fields."""
    return ReadField(read=Lookup(by), description=description)


def any_node(
    kind: Expression | None = None, key: Expression | None = None, *, description: str | None = None
) -> Any:
    """A row of whichever type: by the argument `id`, or by the name of its type and its key in the row at hand."""
    return ReadField(read=AnyNode(kind, key), description=description)


def itself(*, description: str | None = None) -> Any:
    """An object without a row of its own."""
    return ReadField(read=Itself(), description=description)


def tallied(
    model: type[Any],
    filtered_as: Callable[[], type[Any]],
    *,
    beside: Expression | None = None,
    alike: Expression | None = None,
    materialised: Materialised | None = None,
    description: str | None = None,
) -> Any:
    """An object about all rows of a model, narrowed by the filters of the type that `filtered_as` gives.

    `beside(row, at)` may give another row that stands beside each of them, and `alike` what many of these share; see
    `Tallied`. What is `materialised` of all of them is read instead, where that is enough.
    """
    return ReadField(read=Tallied(model, filtered_as, beside, alike, materialised), description=description)


def listed(rows: Expression, *, description: str | None = None) -> Any:
    """A short list: `rows(row, at)` gives the statement whose rows stand behind the items."""
    return ReadField(read=Listed(rows), description=description)


def dated(row_of: Expression, argument: str, *, description: str | None = None) -> Any:
    """An object about the day that an argument gives: `row_of(row, day, at)` has an expression for each attribute."""
    return ReadField(read=Dated(row_of, argument), description=description)


def counted(*, description: str | None = None) -> Any:
    """How many rows a tally has."""
    return ReadField(read=Counted(), description=description)


def summed(of: Expression, *, less: Expression | None = None, description: str | None = None) -> Any:
    """The sum of `of(row, at)` over the rows of a tally, less that of `less(row, at)`."""
    return ReadField(read=Summed(of, less), description=description)


def counted_by(name: str, of: Expression, *, counted: str = "count", many: bool = False) -> Any:
    """How many rows of a tally have each of the values `of(row, at)`; see `CountedBy`."""
    return ReadField(read=CountedBy(name, of, counted, many))


def subject(*, description: str | None = None) -> Any:
    """The record that a mutation changed."""
    return ReadField(read=Subject(), description=description, default=None)


def _attribute(name: str) -> Expression:
    return lambda row, _at: getattr(row, name)


def _reference(name: str) -> Expression:
    return lambda row, other, _at: other.id == getattr(row, name)


def _back_reference(name: str) -> Expression:
    return lambda row, other, _at: getattr(other, name) == row.id


Class = TypeVar("Class", bound=type)


@dataclass_transform(
    kw_only_default=True, field_specifiers=(computed, column, one, many, listed, summed, lookup)
)
def reads(
    model: type[Any] | None = None,
    *,
    filters: Sequence[str] = (),
    orders: Sequence[str] = (),
    name: str | None = None,
) -> Callable[[Class], Class]:
    """Declare a type of the schema; its docstring is its description."""

    def declare(cls: Class) -> Class:
        for attribute in inspect.get_annotations(cls):
            if attribute not in vars(cls):
                setattr(cls, attribute, ReadField())
        cls.is_type_of = classmethod(_is_fetched)  # type: ignore[attr-defined]
        declared: Class = strawberry.type(cls, name=name, description=_paragraph(cls))
        definition = get_object_definition(declared, strict=True)
        fields = {f.python_name: f for f in definition.fields if isinstance(f, ReadField)}
        declared.__reads__ = Declaration(definition.name, model, tuple(filters), tuple(orders), fields)  # type: ignore[attr-defined]
        return declared

    return declare


def _is_fetched(cls: type[Any], value: Any, _info: Any) -> bool:
    """Whether a fetched object is of this type: where it could be of several, it says of which."""
    return isinstance(value, dict) and value.get(KIND) in {None, cls.__strawberry_definition__.name}


def declaration_of(cls: type[Any]) -> Declaration:
    """What was declared of a type."""
    declared = cls.__dict__.get("__reads__") or getattr(cls, "__reads__", None)
    if not isinstance(declared, Declaration):
        raise TypeError(f"{cls.__name__} is not declared with @reads")
    return declared


def target_of(read_field: ReadField) -> Any:
    """The type that a field leads to, without optional, list and connection round it."""
    kind: Any = read_field.type
    while isinstance(kind, StrawberryOptional | StrawberryList | LazyType):
        kind = kind.resolve_type() if isinstance(kind, LazyType) else kind.of_type
    definition = get_object_definition(kind)
    if definition is not None and isinstance(read_field.read, Many):
        inner = next(iter(definition.type_var_map.values()))
        return inner.resolve_type() if isinstance(inner, LazyType) else inner
    return kind


def _paragraph(cls: type[Any]) -> str | None:
    text = cls.__dict__.get("__doc__")
    return inspect.cleandoc(text) if text and not text.startswith(f"{cls.__name__}(") else None
