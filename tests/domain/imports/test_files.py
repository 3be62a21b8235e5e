"""Files that cannot be read as CSV of the right shape: one clear answer each, and nothing written."""

from __future__ import annotations

import os
import tracemalloc
from pathlib import Path

import pytest

from domain.database import Database
from domain.imports import ImportRefused, import_organisations, import_portfolio
from domain.imports.organisation_rows import OrganisationRow, read_organisations
from domain.imports.portfolio_rows import PortfolioRow, read_portfolio
from domain.imports.problems import Problems
from domain.imports.results import silent
from domain.imports.spool import spool
from domain.organisations.models import Organisation
from domain.programmes.models import PortfolioReport
from tests.domain.imports.conftest import COLUMNS, NOW, counts

HEADER = b"code,name,kind\n"


@pytest.mark.parametrize(
    ("case", "content", "code", "message"),
    [
        ("an empty file", b"", "EMPTY_FILE", "is empty"),
        ("a header alone", HEADER, "NO_ROWS", "no rows below it"),
        ("a header and blank lines", HEADER + b"\n,,\n\n", "NO_ROWS", "no rows below it"),
        ("a workbook", b"PK\x03\x04whatever", "NOT_A_CSV_FILE", "an Excel or OpenDocument workbook"),
        ("an old workbook", b"\xd0\xcf\x11\xe0\xa1", "NOT_A_CSV_FILE", "an old Excel workbook"),
        ("a PDF", b"%PDF-1.7 ...", "NOT_A_CSV_FILE", "a PDF document"),
        ("an archive", b"\x1f\x8b\x08rest", "NOT_A_CSV_FILE", "a compressed file"),
        ("UTF-16", "code,name,kind\nX,Y,OTHER".encode("utf-16"), "NOT_A_CSV_FILE", "UTF-16"),
        ("a program", b"\x7fELF\x02\x00\x00rest", "NOT_A_CSV_FILE", "is not text"),
        ("semicolons", b"code;name;kind\nX;Y;OTHER\n", "WRONG_SEPARATOR", "not separated by commas"),
        ("tabs", b"code\tname\tkind\nX\tY\tOTHER\n", "WRONG_SEPARATOR", "not separated by commas"),
        ("another list", b"a,b,c\n1,2,3\n", "WRONG_COLUMNS", "none of the columns code, name, kind"),
        ("a missing column", b"code,name\nX,Y\n", "MISSING_COLUMN", "row 1, column kind"),
        ("an unknown column", b"code,name,kind,age\nX,Y,OTHER,1\n", "UNKNOWN_COLUMN", "row 1, column age"),
        ("a column without a name", b"code,name,kind,\nX,Y,OTHER,1\n", "UNKNOWN_COLUMN", "(no name)"),
        ("a column twice", b"code,name,kind,name\nX,Y,OTHER,Y\n", "DUPLICATE_COLUMN", "column name"),
        ("a cell too few", HEADER + b"X,Y\n", "WRONG_CELL_COUNT", "row 2: This row has 2 cells"),
        ("a cell too many", HEADER + b"X,A, B,OTHER\n", "WRONG_CELL_COUNT", "into quotation marks"),
        ("an open quotation", HEADER + b'X,"Y,OTHER\nZ,Z,OTHER\n', "BROKEN_CSV", "row 2: A quotation mark"),
        ("an endless cell", HEADER + b'X,"' + b"y" * 200_000 + b'",OTHER\n', "BROKEN_CSV", "never closed"),
        ("text after a quotation", HEADER + b'X,"Y"Z,OTHER\n', "BROKEN_CSV", "After a closing quotation"),
    ],
)
def test_a_file_that_is_no_list_is_refused(
    case: str, content: bytes, code: str, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    with pytest.raises(ImportRefused) as refused:
        _read(path)
    assert [problem.code for problem in refused.value.problems] == [code]
    assert message in str(refused.value)
    assert "Nothing was imported." in str(refused.value)


def _read(path: Path) -> None:
    problems = Problems()
    with spool(OrganisationRow) as rows:
        read_organisations(path, rows, problems, silent)
    problems.raise_if_any()


@pytest.mark.parametrize(
    ("path", "code", "message"),
    [
        ("missing.csv", "FILE_NOT_FOUND", "There is no file"),
        ("missing/file.csv", "FILE_NOT_FOUND", "There is no file"),
        ("folder", "NOT_A_FILE", "is a folder"),
        ("pipe", "NOT_A_FILE", "not an ordinary file"),
        ("file.csv/inside", "FILE_UNREADABLE", "cannot be read"),
    ],
)
def test_a_path_that_is_no_file_is_refused(path: str, code: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file.csv").touch()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ImportRefused, match=message) as refused:
        _read(tmp_path / path)
    assert refused.value.code == code


async def test_200_megabytes_are_refused_at_once(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    with pytest.raises(ImportRefused, match="has 200 MB, and at most 50 MB are read") as refused:
        await import_portfolio(database, path, now=NOW)
    assert refused.value.code == "FILE_TOO_LARGE"
    assert await counts(database, PortfolioReport) == 0


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    assert _peak_of_reading(4_000, tmp_path) < 1.2 * _peak_of_reading(1_000, tmp_path)


def _peak_of_reading(number: int, folder: Path) -> int:
    path = folder / "large.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(COLUMNS) + "\n")
        for ref in range(number):
            file.write(f"2016-09-30,ref-{ref},{'Title ' * 49},DFT,,AMBER,2010-04-01,2020-03-31,12.5\n")
    problems = Problems()
    tracemalloc.start()
    with spool(PortfolioRow) as rows:
        read_portfolio(path, rows, problems, silent)
        assert sum(len(batch) for batch in rows.batches()) == number
        _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert problems.total == 0
    return peak


async def test_all_columns_that_are_wrong_are_told_at_once(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text("code,name,name,sort\nX,Y,Y,OTHER\n", encoding="utf-8")
    with pytest.raises(ImportRefused) as refused:
        await import_organisations(database, path, now=NOW)
    found = {(problem.code, problem.column) for problem in refused.value.problems}
    assert found == {("MISSING_COLUMN", "kind"), ("DUPLICATE_COLUMN", "name"), ("UNKNOWN_COLUMN", "sort")}


async def test_a_byte_order_mark_and_any_order_of_columns_are_fine(
    database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(b"\xef\xbb\xbfkind, name ,code\r\nOTHER,Caf\xc3\xa9,X1\r\n\r\n,,\r\n")
    result = await import_organisations(database, path, now=NOW)
    assert result.to_json()["created"] == 1


async def test_the_errors_of_a_hopeless_file_are_counted_and_not_all_kept(
    database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(HEADER + b"bad code,,NOTHING\n" * 500)
    with pytest.raises(ImportRefused, match="The file has 1,500 errors") as refused:
        await import_organisations(database, path, now=NOW)
    assert refused.value.total == 1500
    assert await counts(database, Organisation) == 0
    assert len(refused.value.problems) == 100
