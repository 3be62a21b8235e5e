"""What mutations take, and how it becomes the arguments of a command.

An input is declared like a type: its docstring is its description, and each field has the name of the command's
argument. What was left out is not passed on, so the command's own default holds: `KEEP` where a record is changed.
"""

from __future__ import annotations

import dataclasses
import inspect
import types
import typing
from collections.abc import Awaitable, Callable
from datetime import date
from functools import cache
from typing import Any, TypeAlias, TypeVar, dataclass_transform
from uuid import UUID

import strawberry
from strawberry import UNSET
from strawberry.types import get_object_definition
from strawberry.types.field import StrawberryField

from domain.errors import NotFound, Refused
from domain.tables import Identified
from domain.text import camel
from graph.reads.identity import key_of

Command: TypeAlias = Callable[..., Awaitable[Identified]]
Class = TypeVar("Class", bound=type)

_ID_OF = "id of"
_COMMON = ("expected_version", "effective_on", "dry_run", "idempotency_key")


def id_of(type_name: str, description: str | None = None) -> Any:
    """An input field that takes the id of a record of that type."""
    return strawberry.field(
        metadata={_ID_OF: type_name}, description=description or f"The id of a {type_name}."
    )


def optional_id_of(type_name: str, description: str | None = None) -> Any:
    """The same, where it may be left out."""
    return strawberry.field(
        metadata={_ID_OF: type_name},
        default=UNSET,
        description=description or f"The id of a {type_name}.",
    )


def ids_of(type_name: str, description: str | None = None) -> Any:
    """An input field that takes the ids of records of that type."""
    return strawberry.field(
        metadata={_ID_OF: type_name}, description=description or f"The ids of {type_name} records."
    )


def optional_ids_of(type_name: str, description: str) -> Any:
    """The same, where it may be left out."""
    return strawberry.field(metadata={_ID_OF: type_name}, default=UNSET, description=description)


def needed(description: str) -> Any:
    """An input field that has to be given, with a description for the schema."""
    return strawberry.field(description=description)


def optional(description: str | None = None) -> Any:
    """An input field that may be left out; the command can tell that from null."""
    return strawberry.field(default=UNSET, description=description)


@dataclass_transform(
    kw_only_default=True, field_specifiers=(id_of, optional_id_of, ids_of, optional_ids_of, needed, optional)
)
def asks(cls: Class) -> Class:
    """Declare an input of the schema; its docstring is its description."""
    made: Class = strawberry.input(cls, description=first_paragraph(cls))
    # What is the mutation's own comes first, so that the published schema reads well.
    get_object_definition(made, strict=True).fields.sort(key=_place)
    return made


@strawberry.input
class Request:
    """What every mutation takes."""

    idempotency_key: str | None = strawberry.field(
        default=None,
        description="Of your choice, one for each request: sent again, the request is answered and not repeated.",
    )
    dry_run: bool = strawberry.field(
        default=False, description="Answer what would happen, and change nothing."
    )
    effective_on: date | None = strawberry.field(
        default=None,
        description="The day from which the change holds; today if it is left out, never in the future.",
    )


@strawberry.input
class Change(Request):
    """What every mutation takes that edits an existing record."""

    expected_version: int | None = strawberry.field(
        default=UNSET,
        description="The version that you read: if the record has changed since, the mutation is refused.",
    )


def arguments_of(command: Command, request: Request) -> dict[str, Any]:
    """The command's arguments by name: what was given, with ids as keys; `id` is that of its subject.

    Raises:
        NotFound: an id is none, or is the id of a record of another type.
        Refused: EMPTY_<NAME>, where null was given for what a record cannot be without.
    """
    arguments: dict[str, Any] = {}
    for field in _own(request):
        value = getattr(request, field.name)
        if value is UNSET:
            continue
        if value is None:
            _require_clearable(command, field.name)
        kind = field.metadata.get(_ID_OF)
        arguments[field.name] = value if kind is None or value is None else _keys(value, kind, field.name)
    return arguments


def subject_of(request: Request) -> str | None:
    """The input field with the id of the record that a command acts on, in camelCase; None for a new record.

    It is the first of the ids: a command names the others itself where they lead nowhere.
    """
    return next((camel(field.name) for field in _own(request) if _ID_OF in field.metadata), None)


def given(request: Request) -> dict[str, Any]:
    """All that makes a request what it is: the same again is a repeat."""
    values = {field.name: getattr(request, field.name) for field in dataclasses.fields(request)}
    return {name: value for name, value in values.items() if name != "idempotency_key" and value is not UNSET}


def first_paragraph(documented: Any) -> str:
    """The first paragraph of a docstring as one line."""
    return " ".join((inspect.getdoc(documented) or "").split("\n\n", maxsplit=1)[0].split())


def _place(field: StrawberryField) -> int:
    return _COMMON.index(field.python_name) if field.python_name in _COMMON else -1


def _own(request: Request) -> list[dataclasses.Field[Any]]:
    """The fields that are the command's, not those which every request has."""
    common = {field.name for field in dataclasses.fields(Request)}
    return [field for field in dataclasses.fields(request) if field.name not in common]


def _keys(value: str | list[str], kind: str, name: str) -> UUID | list[UUID]:
    if isinstance(value, list):
        return [_key(each, kind, name) for each in value]
    return _key(value, kind, name)


def _key(value: str, kind: str, name: str) -> UUID:
    key = key_of(value, kind)
    if key is None:
        raise NotFound(kind.lower(), field=camel(name))
    return key


def _require_clearable(command: Command, name: str) -> None:
    if name not in _clearable(command):
        words = name.replace("_", " ")
        raise Refused(
            f"EMPTY_{name.upper()}",
            f"The {words} cannot be taken away: give one, or leave it out to keep what there is.",
            field=camel(name),
        )


@cache
def _clearable(command: Command) -> frozenset[str]:
    """The arguments for which a command takes None."""
    hints = typing.get_type_hints(command)
    return frozenset(name for name, hint in hints.items() if types.NoneType in typing.get_args(hint))
