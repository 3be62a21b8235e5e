"""Reading a table of people, which comes as a CSV file or as an Excel workbook: the content decides, not the name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from domain.imports import files
from domain.imports.files import Record, Row, Shape
from domain.imports.problems import Problems, refuse
from domain.imports.results import Progress

# How every file begins that is a ZIP archive, as workbooks are.
_ARCHIVE = b"PK\x03\x04"


def read_table(path: Path, shape: Shape, problems: Problems, progress: Progress) -> Iterator[Row]:
    """The rows of a CSV file, or of the first visible sheet of a workbook, below the header that names the columns.

    Raises:
        ImportRefused: it cannot be read as a table of this shape at all.
    """
    size = files.size_of(path)
    found = (
        _from_workbook(path, progress) if _is_archive(path) else files.records(path, size, problems, progress)
    )
    return files.rows(found, shape, problems)


def _is_archive(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(_ARCHIVE)) == _ARCHIVE
    except OSError as error:
        raise refuse("FILE_UNREADABLE", f"{path} cannot be read: {error.strerror}.") from error


def _from_workbook(path: Path, progress: Progress) -> Iterator[Record]:
    from domain.imports import workbooks  # noqa: PLC0415 - its library takes a moment to import, and CSV needs none

    for number, cells in workbooks.records(path):
        yield number, cells
        progress("Reading", number, 0)
