"""Importing a list of organisations: those that are new are created, those that are known are brought up to date."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from domain.access.viewers import ADMINISTRATOR, Viewer
from domain.calendar import SINCE_ALWAYS, in_words
from domain.database import Database
from domain.errors import Refused
from domain.imports.at_once import at_once
from domain.imports.directory import Directory, directory
from domain.imports.organisation_rows import OrganisationRow, read_organisations
from domain.imports.problems import Problems
from domain.imports.results import ImportResult, Kind, Outcome, Progress, silent
from domain.imports.runs import Run, attempt
from domain.imports.spool import Spool
from domain.keep import KEEP
from domain.organisations import commands
from domain.organisations.models import Organisation, OrganisationIdentifier, OrganisationKind
from domain.work import Work

# The columns that the fields of a refusal stand in.
_COLUMNS = {
    "code": "code",
    "name": "name",
    "kind": "kind",
    "parentId": "parent",
    "openedOn": "opened_on",
    "closedOn": "closed_on",
}


async def import_organisations(
    database: Database,
    path: Path,
    *,
    viewer: Viewer = ADMINISTRATOR,
    now: datetime,
    dry_run: bool = False,
    progress: Progress = silent,
) -> ImportResult:
    """Import a CSV file of organisations. An empty cell changes nothing, and neither does a second import.

    Its columns are `code`, `name` and `kind`, and if wanted `opened_on`, `closed_on`, `parent` (a code), `ods` and
    `gss`. A new organisation is known from the day it opened, or since always; a change is dated today.

    Raises:
        ImportRefused: there are errors; nothing was written.
        Forbidden: the viewer may not import.
        Refused: IMPORT_RUNNING.
    """
    run = Run(database, viewer, now, dry_run, progress)
    return await at_once(run, "organisations", path, OrganisationRow, read=read_organisations, apply=_apply)


async def _apply(
    work: Work, rows: Spool[OrganisationRow], result: ImportResult, problems: Problems, progress: Progress
) -> None:
    await _Task(work, rows, result, problems, progress, await directory(work.session)).apply()


@dataclass(frozen=True, slots=True)
class _Known:
    """An organisation as it is known, with its identifiers as (scheme, value)."""

    id: UUID
    name: str
    kind: OrganisationKind
    parent_id: UUID | None
    opened_on: date | None
    closed_on: date | None
    identifiers: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Task:
    work: Work
    rows: Spool[OrganisationRow]
    result: ImportResult
    problems: Problems
    progress: Progress
    known: Directory

    async def apply(self) -> None:
        """Bring in every row, or none."""
        self._require_parents()
        # The other rows are tried too: all errors are told at once, and nothing is kept.
        ids = {code: organisation.id for code, organisation in self.known.by_code.items()}
        done = 0
        for batch in self._parents_first(ids):
            state = await _state(self.work, [row.code for row in batch])
            for row in batch:
                async with attempt(self.work, self.problems, row.number, _COLUMNS):
                    ids[row.code] = await self._one(row, state.get(row.code), ids)
            done += len(batch)
            self.progress("Importing organisations", done, self.result.rows)
        self.problems.raise_if_any()

    def _require_parents(self) -> None:
        for batch in self.rows.batches():
            for row in batch:
                if row.parent is not None and not self._names_somebody(row.parent):
                    code, message = self.known.advice(row.parent, otherwise="Give the code of one.")
                    self.problems.add(code, message, row=row.number, column="parent")

    def _names_somebody(self, parent: str) -> bool:
        return parent in self.known or self.rows.number(SINCE_ALWAYS, parent) is not None

    def _parents_first(self, ids: dict[str, UUID]) -> Iterator[list[OrganisationRow]]:
        """The rows in an order in which each parent comes before what belongs to it."""
        handled: set[int] = set()
        waiting = True
        while waiting:
            waiting, before = False, len(handled)
            for batch in self.rows.batches():
                left = [row for row in batch if row.number not in handled]
                ready = [row for row in left if row.parent is None or row.parent in ids]
                handled.update(row.number for row in ready)
                waiting = waiting or len(ready) < len(left)
                yield ready
            if waiting and len(handled) == before:
                self._refuse_circles(handled)
                return

    def _refuse_circles(self, handled: set[int]) -> None:
        for batch in self.rows.batches():
            for row in batch:
                if row.number not in handled and row.parent is not None and self._names_somebody(row.parent):
                    message = f"{row.parent} itself belongs to {row.code}, or waits for a row with an error."
                    self.problems.add("PARENT_CIRCLE", message, row=row.number, column="parent")

    async def _one(self, row: OrganisationRow, known: _Known | None, ids: dict[str, UUID]) -> UUID:
        parent_id = None if row.parent is None else ids[row.parent]
        if known is None:
            organisation = await commands.create(
                self.work,
                code=row.code,
                name=row.name,
                kind=row.kind,
                parent_id=parent_id,
                opened_on=row.opened_on,
                closed_on=row.closed_on,
            )
            organisation_id, outcome = organisation.id, Outcome.CREATED
        else:
            changed = await _bring_up_to_date(self.work, row, known, parent_id)
            organisation_id, outcome = known.id, Outcome.CHANGED if changed else Outcome.UNCHANGED
        self.result.count(Kind.ORGANISATIONS, outcome)
        await self._identify(row, organisation_id, known)
        return organisation_id

    async def _identify(self, row: OrganisationRow, organisation_id: UUID, known: _Known | None) -> None:
        for scheme, value in row.identifiers.items():
            if known is not None and (scheme, value) in known.identifiers:
                self.result.count(Kind.IDENTIFIERS, Outcome.UNCHANGED)
                continue
            try:
                await commands.add_identifier(self.work, organisation_id, scheme=scheme, value=value)
            except Refused as refused:
                # The commands speak of a value; the file has a column for each scheme.
                raise Refused(refused.code, f"{scheme}: {refused.message}") from refused
            self.result.count(Kind.IDENTIFIERS, Outcome.CREATED)


async def _bring_up_to_date(work: Work, row: OrganisationRow, known: _Known, parent_id: UUID | None) -> bool:
    if row.opened_on is not None and row.opened_on != known.opened_on:
        was = "since always" if known.opened_on is None else f"from {in_words(known.opened_on)}"
        raise Refused(
            "OPENING_DIFFERS",
            f"{row.code} is known {was}, and what is known of the past is not rewritten. Leave the cell as it was.",
            field="openedOn",
        )
    update = row.name != known.name or row.kind is not known.kind or parent_id not in {None, known.parent_id}
    if update:
        await commands.update(
            work,
            known.id,
            name=row.name,
            kind=row.kind,
            parent_id=KEEP if parent_id is None else parent_id,
        )
    closing = row.closed_on is not None and row.closed_on != known.closed_on
    if row.closed_on is not None and closing:
        if known.closed_on is not None:
            await commands.reopen(work, known.id)
        await commands.close(work, known.id, closed_on=row.closed_on)
    return update or closing


async def _state(work: Work, codes: list[str]) -> dict[str, _Known]:
    """The organisations with those codes as they are known, by code."""
    found = (await work.session.scalars(select(Organisation).where(Organisation.code.in_(codes)))).all()
    named = select(
        OrganisationIdentifier.organisation_id, OrganisationIdentifier.scheme, OrganisationIdentifier.value
    ).where(OrganisationIdentifier.organisation_id.in_([organisation.id for organisation in found]))
    identifiers = (await work.session.execute(named)).all()
    return {
        row.code: _Known(
            row.id,
            row.name,
            row.kind,
            row.parent_id,
            row.opened_on,
            row.closed_on,
            frozenset((scheme, value) for owner, scheme, value in identifiers if owner == row.id),
        )
        for row in found
    }
