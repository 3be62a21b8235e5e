"""The rows of a list of members: what each column may have in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from domain.calendar import in_words
from domain.cohorts.models import CohortRole
from domain.imports.cells import Cells
from domain.imports.files import Shape
from domain.imports.problems import Problems
from domain.imports.results import Progress
from domain.imports.spool import Spool
from domain.imports.tables import read_table
from domain.people.models import Person

SHAPE = Shape(
    ("cohort", "name", "email", "organisation", "joined_on"), ("programme", "position", "role", "left_on")
)


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A person's part in a cohort; None is an empty cell or a column that is not there.

    `programme` is a reference, `organisation` a code; `email` is without capitals.
    """

    number: int
    programme: str | None
    cohort: str
    name: str
    email: str
    organisation: str | None
    position: str | None
    role: CohortRole | None
    joined_on: date
    left_on: date | None


def read_members(path: Path, rows: Spool[MemberRow], problems: Problems, progress: Progress) -> None:
    """Read the file into the spool, and its errors into the problems.

    Raises:
        ImportRefused: it is not a list of members at all.
    """
    names: dict[str, tuple[str, int]] = {}
    for row in read_table(path, SHAPE, problems, progress):
        cells = Cells(row, problems)
        member = _member(cells)
        if member is None:
            continue
        _require_one_name(cells, member, names)
        key = f"{member.programme or ''}\n{member.cohort}\n{member.email}"
        before = rows.put(row.number, member.joined_on, key, member)
        if before is not None:
            cells.wrong("DUPLICATE_MEMBER", f"Row {before} says the same. Keep one of the two.")


def _member(cells: Cells) -> MemberRow | None:
    programme, cohort = cells.text("programme"), cells.required("cohort")
    name, email = cells.required("name"), _email(cells)
    role = cells.word("role", CohortRole)
    organisation = (cells.text if role is CohortRole.FACILITATOR else cells.required)("organisation")
    position = cells.text("position")
    joined_on, left_on = cells.required_day("joined_on"), cells.day("left_on")
    if joined_on is not None and left_on is not None and left_on <= joined_on:
        message = (
            f"They would leave on {in_words(left_on)} and join on {in_words(joined_on)}. Correct one of them."
        )
        cells.wrong("END_BEFORE_START", message, "left_on")
    if cohort is None or name is None or email is None or joined_on is None:
        return None
    return MemberRow(
        cells.row.number, programme, cohort, name, email, organisation, position, role, joined_on, left_on
    )


def _email(cells: Cells) -> str | None:
    email = cells.required("email")
    return None if email is None else cells.ruled("email", lambda: Person(email=email).email)


def _require_one_name(cells: Cells, member: MemberRow, names: dict[str, tuple[str, int]]) -> None:
    """One address is one person: with two names, each import would rename them twice."""
    name, row = names.setdefault(member.email, (member.name, member.number))
    if name != member.name:
        message = f"Row {row} calls the person with this address {name}. Give both rows one name, or another address."
        cells.wrong("NAME_DIFFERS", message, "name")
