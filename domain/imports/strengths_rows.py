"""The rows of a list of strengths profiles: what each column may have in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from domain.imports.cells import Cells
from domain.imports.files import Shape
from domain.imports.problems import Problems
from domain.imports.results import Progress
from domain.imports.spool import Spool
from domain.imports.tables import read_table
from domain.people.models import Person

SHAPE = Shape(("email", "framework", "assessed_on", "strengths"), ("version",))
LONGEST = 4_000
"""How many characters a cell of strengths may have."""


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """A person's profile of a day.

    `framework` is a key, `version` None for the latest, and `strengths` are keys in order.
    """

    number: int
    email: str
    framework: str
    version: int | None
    assessed_on: date
    strengths: tuple[str, ...]

    def key(self, version: int | None) -> str:
        """What no other row of the same day may have."""
        return f"{self.email}\n{self.framework}\n{version or ''}"


def read_profiles(path: Path, rows: Spool[ProfileRow], problems: Problems, progress: Progress) -> None:
    """Read the file into the spool, and its errors into the problems.

    Raises:
        ImportRefused: it is not a list of profiles at all.
    """
    for row in read_table(path, SHAPE, problems, progress):
        cells = Cells(row, problems)
        profile = _profile(cells)
        if profile is None:
            continue
        before = rows.put(row.number, profile.assessed_on, profile.key(profile.version), profile)
        if before is not None:
            cells.wrong("DUPLICATE_PROFILE", duplicate(before))


def duplicate(before: int) -> str:
    """What is said of the second of two rows."""
    return f"Row {before} has a profile of this person and day already. Keep one of the two."


def _profile(cells: Cells) -> ProfileRow | None:
    email, framework = cells.required("email"), cells.required("framework")
    address = None if email is None else cells.ruled("email", lambda: Person(email=email).email)
    version, read = _version(cells)
    assessed_on = cells.required_day("assessed_on")
    strengths = cells.required("strengths", longest=LONGEST)
    if address is None or framework is None or assessed_on is None or strengths is None or not read:
        return None
    keys = tuple(part.strip() for part in strengths.split(";") if part.strip())
    return ProfileRow(cells.row.number, address, framework, version, assessed_on, keys)


def _version(cells: Cells) -> tuple[int | None, bool]:
    """The version, and whether the cell could be read."""
    text = cells.text("version")
    if text is None:
        return None, True
    if not text.isascii() or not text.isdigit() or len(text) > len("9999"):
        message = (
            f"“{text[:40]}” is no version. Write a whole number, or leave the cell empty for the latest."
        )
        cells.wrong("BAD_VERSION", message, "version")
        return None, False
    return int(text), True
