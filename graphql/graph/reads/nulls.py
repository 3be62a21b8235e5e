"""What becomes of a null where the schema promises a value (GraphQL specification, 6.4.4).

Such a null takes the nearest field round it that may be null, or else the whole answer, and leaves an error. The
compiler knows for each place what that is, and has Postgres write a mark there in place of the null. An answer with
marks in it, which is rare, is put right here; all others are handed on unread.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any

import orjson
from graphql import FieldNode, GraphQLError
from sqlalchemy import Case, ColumnClause, ColumnElement, TypeCoerce
from sqlalchemy.orm import InstrumentedAttribute

from graph.reads import sources

# No response key can be called so, and nobody who writes JSON into a field can know it. It begins with a character that
# texts hardly have, for which alone a long answer is searched in a hundredth of the time.
_RARE = "\x7f"
MARK = f"{_RARE}missing {token_hex(4)}"


@dataclass(frozen=True, slots=True)
class Promise:
    """A field that must not be null: what to say if it is, and how many steps of its path lead to what goes then."""

    message: str
    nodes: tuple[FieldNode, ...]
    goes: int


def may_be_null(read: sources.Read, value: ColumnElement[Any]) -> bool:
    """Whether a field can be null in spite of what the schema says: a row that is not there, a rule with a gap."""
    match read:
        case sources.One() | sources.AnyNode() | sources.Lookup() | sources.Subject():
            return True
        case sources.Column(expression):
            return (
                expression is not None
                and not isinstance(value, InstrumentedAttribute)
                and not _is_word(value)
            )
    return False


def _is_word(value: Any) -> bool:
    """Whether an expression gives one of some words in every case."""
    match value:
        case TypeCoerce():
            return _is_word(value.clause)
        case Case():
            results = [*(word for _, word in value.whens), value.else_]
            return all(_is_word(each) for each in results)
        case ColumnClause():
            return value.is_literal and value.name.startswith("'")
    return False


def is_broken(answer: bytes) -> bool:
    """Whether an answer has a mark in it."""
    return _RARE.encode() in answer and MARK.encode() in answer


def put_right(answer: bytes, promises: Sequence[Promise]) -> tuple[dict[str, Any] | None, list[GraphQLError]]:
    """The data without its marks, and an error for each of those that counts."""
    mending = _Mending(promises)
    try:
        return mending.mended(orjson.loads(answer), ()), mending.errors
    except _Gone:
        return None, mending.errors


class _Gone(Exception):  # noqa: N818 - it says what happened
    """What is at so many steps of the path has become null."""

    def __init__(self, steps: int) -> None:
        super().__init__(steps)
        self.steps = steps


@dataclass(frozen=True, slots=True)
class _Mending:
    promises: Sequence[Promise]
    errors: list[GraphQLError] = field(default_factory=list)

    def mended(self, value: Any, path: tuple[str | int, ...]) -> Any:
        if isinstance(value, dict):
            if MARK in value:
                self._break(self.promises[value[MARK]], path)
            self._mend(value, value.items(), path)
        elif isinstance(value, list):
            self._mend(value, enumerate(value), path)
        return value

    def _mend(self, value: Any, parts: Iterable[tuple[Any, Any]], path: tuple[str | int, ...]) -> None:
        for step, part in parts:
            try:
                self.mended(part, (*path, step))
            except _Gone as gone:
                if gone.steps != len(path) + 1:
                    raise
                value[step] = None

    def _break(self, promise: Promise, path: tuple[str | int, ...]) -> None:
        self.errors.append(GraphQLError(promise.message, list(promise.nodes), path=list(path)))
        raise _Gone(promise.goes)
