"""Importing the file of a strengths framework, one of a licensee's or one that comes with Tandem."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from domain.access.viewers import ADMINISTRATOR, Viewer
from domain.database import Database
from domain.described import LONGEST
from domain.imports.problems import NOTHING_WRITTEN, ImportRefused, Problem, refuse
from domain.imports.results import ImportResult, Kind, Outcome, Progress, silent
from domain.imports.runs import Run, transactions
from domain.strengths import frameworks
from domain.strengths.framework import FrameworkRefused
from domain.strengths.reading import shipped

_LONGEST_IN_UTF8 = 4  # bytes of a character at most


async def import_framework(
    database: Database,
    path: Path,
    *,
    viewer: Viewer = ADMINISTRATOR,
    now: datetime,
    dry_run: bool = False,
    progress: Progress = silent,
) -> ImportResult:
    """Store a framework from a YAML file, or the shipped one of that name. The same again changes nothing.

    Raises:
        ImportRefused: there are errors; nothing was written.
        Forbidden: the viewer may not import.
        Refused: IMPORT_RUNNING or VERSION_STORED.
    """
    run = Run(database, viewer, now, dry_run, progress)
    run.require_allowed()
    result = ImportResult("framework", str(path), dry_run, rows=1)
    file = _text(path)
    try:
        async with transactions(run) as begin, begin(run.today) as work:
            await frameworks.store(work, file=file)
            result.count(Kind.FRAMEWORKS, Outcome.CREATED if work.entries else Outcome.UNCHANGED)
    except FrameworkRefused as refused:
        problems = [Problem(problem.code, str(problem)) for problem in refused.problems]
        raise ImportRefused(problems, outcome=NOTHING_WRITTEN) from refused
    return result


def _text(path: Path) -> str:
    if str(path) in shipped() and not path.exists():
        return shipped()[str(path)]
    try:
        with path.open("rb") as file:
            content = file.read(LONGEST * _LONGEST_IN_UTF8 + 1)
        return content.decode("utf-8-sig")
    except OSError as error:
        names = ", ".join(shipped())
        message = (
            f"{path} cannot be read: {error.strerror}. Give a file, or the name of a shipped one: {names}."
        )
        raise refuse("FILE_UNREADABLE", message) from error
    except UnicodeDecodeError as error:
        raise refuse("NOT_UTF8", f"{path} is not text in UTF-8. Save it as UTF-8.") from error
