"""What clients know of their own writes: the only witness that is no part of what is killed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import orjson


@dataclass(slots=True)
class Write:
    """One write of a client: under which key, how often it was sent, and what came of it.

    `answered` is set once the server said that it is done, `refused` to the code where it said that it is not.
    """

    key: str
    kind: str
    blow: int
    sent: int = 0
    answered: bool = False
    refused: str | None = None


@dataclass(slots=True)
class Log:
    """All writes, in memory and line by line in a file that outlives whatever happens."""

    file: Path
    blow: int = 0
    """The kill that is being tried, to which new writes count."""
    writes: dict[str, Write] = field(default_factory=dict)
    failures: Counter[str] = field(default_factory=Counter)
    """How often an attempt ended without an answer, by what the client saw."""

    def begin(self, kind: str) -> Write:
        """A new write, with a key that no other has."""
        write = Write(f"w{len(self.writes):06d}", kind, self.blow)
        self.writes[write.key] = write
        return write

    def sending(self, write: Write) -> None:
        """It leaves now."""
        write.sent += 1
        self._note(write, "sent")

    def unanswered(self, write: Write, why: str) -> None:
        """Nobody knows whether it was carried out."""
        self.failures[why] += 1
        self._note(write, why)

    def answer(self, write: Write, refused: str | None = None) -> None:
        """The server has said that it is done, or that it is not and why."""
        write.answered, write.refused = refused is None, refused
        self._note(write, refused or "answered")

    def _note(self, write: Write, word: str) -> None:
        with self.file.open("ab") as lines:
            lines.write(orjson.dumps([write.key, write.kind, write.blow, word]) + b"\n")
