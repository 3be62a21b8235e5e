"""The difference between leaving a value as it is and setting it to nothing."""

from __future__ import annotations

from enum import Enum
from typing import Final


class Keep(Enum):
    """The type of `KEEP`."""

    KEEP = "KEEP"


KEEP: Final = Keep.KEEP
"""Stands for an argument that was not given: the value stays as it is. None, where allowed, clears it."""


def change(row: object, **values: object) -> None:
    """Set those attributes of a row whose value was given; each passes the row's own rules."""
    for name, value in values.items():
        if value is not KEEP:
            setattr(row, name, value)
