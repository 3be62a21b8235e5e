"""The rows of a list of organisations: what each column may have in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from domain.calendar import SINCE_ALWAYS, in_words
from domain.imports.cells import Cells
from domain.imports.files import Shape, read
from domain.imports.problems import Problems
from domain.imports.results import Progress
from domain.imports.spool import Spool
from domain.organisations.models import Organisation, OrganisationKind

# A column of its own for each scheme outside Tandem.
SCHEMES = {"ods": "ODS", "gss": "GSS"}
LONGEST_IDENTIFIER = 100
SHAPE = Shape(("code", "name", "kind"), ("opened_on", "closed_on", "parent", *SCHEMES))


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    """One organisation; None is an empty cell or a column that is not there."""

    number: int
    code: str
    name: str
    kind: OrganisationKind
    opened_on: date | None
    closed_on: date | None
    parent: str | None
    identifiers: dict[str, str]


def read_organisations(
    path: Path, rows: Spool[OrganisationRow], problems: Problems, progress: Progress
) -> None:
    """Read the file into the spool, and its errors into the problems.

    Raises:
        ImportRefused: it is not a list of organisations at all.
    """
    for row in read(path, SHAPE, problems, progress):
        organisation = _organisation(Cells(row, problems))
        if organisation is None:
            continue
        before = rows.put(row.number, SINCE_ALWAYS, organisation.code, organisation)
        if before is not None:
            message = f"{organisation.code} stands in row {before} already. Keep one of the two."
            problems.add("DUPLICATE_ORGANISATION", message, row=row.number, column="code")


def _organisation(cells: Cells) -> OrganisationRow | None:
    row = cells.row
    code, name = _code(cells), cells.required("name")
    kind = cells.required_word("kind", OrganisationKind)
    opened_on, closed_on = cells.day("opened_on"), cells.day("closed_on")
    parent, identifiers = cells.text("parent"), _identifiers(cells)
    if opened_on is not None and closed_on is not None and closed_on <= opened_on:
        message = f"It would close on {in_words(closed_on)} and opens on {in_words(opened_on)}. Correct one of them."
        cells.wrong("END_BEFORE_START", message, "closed_on")
        # The row is tried all the same, and would be refused for this once more.
        closed_on = None
    if code is None or name is None or kind is None:
        return None
    return OrganisationRow(row.number, code, name, kind, opened_on, closed_on, parent, identifiers)


def _code(cells: Cells) -> str | None:
    code = cells.required("code")
    return None if code is None else cells.ruled("code", lambda: Organisation(code=code).code)


def _identifiers(cells: Cells) -> dict[str, str]:
    found: dict[str, str] = {}
    for column, scheme in SCHEMES.items():
        value = cells.text(column, longest=LONGEST_IDENTIFIER)
        if value is not None:
            found[scheme] = value
    return found
