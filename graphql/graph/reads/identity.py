"""Global ids: the name of a type and the key of a row, `Milestone:0198c2f0-…`."""

from __future__ import annotations

from uuid import UUID


def kind_of(text: object) -> str | None:
    """The type that an id speaks of; None where it is no id."""
    kind, separator, _ = str(text).partition(":")
    return kind if separator else None


def key_of(text: object, kind: str) -> UUID | None:
    """The row's key in an id of that type; None, which finds nothing, where it is an id of another or no id."""
    prefix, _, key = str(text).partition(":")
    try:
        return UUID(key) if prefix == kind else None
    except ValueError:
        return None
