"""An answer in pieces: the statement finds a text for each field of the root; what stands between them is known before.

A list of the root is a piece by itself. As a value in objects round it, it would be copied by Postgres for each of
them, which takes a third of the time of a long list.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from sqlalchemy import JSON, ColumnElement, Select, Text, cast, func, select

from graph.reads.errors import ReadRefused

MOST_COLUMNS = 1600  # of a select in Postgres, which are the fields of an object

Row: TypeAlias = Sequence[bytes | None]
"""What a statement has found: each piece in UTF-8, None where there is nothing."""


@dataclass(frozen=True, slots=True)
class Template:
    """What stands before each piece of an answer, and in its place where there is none; and what comes last.

    The pieces whose places are `left` are not found by the statement.
    """

    before: tuple[tuple[bytes, bytes], ...]
    end: bytes
    left: tuple[int, ...] = ()

    @property
    def found(self) -> int:
        """How many pieces the statement has to find."""
        return len(self.before) - len(self.left)

    def filled(self, row: Row, left: Sequence[bytes] = ()) -> bytes:
        """The answer, as JSON, from what was found and the pieces that were left to others."""
        parts: list[bytes] = []
        if left:
            row = self._with(left, row)
        for (words, absent), piece in zip(self.before, row, strict=True):
            parts += words, absent if piece is None else piece
        return b"".join([*parts, self.end])

    def _with(self, left: Sequence[bytes], row: Row) -> Row:
        pieces = [*row]
        for place, piece in zip(self.left, left, strict=True):
            pieces.insert(place, piece)
        return pieces


@dataclass(slots=True)
class Pieces:
    """An answer as it is written down, from its beginning to its end."""

    _columns: list[ColumnElement[Any]] = field(default_factory=list)
    _before: list[tuple[bytes, bytes]] = field(default_factory=list)
    _left: list[int] = field(default_factory=list)
    _words: str = ""

    def say(self, words: str) -> None:
        """Go on with words that are known."""
        self._words += words

    def put(self, value: ColumnElement[Any], absent: str = "null") -> None:
        """Go on with what is found: JSON, a scalar, or a `Listed`."""
        if not isinstance(value.type, Listed):
            value = cast(value if isinstance(value.type, JSON) else func.to_json(value), Text)
        self._before.append((self._words.encode(), absent.encode()))
        self._columns.append(value.label(f"piece${len(self._columns)}"))
        self._words = ""

    def leave(self) -> None:
        """Go on with what others know."""
        self._left.append(len(self._before))
        self._before.append((self._words.encode(), b"null"))
        self._words = ""

    def keys(self, keys: Sequence[str]) -> Iterator[str]:
        """Go on with an object: whoever is given a key goes on with its value before the next."""
        for place, key in enumerate(keys):
            self.say(f'{"," if place else "{"}"{key}":')
            yield key
        self.say("}" if keys else "{}")

    def done(self) -> tuple[Select[Any], Template]:
        """The statement, and what its row is put into.

        Raises:
            ReadRefused: TOO_MANY_FIELDS.
        """
        if len(self._columns) > MOST_COLUMNS:
            raise ReadRefused("TOO_MANY_FIELDS", f"Ask for at most {MOST_COLUMNS:,} fields at once.")
        return select(*self._columns), Template(tuple(self._before), self._words.encode(), tuple(self._left))


class Listed(Text):
    """The items of a list as JSON with commas between them, null for none."""
