"""Imports that are one transaction: what is in the file is read, then all of it is brought in, or none."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeAlias, TypeVar

from domain.imports.problems import Problems
from domain.imports.results import ImportResult, Progress
from domain.imports.runs import Run, transactions
from domain.imports.spool import Spool, spool
from domain.work import Work

Row = TypeVar("Row")

Read: TypeAlias = Callable[[Path, Spool[Row], Problems, Progress], None]
"""Reads a file into a spool, and its errors into the problems."""

Apply: TypeAlias = Callable[[Work, Spool[Row], ImportResult, Problems, Progress], Awaitable[None]]
"""Brings in what was read, unless there are problems."""


async def at_once(
    run: Run, name: str, path: Path, rows_of: type[Row], *, read: Read[Row], apply: Apply[Row]
) -> ImportResult:
    """Import a file of rows of that type in one transaction.

    Raises:
        ImportRefused: there are errors; nothing was written.
        Forbidden: the viewer may not import.
        Refused: IMPORT_RUNNING.
    """
    run.require_allowed()
    result = ImportResult(name, str(path), run.dry_run)
    problems = Problems()
    with spool(rows_of) as rows:
        await asyncio.to_thread(read, path, rows, problems, run.progress)
        result.rows = rows.count()
        async with transactions(run) as begin, begin(run.today) as work:
            await apply(work, rows, result, problems, run.progress)
    return result
