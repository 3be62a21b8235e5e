"""What is found when a set-up is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Level(Enum):
    """How it stands: as it should, worth knowing, worth changing, or wrong."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it stands, and in words what is so and what to do; never a password or a token."""

    subject: str
    level: Level
    words: str
