"""Reading an Excel workbook (XLSX) row by row: its first visible sheet, as the text that a CSV file would have.

A workbook knows dates and numbers, so a date needs no particular format in it. It is unpacked as it is read, never
held in memory as a whole.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from domain.imports.problems import ImportRefused, refuse

MAX_ROWS = 1_048_576  # more have no number in any spreadsheet program
MAX_UNPACKED_BYTES = 200 * 1024 * 1024
"""How much a workbook may contain, in bytes: a small file can be made that unpacks without end."""

# What the library does not understand of a workbook, such as lists to choose from, does not matter here.
warnings.filterwarnings("ignore", module="openpyxl")

_SAVE_AGAIN = "Open it in a spreadsheet program and save it as \u201cExcel workbook (.xlsx)\u201d or as CSV."
# What the library raises at different places where a file is not what its name says, or is broken.
_BROKEN = (BadZipFile, InvalidFileException, KeyError, ParseError, ValueError, EOFError, OSError)


def records(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The rows with their numbers as the spreadsheet shows them, from the first that has anything in it on.

    Each has as many cells as the first of them, which names the columns, or more if something stands beside those.

    Raises:
        ImportRefused: it cannot be read as a workbook.
    """
    width = 0
    for number, cells in enumerate(_cells(path), start=1):
        if number > MAX_ROWS:
            raise _broken(path)
        filled = _without_empty_end(cells)
        if width or filled:
            width = width or len(filled)
            yield number, filled + [""] * (width - len(filled))


def _cells(path: Path) -> Iterator[list[str]]:
    with _explained(path), path.open("rb") as file:
        _require_moderate(path)
        workbook = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        try:
            sheet = next(sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible")
            # Some programs write a wrong size; without one, the sheet is read to its end.
            sheet.reset_dimensions()
            for row in sheet.iter_rows(values_only=True):
                yield [_text(value) for value in row]
        finally:
            workbook.close()


def _require_moderate(path: Path) -> None:
    with ZipFile(path) as parts:
        unpacked = sum(part.file_size for part in parts.infolist())
    if unpacked > MAX_UNPACKED_BYTES:
        raise refuse(
            "FILE_TOO_LARGE",
            f"{path} unpacks to {unpacked / 1024**2:,.0f} MB, and at most {MAX_UNPACKED_BYTES / 1024**2:,.0f} MB are "
            "read at once. Check that it is the right file, or split it.",
        )


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except (*_BROKEN, StopIteration) as error:
        raise _broken(path) from error


def _broken(path: Path) -> ImportRefused:
    return refuse("BROKEN_WORKBOOK", f"{path} cannot be read as an Excel workbook. {_SAVE_AGAIN}")


def _text(value: object) -> str:
    """A cell as somebody would write it into a CSV file."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _without_empty_end(cells: list[str]) -> list[str]:
    last = max((place for place, cell in enumerate(cells, start=1) if cell.strip()), default=0)
    return cells[:last]
