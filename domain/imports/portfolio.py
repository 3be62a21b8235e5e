"""Importing complete reports of a portfolio: each makes the programmes what it says they are, from its date on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from domain.access.viewers import ADMINISTRATOR, Viewer
from domain.calendar import in_words
from domain.database import Database
from domain.errors import Refused
from domain.imports import portfolio_apply
from domain.imports.planning import Planning
from domain.imports.portfolio_checks import require_in_turn, require_leads, require_past
from domain.imports.portfolio_plan import Handover, Plan
from domain.imports.portfolio_rows import PortfolioRow, read_portfolio
from domain.imports.portfolio_state import standings, to_close
from domain.imports.problems import NOTHING_WRITTEN, ImportRefused, Problem, Problems
from domain.imports.results import (
    Decision,
    DecisionCode,
    ImportResult,
    Kind,
    Outcome,
    Progress,
    Report,
    silent,
)
from domain.imports.runs import Begin, Run, transactions
from domain.imports.spool import Spool, spool
from domain.programmes.models import PortfolioReport
from domain.work import Work


async def import_portfolio(
    database: Database,
    path: Path,
    *,
    viewer: Viewer = ADMINISTRATOR,
    now: datetime,
    dry_run: bool = False,
    progress: Progress = silent,
) -> ImportResult:
    """Import a CSV file of complete reports, in date order and one transaction for each date.

    A programme that a report does not name has left the portfolio by its date; an empty date or cost changes nothing,
    an empty rating means that none was given. A second import of a file changes nothing, and one that was interrupted
    is completed by importing the file again.

    Raises:
        ImportRefused: there are errors; nothing was written, or `outcome` says what.
        Forbidden: the viewer may not import.
        Refused: IMPORT_RUNNING.
    """
    run = Run(database, viewer, now, dry_run, progress)
    run.require_allowed()
    result = ImportResult("portfolio", str(path), dry_run)
    with spool(PortfolioRow) as rows:
        problems = Problems()
        await asyncio.to_thread(read_portfolio, path, rows, problems, progress)
        result.rows = rows.count()
        async with transactions(run) as begin:
            planning = await _check(run, begin, rows, problems)
            await _apply(run, begin, rows, _Task(planning, rows, result, progress))
    return result


async def _check(run: Run, begin: Begin, rows: Spool[PortfolioRow], problems: Problems) -> Planning:
    """Find every error before anything is written."""
    async with begin(run.today) as work:
        planning = await Planning.load(work.session)
        require_past(rows, run.today, problems)
        require_leads(rows, planning.directory, problems)
        await require_in_turn(work.session, rows, planning, problems)
        problems.raise_if_any()
    return planning


async def _apply(run: Run, begin: Begin, rows: Spool[PortfolioRow], task: _Task) -> None:
    written: date | None = None
    for on, count in rows.days().items():
        report = Report(on, rows=count)
        try:
            async with begin(on) as work:
                await task.apply(work, report)
        except _RowRefusedError as refused:
            outcome = NOTHING_WRITTEN
            if written is not None and not run.dry_run:
                outcome = f"The reports up to {in_words(written)} were imported, nothing of later ones."
            raise ImportRefused([refused.problem], outcome=outcome) from refused
        task.result.reports.append(report)
        written = on


@dataclass(slots=True)
class _Task:
    planning: Planning
    rows: Spool[PortfolioRow]
    result: ImportResult
    progress: Progress
    done: int = field(default=0)

    async def apply(self, work: Work, report: Report) -> None:
        """Bring in one report, whole."""
        for batch in self.rows.batches(report.reported_on):
            await self._apply_rows(work, batch, report)
            await work.session.flush()
            # What is done need not be held in memory.
            work.session.expunge_all()
            work.entries.clear()
        await self._close_absent(work, report)
        await self._keep_report(work, report)

    async def _apply_rows(self, work: Work, batch: Sequence[PortfolioRow], report: Report) -> None:
        plans = await self.planning.plans(work.session, batch, work.on)
        for planned in plans:
            with _at(planned.row.number):
                await portfolio_apply.carry_out(work, planned)
            self._count(planned, report)
            self.done += 1
            self.progress(f"Importing the report of {in_words(work.on)}", self.done, self.result.rows)
        await self._fill_seats(work, [planned for planned in plans if planned.seat])

    async def _fill_seats(self, work: Work, plans: Sequence[Plan]) -> None:
        known = await standings(work.session, [planned.row.ref for planned in plans], work.on)
        for planned in plans:
            with _at(planned.row.number):
                placeholder_id = await self._placeholder(work, planned)
                await portfolio_apply.seat(work, known[planned.row.ref], placeholder_id)
            self.result.count(Kind.SPONSORS, Outcome.CREATED)

    async def _placeholder(self, work: Work, planned: Plan) -> UUID:
        known = self.planning.placeholders.get(planned.lead)
        if known is not None:
            return known
        made = await self.planning.placeholders.make(work, planned.lead)
        self.result.count(Kind.PEOPLE, Outcome.CREATED)
        message = f"A placeholder holds the sponsor's seats of {planned.lead.name} until somebody is named."
        self.result.decide(
            Decision(
                DecisionCode.SPONSOR_TO_BE_NAMED, message, work.on, planned.row.number, planned.lead.code
            )
        )
        return made

    async def _close_absent(self, work: Work, report: Report) -> None:
        for programme in await to_close(work.session, work.on):
            if self.rows.number(work.on, programme.ref) is not None:
                continue
            with _at(self.rows.first(work.on)):
                await portfolio_apply.close(work, programme)
            report.closed += 1
            self.result.count(Kind.PROGRAMMES, Outcome.CHANGED)
            message = f"{programme.title} is not in the report any more and was closed."
            self.result.decide(Decision(DecisionCode.PROGRAMME_LEFT, message, work.on, None, programme.ref))

    async def _keep_report(self, work: Work, report: Report) -> None:
        kept = await work.session.scalar(
            select(PortfolioReport).where(PortfolioReport.reported_on == work.on).with_for_update()
        )
        if kept is None:
            kept = work.add(PortfolioReport(reported_on=work.on, programmes=report.rows))
            outcome = Outcome.CREATED
        else:
            outcome = Outcome.UNCHANGED if kept.programmes == report.rows else Outcome.CHANGED
            kept.programmes = report.rows
        self.result.count(Kind.REPORTS, outcome)
        if outcome is not Outcome.UNCHANGED:
            work.record("portfolio.reported", kept)

    def _count(self, planned: Plan, report: Report) -> None:
        for kind, outcome in portfolio_apply.outcomes(planned):
            self.result.count(kind, outcome)
        if planned.standing is None:
            report.created += 1
        elif planned.changes_programme or planned.ends_on or planned.handover is not Handover.NONE:
            report.changed += 1
        else:
            report.unchanged += 1
        if planned.returns:
            report.returned += 1
        if planned.changes:
            for decision in planned.decisions:
                self.result.decide(decision)


class _RowRefusedError(Exception):
    """A command refused what a row asks for."""

    def __init__(self, row: int, refused: Refused) -> None:
        super().__init__(refused.message)
        self.problem = Problem(refused.code, refused.message, row)


@contextmanager
def _at(row: int) -> Iterator[None]:
    try:
        yield
    except Refused as refused:
        raise _RowRefusedError(row, refused) from refused
