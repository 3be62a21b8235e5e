"""Workbooks that cannot be read, or not as a list: one clear answer each."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import Workbook

from domain.imports import ImportRefused, workbooks
from domain.imports.files import Shape
from domain.imports.problems import Problems
from domain.imports.results import silent
from domain.imports.tables import read_table

SHAPE = Shape(("a", "b"))
MORNING = datetime(2026, 3, 29, 9, 30)  # noqa: DTZ001 - cells have no time zone


def _saved(path: Path, *rows: tuple[Any, ...]) -> Path:
    book = Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def _read(path: Path) -> list[tuple[int, list[str]]]:
    problems = Problems()
    found = [(row.number, list(row.cells.values())) for row in read_table(path, SHAPE, problems, silent)]
    problems.raise_if_any()
    return found


def _changed(path: Path, part: str, before: bytes, after: bytes) -> Path:
    """The same workbook with something else in one of its parts."""
    with ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    assert before in parts[part]
    with ZipFile(path, "w") as new:
        for name, content in parts.items():
            new.writestr(name, content.replace(before, after) if name == part else content)
    return path


def test_cells_are_read_as_somebody_would_write_them(tmp_path: Path) -> None:
    values = [
        (MORNING.replace(hour=0, minute=0), "2026-03-29"),
        (date(2026, 3, 29), "2026-03-29"),
        (MORNING, "2026-03-29 09:30:00"),
        (time(9, 30), "09:30:00"),
        (12.0, "12"),
        (12.5, "12.5"),
        (True, "True"),
        ("é\n“", "é\n“"),
        ("#N/A", "#N/A"),
    ]
    path = _saved(tmp_path / "file.xlsx", ("a", "b"), *((value, "x") for value, _ in values))
    assert _read(path) == [(number, [text, "x"]) for number, (_, text) in enumerate(values, start=2)]


def test_the_first_sheet_that_can_be_seen_is_read(tmp_path: Path) -> None:
    book = Workbook()
    assert book.active is not None
    book.active.append(("secret", "list"))
    book.active.sheet_state = "hidden"
    for title in ("Members", "Notes"):
        sheet = book.create_sheet(title)
        sheet.append(("a", "b"))
        sheet.append((title, "x"))
    book.save(tmp_path / "file.xlsx")
    assert _read(tmp_path / "file.xlsx") == [(2, ["Members", "x"])]


def test_the_content_decides_and_not_the_name(tmp_path: Path) -> None:
    _saved(tmp_path / "book.csv", ("a", "b"), (1, 2))
    (tmp_path / "text.xlsx").write_text("a,b\n1,2\n", encoding="utf-8")
    assert _read(tmp_path / "book.csv") == _read(tmp_path / "text.xlsx") == [(2, ["1", "2"])]


def test_a_size_that_is_wrong_does_not_matter(tmp_path: Path) -> None:
    path = _saved(tmp_path / "file.xlsx", ("a", "b"), (1, 2), (3, 4))
    _changed(path, "xl/worksheets/sheet1.xml", b'<dimension ref="A1:B3"', b'<dimension ref="A1:A1"')
    assert [number for number, _ in _read(path)] == [2, 3]


def test_a_cell_far_away_is_no_burden(tmp_path: Path) -> None:
    book = Workbook()
    assert book.active is not None
    book.active.append(("a", "b"))
    book.active.cell(workbooks.MAX_ROWS, 2, "x")
    book.save(tmp_path / "file.xlsx")
    assert _read(tmp_path / "file.xlsx") == [(workbooks.MAX_ROWS, ["", "x"])]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ((), "WRONG_COLUMNS"),
        ((("a", "b"),), "NO_ROWS"),
        ((("x", "y"), (1, 2)), "WRONG_COLUMNS"),
        ((("a",), (1,)), "MISSING_COLUMN"),
        ((("a", "b", "c"), (1, 2, 3)), "UNKNOWN_COLUMN"),
        ((("a", "b"), (1, 2, 3)), "WRONG_CELL_COUNT"),
    ],
)
def test_a_table_of_another_shape_is_refused(
    rows: tuple[tuple[Any, ...], ...], code: str, tmp_path: Path
) -> None:
    with pytest.raises(ImportRefused) as refused:
        _read(_saved(tmp_path / "file.xlsx", *rows))
    assert refused.value.code == code


def _no_archive(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04whatever")


def _something_else(path: Path) -> None:
    with ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")


def _cut_short(path: Path) -> None:
    _changed(_saved(path, ("a", "b"), (1, 2)), "xl/worksheets/sheet1.xml", b"</sheetData>", b"<")


def _row_without_end(path: Path) -> None:
    _changed(
        _saved(path, ("a", "b"), (1, 2)), "xl/worksheets/sheet1.xml", b'<row r="2"', b'<row r="99999999999"'
    )


def _hidden(path: Path) -> None:
    _changed(_saved(path, ("a", "b"), (1, 2)), "xl/workbook.xml", b'state="visible"', b'state="hidden"')


@pytest.mark.parametrize("make", [_no_archive, _something_else, _cut_short, _row_without_end, _hidden])
def test_what_is_no_workbook_is_refused(make: Any, tmp_path: Path) -> None:
    path = tmp_path / "file.xlsx"
    make(path)
    with pytest.raises(ImportRefused, match=r"cannot be read as an Excel workbook\. Open it in a") as refused:
        _read(path)
    assert refused.value.code == "BROKEN_WORKBOOK"


def test_a_workbook_that_unpacks_without_end_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _saved(tmp_path / "file.xlsx", ("a", "b"), (1, 2))
    monkeypatch.setattr(workbooks, "MAX_UNPACKED_BYTES", 100)
    with pytest.raises(ImportRefused, match="unpacks to") as refused:
        _read(path)
    assert refused.value.code == "FILE_TOO_LARGE"


def test_a_folder_and_an_empty_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file.xlsx").touch()
    for path, code in ((tmp_path, "NOT_A_FILE"), (tmp_path / "file.xlsx", "EMPTY_FILE")):
        with pytest.raises(ImportRefused) as refused:
            _read(path)
        assert refused.value.code == code
