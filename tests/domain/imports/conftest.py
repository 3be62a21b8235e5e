"""Files to import, and what was made of them."""

from __future__ import annotations

import csv
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import literal, select

from domain.database import Database
from domain.imports import ImportResult, import_organisations, import_portfolio, import_successions
from domain.milestones.models import LedgerEntry, Milestone
from domain.moment import Moment
from domain.organisations.models import Organisation
from domain.programmes.leads import lead_organisation
from domain.programmes.models import Programme

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
COLUMNS = (
    "reported_on",
    "programme_ref",
    "programme",
    "lead_organisation",
    "category",
    "delivery_confidence",
    "starts_on",
    "ends_on",
    "whole_life_cost_gbp_m",
)
ORGANISATIONS = """\
code,name,kind,opened_on,closed_on
BEIS,"Department for Business, Energy and Industrial Strategy",GOVERNMENT_DEPARTMENT,2016-07-14,2023-02-07
BIS,"Department for Business, Innovation and Skills",GOVERNMENT_DEPARTMENT,2009-06-05,2016-07-14
DBT,Department for Business and Trade,GOVERNMENT_DEPARTMENT,2023-02-07,
DESNZ,Department for Energy Security and Net Zero,GOVERNMENT_DEPARTMENT,2023-02-07,
DFT,Department for Transport,GOVERNMENT_DEPARTMENT,,
MOD,Ministry of Defence,GOVERNMENT_DEPARTMENT,,
"""
SUCCESSIONS = """\
predecessor,successor,on
BIS,BEIS,2016-07-14
BEIS,DBT,2023-02-07
BEIS,DESNZ,2023-02-07
"""

Import = Callable[..., Awaitable[ImportResult]]


def row(on: str, ref: str, **cells: str) -> dict[str, str]:
    """One row of a portfolio; what is not given is as in any other row."""
    usual = {
        "programme": ref.title(),
        "lead_organisation": "DFT",
        "delivery_confidence": "AMBER",
        "starts_on": "2010-04-01",
        "ends_on": "2020-03-31",
        "whole_life_cost_gbp_m": "12.50",
    }
    return {"reported_on": on, "programme_ref": ref} | usual | cells


def write(path: Path, rows: Iterable[Mapping[str, str]], columns: Iterable[str] = COLUMNS) -> Path:
    """Write the rows into a CSV file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(columns), restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture
async def departments(database: Database, tmp_path: Path) -> Database:
    """A database that knows some departments and what became of them."""
    for name, content, bring_in in (
        ("organisations", ORGANISATIONS, import_organisations),
        ("successions", SUCCESSIONS, import_successions),
    ):
        path = tmp_path / f"{name}.csv"
        path.write_text(content, encoding="utf-8")
        await bring_in(database, path, now=NOW)
    return database


@pytest.fixture
def bring_in(departments: Database, tmp_path: Path) -> Import:
    """Import these rows as a portfolio into the database of departments."""

    async def bring_in(*rows: Mapping[str, str], **options: Any) -> ImportResult:
        path = write(tmp_path / "portfolio.csv", rows)
        return await import_portfolio(departments, path, **{"now": NOW, **options})

    return bring_in


async def facts(database: Database, on: str) -> dict[str, dict[str, Any]]:
    """What is said of each programme as of a date, by ref, in the words of the file."""
    at = Moment(on=literal(date.fromisoformat(on)), past=True)
    programme, end = at.rows(Programme), at.rows(Milestone)
    statement = (
        select(programme, Organisation.code, end)
        .select_from(programme)
        .join(Organisation, Organisation.id == lead_organisation(programme, at))
        .outerjoin(end, (end.programme_id == programme.id) & end.marks_end)
    )
    async with database.transaction(effective_on=NOW.date()) as session:
        found = (await session.execute(statement)).all()
        return {p.ref: _facts(p, lead, m) | {"ledger": await _ledger(session, m, at)} for p, lead, m in found}


def _facts(programme: Programme, lead: str, end: Milestone | None) -> dict[str, Any]:
    return {
        "programme": programme.title,
        "status": programme.status.name,
        "lead_organisation": lead,
        "category": programme.category or "",
        "delivery_confidence": programme.delivery_confidence.name if programme.delivery_confidence else "",
        "starts_on": str(programme.starts_on or ""),
        "ends_on": str(programme.ends_on or ""),
        "whole_life_cost_gbp_m": "" if programme.whole_life_cost is None else str(programme.whole_life_cost),
        "baseline_on": str(end.baseline_on) if end else "",
        "forecast_on": str(end.forecast_on) if end else "",
        "title_of_end": end.title if end else "",
    }


async def _ledger(session: Any, end: Milestone | None, at: Moment) -> list[tuple[int, str]]:
    if end is None:
        return []
    entry = at.rows(LedgerEntry)
    moves = select(entry.days, entry.reason).where(entry.milestone_id == end.id).order_by(entry.valid_from)
    return [(days, reason.name) for days, reason in await session.execute(moves)]


async def counts(database: Database, model: Any) -> int:
    """How many rows a table has."""
    async with database.transaction(effective_on=NOW.date()) as session:
        return len((await session.scalars(select(model.id))).all())


async def programme_id(database: Database, ref: str) -> UUID:
    """The id of the programme with that ref."""
    async with database.transaction(effective_on=NOW.date()) as session:
        return (await session.scalars(select(Programme.id).where(Programme.ref == ref))).one()
