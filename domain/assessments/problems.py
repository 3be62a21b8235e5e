"""What is wrong with the file of an instrument."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from domain.errors import Refused

BAD_INSTRUMENT: Final = "BAD_INSTRUMENT"


@dataclass(frozen=True, slots=True)
class InstrumentProblem:
    """One error: a stable code, the path in the file (empty for the whole file), and what to do."""

    code: str
    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class InstrumentRefused(Refused):
    """A file that is no instrument, with every `problem` in it. One problem lends it its code."""

    def __init__(self, problems: Sequence[InstrumentProblem]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        if len(self.problems) == 1:
            super().__init__(first.code, str(first), field="file")
        else:
            super().__init__(
                BAD_INSTRUMENT,
                f"The file has {len(self.problems)} errors. Correct them all. The first: {first}",
                field="file",
            )
