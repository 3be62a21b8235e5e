"""Importing strengths profiles of people who are known already."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from domain.access.viewers import ADMINISTRATOR, Viewer
from domain.database import Database
from domain.imports.at_once import at_once
from domain.imports.problems import Problems
from domain.imports.results import ImportResult, Kind, Outcome, Progress, silent
from domain.imports.runs import Run, attempt, dated
from domain.imports.spool import Spool
from domain.imports.strengths_rows import ProfileRow, duplicate, read_profiles
from domain.imports.strengths_state import Assessed, Frameworks, assessed, stored
from domain.strengths import profiles
from domain.work import Work

# The columns that the fields of a refusal stand in.
_COLUMNS = {"personId": "email", "assessedOn": "assessed_on", "strengths": "strengths"}


async def import_strengths(
    database: Database,
    path: Path,
    *,
    viewer: Viewer = ADMINISTRATOR,
    now: datetime,
    dry_run: bool = False,
    progress: Progress = silent,
) -> ImportResult:
    """Import strengths profiles from a CSV file or a workbook. A second import changes nothing.

    Its columns are `email`, `framework` (a key), `assessed_on` and `strengths` (keys with semicolons between them), and
    if wanted `version`. A new profile is known from the day of its assessment, or since the person was known; one that
    says something else than before is corrected from today. What is shown of it, and to whom, each person says.

    Raises:
        ImportRefused: there are errors; nothing was written.
        Forbidden: the viewer may not import.
        Refused: IMPORT_RUNNING.
    """
    run = Run(database, viewer, now, dry_run, progress)
    return await at_once(run, "strengths", path, ProfileRow, read=read_profiles, apply=_apply)


async def _apply(
    work: Work, rows: Spool[ProfileRow], result: ImportResult, problems: Problems, progress: Progress
) -> None:
    await _Task(work, rows, result, problems, progress, await stored(work.session)).apply()


@dataclass(frozen=True, slots=True)
class _Task:
    work: Work
    rows: Spool[ProfileRow]
    result: ImportResult
    problems: Problems
    progress: Progress
    frameworks: Frameworks

    async def apply(self) -> None:
        """Bring in every row, or none."""
        await self._require_known()
        self.problems.raise_if_full()
        # What is wrong in the other rows is told with it, though nothing is kept of them.
        wrong, done = self.problems.rows, 0
        for batch in self.rows.batches():
            known = await assessed(self.work.session, {row.email for row in batch})
            for row in batch:
                if row.number not in wrong:
                    await self._attempt(row, known)
            # What was written is not needed any more: a long file takes no more memory than a short one.
            self.work.session.expunge_all()
            self.work.entries.clear()
            done += len(batch)
            self.progress("Importing strengths", done, self.result.rows)
        self.problems.raise_if_any()

    async def _require_known(self) -> None:
        for batch in self.rows.batches():
            known = await assessed(self.work.session, {row.email for row in batch})
            for row in batch:
                if row.email not in known.people:
                    message = f"Nobody has the address {row.email}. Correct it, or import the members first."
                    self.problems.add("UNKNOWN_PERSON", message, row=row.number, column="email")
                if self.frameworks.find(row.framework, row.version) is None:
                    code, message, column = self.frameworks.advice(row.framework, row.version)
                    self.problems.add(code, message, row=row.number, column=column)
                if (other := self._the_same(row)) is not None:
                    first, second = sorted((other, row.number))
                    self.problems.add("DUPLICATE_PROFILE", duplicate(first), row=second)

    def _the_same(self, row: ProfileRow) -> int | None:
        """The row that names the version which is the latest, where this one names none."""
        latest = self.frameworks.latest(row.framework)
        if row.version is not None or not latest:
            return None
        return self.rows.number(row.assessed_on, row.key(latest))

    async def _attempt(self, row: ProfileRow, known: Assessed) -> None:
        person = known.people[row.email]
        framework_id = self.frameworks.find(row.framework, row.version)
        assert framework_id is not None
        is_known = (person.id, framework_id, row.assessed_on) in known.profiles
        on = self.work.on if is_known else min(self.work.on, max(row.assessed_on, person.known_since))
        async with attempt(self.work, self.problems, row.number, _COLUMNS):
            changed = await self._record(row, person.id, framework_id, on)
            outcome = Outcome.UNCHANGED if not changed else Outcome.CHANGED if is_known else Outcome.CREATED
            self.result.count(Kind.PROFILES, outcome)

    async def _record(self, row: ProfileRow, person_id: UUID, framework_id: UUID, on: date) -> bool:
        """Whether the profile was new or said something else."""
        work = await dated(self.work, on)
        before = len(work.entries)
        await profiles.record(
            work,
            person_id,
            framework_id=framework_id,
            assessed_on=row.assessed_on,
            strengths=row.strengths,
        )
        return len(work.entries) > before
