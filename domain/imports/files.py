"""Reading a CSV file row by row: is it one, is it UTF-8, does it have the columns, is each row whole?

The file is never held in memory. A byte that is not UTF-8 travels as a lone surrogate into its cell, so that
`domain.imports.cells` can say in which row and column it stands.
"""

from __future__ import annotations

import csv
import io
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from domain.imports.problems import Problems, refuse
from domain.imports.results import Progress

MAX_BYTES = 50 * 1024 * 1024
"""The largest file that is read, in bytes: about 300,000 rows, far more than any portfolio has."""

# What other programs call a CSV file, by how its content begins.
_FOREIGN = {
    b"PK\x03\x04": "an Excel or OpenDocument workbook",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF document",
    b"\x1f\x8b": "a compressed file",
    b"\xff\xfe": "text in UTF-16",
    b"\xfe\xff": "text in UTF-16",
    b"SQLite": "a database",
}
_SAVE_AS_CSV = "Save it as \u201cCSV UTF-8 (comma delimited)\u201d and import that."


@dataclass(frozen=True, slots=True)
class Shape:
    """The columns of a kind of file, by name; their order is free."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that it may have."""
        return self.required + self.optional


Record: TypeAlias = tuple[int, list[str]]
"""A line as it stands in the file: its number, as a spreadsheet counts, and its cells."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it stands in the file. `number` counts as a spreadsheet does, with the header as row 1."""

    number: int
    cells: dict[str, str]


def read(path: Path, shape: Shape, problems: Problems, progress: Progress) -> Iterator[Row]:
    """The rows of a CSV file with a header, in their order; rows without any content are passed over.

    Rows that are not whole are added to `problems` and left out.

    Raises:
        ImportRefused: it cannot be read as a CSV file of this shape at all.
    """
    size = size_of(path)
    return rows(records(path, size, problems, progress), shape, problems)


def records(path: Path, size: int, problems: Problems, progress: Progress) -> Iterator[Record]:
    """The lines of a CSV file, the header among them; it is held open while they are read.

    Raises:
        ImportRefused: it is something else.
    """
    _require_csv(path)
    with path.open("rb") as file:
        text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape", newline="")
        for number, cells in _records(csv.reader(text, strict=True), problems):
            yield number, cells
            progress("Reading", file.tell(), size)


def rows(found: Iterator[Record], shape: Shape, problems: Problems) -> Iterator[Row]:
    """What stands below the header, by column; rows without any content are passed over.

    Raises:
        ImportRefused: the header is not of this shape, or nothing stands below it.
    """
    first, names = next(found, (1, []))
    header = _header(names, shape, problems, row=first)
    content = False
    for number, cells in found:
        if not any(cell.strip() for cell in cells):
            continue
        content = True
        if _is_whole(number, cells, header, problems):
            yield Row(number, dict(zip(header, cells, strict=True)))
    if not content and not problems.total:
        raise refuse(
            "NO_ROWS", "The file has a header and no rows below it. Check that it is the right file."
        )


def size_of(path: Path) -> int:
    """Its size in bytes, if it is a file that can be read and is not too large."""
    try:
        status = path.stat()
    except FileNotFoundError as error:
        raise refuse("FILE_NOT_FOUND", f"There is no file {path}. Check its name and folder.") from error
    except OSError as error:
        raise refuse("FILE_UNREADABLE", f"{path} cannot be read: {error.strerror}.") from error
    if stat.S_ISDIR(status.st_mode):
        raise refuse("NOT_A_FILE", f"{path} is a folder. Give the CSV file itself.")
    if not stat.S_ISREG(status.st_mode):
        raise refuse("NOT_A_FILE", f"{path} is not an ordinary file. Save it as a CSV file first.")
    if status.st_size == 0:
        raise refuse("EMPTY_FILE", f"{path} is empty. Check that it was saved.")
    if status.st_size > MAX_BYTES:
        raise refuse(
            "FILE_TOO_LARGE",
            f"{path} has {status.st_size / 1024**2:,.0f} MB, and at most {MAX_BYTES / 1024**2:,.0f} MB are read "
            "at once. Check that it is the right file, or split it and import the older part first.",
        )
    return status.st_size


def _require_csv(path: Path) -> None:
    """Tell apart what people import by mistake; a CSV file itself has no signature."""
    try:
        with path.open("rb") as file:
            start = file.read(16)
    except OSError as error:
        raise refuse("FILE_UNREADABLE", f"{path} cannot be read: {error.strerror}.") from error
    for signature, kind in _FOREIGN.items():
        if start.startswith(signature):
            raise refuse("NOT_A_CSV_FILE", f"{path} is {kind}, not a CSV file. {_SAVE_AS_CSV}")
    if b"\x00" in start:
        raise refuse("NOT_A_CSV_FILE", f"{path} is not text. {_SAVE_AS_CSV}")


def _records(reader: Iterator[list[str]], problems: Problems) -> Iterator[Record]:
    """The records with their numbers; an error of the format ends them, since what follows cannot be told apart."""
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            problems.add("BROKEN_CSV", _explained(error), row=number)
            return
        yield number, cells


def _explained(error: csv.Error) -> str:
    reason = str(error)
    if "field limit" in reason or "end of data" in reason:
        return "A quotation mark is opened in this row and never closed. Close it, or write it twice to mean itself."
    if "expected after" in reason:
        return "After a closing quotation mark comes text. Write a quotation mark inside a cell twice."
    return f"From this row on the file is not CSV ({reason}). {_SAVE_AS_CSV}"


def _header(cells: list[str], shape: Shape, problems: Problems, *, row: int) -> list[str]:
    """The names of the columns, if they are all there and nothing else is.

    Raises:
        ImportRefused: with every column that is missing, unknown or there twice.
    """
    names = [cell.strip() for cell in cells]
    if len(names) == 1 and any(separator in names[0] for separator in ";\t|"):
        raise refuse("WRONG_SEPARATOR", f"The columns are not separated by commas. {_SAVE_AS_CSV}")
    expected = ", ".join(shape.columns)
    if not set(names) & set(shape.columns):
        raise refuse(
            "WRONG_COLUMNS",
            f"The first row has none of the columns {expected}. Check that it is the right file, and that its "
            "first row names the columns.",
        )
    for name in shape.required:
        if name not in names:
            message = "This column is missing. Add it, or give its name to the column that it is."
            problems.add("MISSING_COLUMN", message, row=row, column=name)
    for name in dict.fromkeys(names):
        if name not in shape.columns:
            message = f"This column is not known. Take it out, or name it as one of {expected}."
            problems.add("UNKNOWN_COLUMN", message, row=row, column=name or "(no name)")
        elif names.count(name) > 1:
            problems.add("DUPLICATE_COLUMN", "This column is there twice. Keep one.", row=row, column=name)
    problems.raise_if_any()
    return names


def _is_whole(number: int, cells: list[str], header: list[str], problems: Problems) -> bool:
    if len(cells) == len(header):
        return True
    problems.add(
        "WRONG_CELL_COUNT",
        f"This row has {len(cells)} cells and the header has {len(header)} columns. Put a cell that contains "
        "a comma into quotation marks.",
        row=number,
    )
    return False
