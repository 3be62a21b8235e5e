"""Can the reports of a file be applied to what is known? Asked of all of them before anything is written."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.calendar import in_words
from domain.imports.directory import Directory
from domain.imports.planning import Planning
from domain.imports.portfolio_plan import Plan
from domain.imports.portfolio_rows import PortfolioRow
from domain.imports.portfolio_state import to_close
from domain.imports.problems import Problems
from domain.imports.spool import Spool
from domain.programmes.models import PortfolioReport

OLDER = "REPORT_OLDER_THAN_KNOWN"
_ONE_LEADS = "Give the code of the one that leads; the others can be added as partners afterwards."


def require_leads(rows: Spool[PortfolioRow], directory: Directory, problems: Problems) -> None:
    """Note the rows whose lead is no organisation that is known."""
    for batch in rows.batches():
        for row in batch:
            if row.lead not in directory:
                code, message = directory.advice(row.lead, otherwise=_ONE_LEADS)
                problems.add(code, message, row=row.number, column="lead_organisation")


def require_past(rows: Spool[PortfolioRow], today: date, problems: Problems) -> None:
    """Note the reports that speak of a date to come."""
    for on in rows.days():
        if on > today:
            message = (
                f"{in_words(on)} has yet to come, and a report can speak only of what is so already. "
                "Correct the date."
            )
            problems.add("REPORT_IN_FUTURE", message, row=rows.first(on), column="reported_on")


async def require_in_turn(
    session: AsyncSession, rows: Spool[PortfolioRow], planning: Planning, problems: Problems
) -> None:
    """Note what would change the past: rows, and whole reports, that are older than what is known.

    Where there are errors already, only whole reports: a row that was left out would look like a programme that left.
    """
    whole = not problems.total
    known = set((await session.scalars(select(PortfolioReport.reported_on))).all())
    latest = max(known, default=date.min)
    for on in rows.days():
        if on < latest and on not in known:
            message = (
                f"The report of {in_words(on)} is older than the latest that is known, of {in_words(latest)}, and was "
                "not imported before that. What is known is not rewritten: take the rows of this report out."
            )
            problems.add(OLDER, message, row=rows.first(on), column="reported_on")
        elif whole:
            for batch in rows.batches(on):
                for planned in await planning.plans(session, batch, on):
                    _require_newest(planned, latest, problems)
            await _require_all_there(session, rows, on, problems)


def _require_newest(planned: Plan, latest: date, problems: Problems) -> None:
    row, on = planned.row, planned.row.reported_on
    if planned.standing is None and on < latest:
        message = (
            f"{row.ref} was not in the report of {in_words(on)} when it was imported, and a later one, of "
            f"{in_words(latest)}, is known. Take this row out."
        )
        problems.add(OLDER, message, row=row.number, column="programme_ref")
    elif planned.changes and planned.known_since > on:
        message = (
            f"{row.ref} is known otherwise ({planned.differences}), with effect from "
            f"{in_words(planned.known_since)}, which is after this report. Change it by hand, or take this row out."
        )
        problems.add(OLDER, message, row=row.number)


async def _require_all_there(
    session: AsyncSession, rows: Spool[PortfolioRow], on: date, problems: Problems
) -> None:
    for programme in await to_close(session, on):
        if programme.known_since > on and rows.number(on, programme.ref) is None:
            message = (
                f"The report of {in_words(on)} lacks {programme.ref}, which would close it on that day; but it is "
                f"known as it is from {in_words(programme.known_since)} on. Add its row to the report."
            )
            problems.add(OLDER, message, row=rows.first(on), column="programme_ref")
