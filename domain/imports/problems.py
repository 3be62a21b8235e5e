"""What is wrong with a file: every error with its row and column, and the refusal that carries them all."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from domain.errors import Refused

MAX_LISTED = 100
"""How many errors are kept and shown; all are counted."""
NOTHING_WRITTEN = "Nothing was imported."


@dataclass(frozen=True, slots=True)
class Problem:
    """One error. `row` counts as a spreadsheet does, with the header as row 1; None speaks of the whole file."""

    code: str
    message: str
    row: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        place = [f"row {self.row}"] if self.row is not None else []
        place += [f"column {self.column}"] if self.column is not None else []
        return f"{', '.join(place)}: {self.message}" if place else self.message

    def to_json(self) -> dict[str, Any]:
        """The error as JSON, with the keys `code`, `message`, `row` and `column`."""
        return asdict(self)


class ImportRefused(Refused):
    """A file that cannot be imported; `outcome` says what was written of it: nothing, as a rule.

    `problems` are the first of the errors, in the order of the file; `total` is how many there are.
    """

    def __init__(
        self, problems: list[Problem], total: int | None = None, *, outcome: str = NOTHING_WRITTEN
    ) -> None:
        self.problems = problems
        self.total = len(problems) if total is None else total
        self.outcome = outcome
        if self.total == 1:
            super().__init__(problems[0].code, f"{problems[0]} {outcome}")
        else:
            super().__init__(
                "IMPORT_REFUSED",
                f"The file has {self.total:,} errors. {outcome} Correct them and import the file again.",
            )


@dataclass(slots=True)
class Problems:
    """The errors found so far, bounded in what is kept so that a hopeless file cannot fill the memory."""

    listed: list[Problem] = field(default_factory=list)
    total: int = 0

    def add(self, code: str, message: str, *, row: int | None = None, column: str | None = None) -> None:
        """Note an error."""
        self.total += 1
        if len(self.listed) < MAX_LISTED:
            self.listed.append(Problem(code, message, row, column))

    @property
    def rows(self) -> frozenset[int]:
        """The rows with an error, as far as they are kept."""
        return frozenset(problem.row for problem in self.listed if problem.row is not None)

    def raise_if_full(self) -> None:
        """End the import here if no more errors would be kept: to look for more would be in vain.

        Raises:
            ImportRefused: with those that are kept.
        """
        if self.total >= MAX_LISTED:
            self.raise_if_any()

    def raise_if_any(self) -> None:
        """End the import here if there is an error.

        Raises:
            ImportRefused: with all of them.
        """
        if self.total:
            raise ImportRefused(sorted(self.listed, key=lambda problem: problem.row or 0), self.total)


def refuse(code: str, message: str) -> ImportRefused:
    """The refusal of a file as a whole."""
    return ImportRefused([Problem(code, message)])
