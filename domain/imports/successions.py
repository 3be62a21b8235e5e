"""Importing what became of organisations: which took over from which, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from domain.access.viewers import ADMINISTRATOR, Viewer
from domain.calendar import in_words
from domain.database import Database
from domain.errors import Refused
from domain.imports.at_once import at_once
from domain.imports.cells import Cells
from domain.imports.directory import Directory, directory
from domain.imports.files import Shape, read
from domain.imports.problems import Problems
from domain.imports.results import ImportResult, Kind, Outcome, Progress, silent
from domain.imports.runs import Run, attempt
from domain.imports.spool import Spool
from domain.organisations import commands
from domain.organisations.models import Succession
from domain.work import Work

SHAPE = Shape(("predecessor", "successor", "on"))

# The columns that the fields of a refusal stand in.
_COLUMNS = {"successorId": "successor", "on": "on", "closedOn": "on"}


@dataclass(frozen=True, slots=True)
class SuccessionRow:
    """On a date an organisation closed and another took over, alone or with others; both are given by code."""

    number: int
    predecessor: str
    successor: str
    on: date


async def import_successions(
    database: Database,
    path: Path,
    *,
    viewer: Viewer = ADMINISTRATOR,
    now: datetime,
    dry_run: bool = False,
    progress: Progress = silent,
) -> ImportResult:
    """Import a CSV file of successions with the columns `predecessor`, `successor` (codes) and `on`.

    Raises:
        ImportRefused: there are errors; nothing was written.
        Forbidden: the viewer may not import.
        Refused: IMPORT_RUNNING.
    """
    run = Run(database, viewer, now, dry_run, progress)
    return await at_once(run, "successions", path, SuccessionRow, read=_read, apply=_apply)


async def _apply(
    work: Work, rows: Spool[SuccessionRow], result: ImportResult, problems: Problems, progress: Progress
) -> None:
    await _Task(work, rows, result, problems, progress, await directory(work.session)).apply()


def _read(path: Path, rows: Spool[SuccessionRow], problems: Problems, progress: Progress) -> None:
    for row in read(path, SHAPE, problems, progress):
        cells = Cells(row, problems)
        predecessor, successor = cells.required("predecessor"), cells.required("successor")
        on = cells.required_day("on")
        if predecessor is None or successor is None or on is None:
            continue
        item = SuccessionRow(row.number, predecessor, successor, on)
        before = rows.put(row.number, on, f"{predecessor}\n{successor}", item)
        if before is not None:
            cells.wrong("DUPLICATE_SUCCESSION", f"Row {before} says the same. Keep one of the two.")


@dataclass(frozen=True, slots=True)
class _Task:
    work: Work
    rows: Spool[SuccessionRow]
    result: ImportResult
    problems: Problems
    progress: Progress
    known: Directory

    async def apply(self) -> None:
        """Record the successions in the order of their dates, each of which can rest on those before it; or none."""
        self._require_known()
        recorded = await _recorded(self.work)
        done = 0
        for on in self.rows.days():
            for batch in self.rows.batches(on):
                # The others are tried where a row has errors already: all are told at once, and none is kept.
                for row in filter(self._names_known, batch):
                    async with attempt(self.work, self.problems, row.number, _COLUMNS):
                        self.result.count(Kind.SUCCESSIONS, await self._one(row, recorded))
                    done += 1
                    self.progress("Importing successions", done, self.result.rows)
        self.problems.raise_if_any()

    def _require_known(self) -> None:
        for batch in self.rows.batches():
            for row in batch:
                for column, cell in (("predecessor", row.predecessor), ("successor", row.successor)):
                    if cell not in self.known:
                        code, message = self.known.advice(
                            cell, otherwise="Give each of them a row of its own."
                        )
                        self.problems.add(code, message, row=row.number, column=column)

    def _names_known(self, row: SuccessionRow) -> bool:
        return row.predecessor in self.known and row.successor in self.known

    async def _one(self, row: SuccessionRow, recorded: dict[tuple[UUID, UUID], date]) -> Outcome:
        predecessor, successor = self.known[row.predecessor], self.known[row.successor]
        on = recorded.get((predecessor.id, successor.id))
        if on is None:
            await commands.succeed(self.work, predecessor.id, successor_id=successor.id, on=row.on)
            return Outcome.CREATED
        if on != row.on:
            message = (
                f"It is known that {successor.code} took over from {predecessor.code} on {in_words(on)}."
            )
            raise Refused("SUCCESSION_DATE_DIFFERS", f"{message} Give that date.", field="on")
        return Outcome.UNCHANGED


async def _recorded(work: Work) -> dict[tuple[UUID, UUID], date]:
    statement = select(Succession.predecessor_id, Succession.successor_id, Succession.valid_from)
    return {(row[0], row[1]): row[2] for row in await work.session.execute(statement)}
