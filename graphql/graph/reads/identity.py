"""Global ids: the name of a type and the key of a row, `Author:0198c2f0-…`."""

from __future__ import annotations

import re
from uuid import UUID

_ID = re.compile(r"([A-Za-z_][A-Za-z0-9_]*):([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})")

_LONGEST = 200  # characters, and more than any id has: to look through a long text for one takes a while


def kind_of(text: object) -> str | None:
    """The type that an id speaks of; None where it is no id."""
    found = _matched(text)
    return found[1] if found else None


def key_of(text: object, kind: str) -> UUID | None:
    """The row's key in an id of that type; None, which finds nothing, where it is an id of another or no id."""
    found = _matched(text)
    return UUID(found[2]) if found and found[1] == kind else None


def _matched(text: object) -> re.Match[str] | None:
    words = str(text)
    return _ID.fullmatch(words) if len(words) <= _LONGEST else None
