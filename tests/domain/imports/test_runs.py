"""Imports that are interrupted, that meet each other, and that nobody or somebody watches."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select, text

from domain.access.viewers import ADMINISTRATOR
from domain.database import Database
from domain.errors import Refused
from domain.imports import ImportRefused, Outcome, import_portfolio, runs
from domain.imports.results import silent
from domain.imports.runs import Run, transactions
from domain.organisations.models import Organisation
from domain.programmes import partners
from domain.programmes.models import PortfolioReport, Programme
from domain.work import work
from tests.domain.imports.conftest import NOW, Import, counts, facts, programme_id, row, write

ROWS = (
    row("2014-09-30", "rail"),
    row("2015-09-30", "rail", programme="Railway"),
    row("2015-09-30", "road"),
    row("2016-09-30", "road"),
)


class Killed(BaseException):
    """Stands for whatever ends a process at once."""


async def test_an_interrupted_import_is_completed_by_the_next(
    bring_in: Import, departments: Database
) -> None:
    def kill(stage: str, done: int, total: int) -> None:
        if stage == "Importing the report of 30 September 2015" and done == 3:
            raise Killed

    with pytest.raises(Killed):
        await bring_in(*ROWS, progress=kill)
    assert await counts(departments, PortfolioReport) == 1
    assert (await facts(departments, "2015-09-30"))["rail"]["programme"] == "Rail"

    result = await bring_in(*ROWS)
    assert [report.created for report in result.reports] == [0, 1, 0]
    assert await counts(departments, PortfolioReport) == 3
    assert (await facts(departments, "2016-09-30"))["rail"]["status"] == "CLOSED"
    assert (await bring_in(*ROWS)).total(Outcome.CHANGED) == 0


async def test_each_report_is_one_transaction(bring_in: Import, departments: Database) -> None:
    """What other people see while an import runs: whole reports."""
    seen: list[int] = []
    tasks: set[asyncio.Task[None]] = set()

    async def look() -> None:
        seen.append(await counts(departments, PortfolioReport))

    def watch(stage: str, done: int, total: int) -> None:
        if stage != "Reading":
            tasks.add(asyncio.get_running_loop().create_task(look()))

    await bring_in(*ROWS, progress=watch)
    await asyncio.gather(*tasks)
    assert sorted(seen) == seen
    assert set(seen) <= {0, 1, 2, 3}


async def test_progress_is_told_from_reading_to_the_last_row(bring_in: Import) -> None:
    told: list[tuple[str, int, int]] = []
    await bring_in(*ROWS, progress=lambda *news: told.append(news))
    assert [news for news in told if news[0] != "Reading"] == [
        ("Importing the report of 30 September 2014", 1, 4),
        ("Importing the report of 30 September 2015", 2, 4),
        ("Importing the report of 30 September 2015", 3, 4),
        ("Importing the report of 30 September 2016", 4, 4),
    ]
    reading = [news for news in told if news[0] == "Reading"]
    assert reading[-1][1] == reading[-1][2] > 0


async def test_two_imports_at_once_give_the_same_as_one_after_the_other(
    departments: Database, tmp_path: Path
) -> None:
    path = write(tmp_path / "portfolio.csv", ROWS)
    stages: list[str] = []
    results = await asyncio.gather(
        import_portfolio(departments, path, now=NOW),
        import_portfolio(departments, path, now=NOW, progress=lambda stage, *_: stages.append(stage)),
        import_portfolio(departments, path, now=NOW, progress=lambda stage, *_: stages.append(stage)),
    )
    created = sorted(result.total(Outcome.CREATED) for result in results)
    assert created[:2] == [0, 0]
    assert created[2] > 0
    assert "Waiting for another import" in stages
    assert await counts(departments, Programme) == 2


async def test_an_import_does_not_wait_for_ever(
    bring_in: Import, departments: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "WAIT", "50ms")
    async with transactions(Run(departments, ADMINISTRATOR, NOW, dry_run=True, progress=silent)):
        with pytest.raises(Refused, match="Another import is running") as refused:
            await bring_in(*ROWS)
    assert refused.value.code == "IMPORT_RUNNING"
    assert await counts(departments, Programme) == 0
    await bring_in(*ROWS)
    async with departments.engine.connect() as connection:
        assert await connection.scalar(text("SHOW lock_timeout")) == "0"


async def test_the_turn_of_an_import_does_not_depend_on_a_session(departments: Database) -> None:
    """Behind a pooler a session's lock would stay with whoever gets the session next."""
    holding = (
        "FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    holders = text(f"SELECT state {holding}")
    async with departments.engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        async with transactions(Run(departments, ADMINISTRATOR, NOW, dry_run=False, progress=silent)):
            assert list(await connection.scalars(holders)) == ["idle in transaction"]
            # It keeps nothing from being tidied up.
            assert await connection.scalar(text(f"SELECT count(backend_xmin) {holding}")) == 0
        assert list(await connection.scalars(holders)) == []


async def test_a_refusal_that_shows_only_on_the_way_says_what_was_imported(
    bring_in: Import, departments: Database
) -> None:
    """It was settled by hand who will lead; a later report of the file names somebody else before that day."""
    await bring_in(row("2014-09-30", "rail"), row("2014-09-30", "tank", lead_organisation="MOD"))
    async with work(departments, ADMINISTRATOR, now=NOW, on=date(2014, 10, 1)) as by_hand:
        mod = await by_hand.session.scalar(select(Organisation.id).where(Organisation.code == "MOD"))
        assert mod is not None
        rail = await programme_id(departments, "rail")
        await partners.change_lead(by_hand, rail, organisation_id=mod, starts_on=date(2016, 1, 1))
    with pytest.raises(ImportRefused) as refused:
        await bring_in(row("2015-06-30", "rail"), row("2015-09-30", "rail", lead_organisation="BIS"))
    assert [(p.row, p.code) for p in refused.value.problems] == [(3, "LEAD_ALREADY_CHANGED")]
    assert "The reports up to 30 June 2015 were imported, nothing of later ones." in str(refused.value)
    assert await counts(departments, PortfolioReport) == 2
    with pytest.raises(ImportRefused, match="Nothing was imported"):
        await bring_in(
            row("2015-06-30", "rail"), row("2015-09-30", "rail", lead_organisation="BIS"), dry_run=True
        )
