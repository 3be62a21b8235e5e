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

# No response key can be called so, and nobody who writes JSON into a field can know it.
MARK = f"$missing {token_hex(4)}"
_TRACE = f'"{MARK}"'


@dataclass(frozen=True, slots=True)
class Promise:
    """A field that must not be null: what to say if it is, and how many steps of its path lead to what goes then."""

    message: str
    nodes: tuple[FieldNode, ...]
    goes: int


def is_broken(text: str) -> bool:
    """Whether an answer has a mark in it."""
    return _TRACE in text


def put_right(text: str, promises: Sequence[Promise]) -> tuple[dict[str, Any] | None, list[GraphQLError]]:
    """The data without its marks, and an error for each of those that counts."""
    mending = _Mending(promises)
    try:
        return mending.mended(orjson.loads(text), ()), mending.errors
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
