"""How many records of what there are: one statement, so one consistent moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select

from domain import models
from domain.database import Database
from domain.tables import Base

_COUNTED: dict[str, type[Base]] = {
    "organisations": models.Organisation,
    "successions": models.Succession,
    "people": models.Person,
    "programmes": models.Programme,
    "partners": models.Partner,
    "sponsors": models.Sponsor,
    "phases": models.Phase,
    "status reports": models.StatusReport,
    "milestones": models.Milestone,
    "ledger entries": models.LedgerEntry,
    "baselines": models.Baseline,
    "dependencies": models.Dependency,
    "evidence": models.Evidence,
    "summaries": models.Summary,
    "portfolio reports": models.PortfolioReport,
    "journal entries": models.JournalEntry,
}


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of the records as they are now, by what they are called; the size of the database in bytes."""

    records: dict[str, int]
    database_bytes: int
    latest_report_on: date | None
    jobs_waiting: int
    jobs_failed: int


async def figures(database: Database) -> Figures:
    """Count everything."""
    async with database.engine.connect() as connection:
        row = (await connection.execute(_statement())).one()
    counts = {name: row[number] for number, name in enumerate(_COUNTED)}
    return Figures(counts, row.size, row.latest, row.waiting, row.failed)


def _statement() -> Select[Any]:
    job = models.Job
    waiting = select(func.count()).where(job.done_at.is_(None), job.failed_at.is_(None))
    failed = select(func.count()).where(job.failed_at.is_not(None))
    return select(
        *(
            select(func.count()).select_from(model).scalar_subquery().label(f"count_{number}")
            for number, model in enumerate(_COUNTED.values())
        ),
        func.pg_database_size(func.current_database()).label("size"),
        select(func.max(models.PortfolioReport.reported_on)).scalar_subquery().label("latest"),
        waiting.scalar_subquery().label("waiting"),
        failed.scalar_subquery().label("failed"),
    )
