"""What was entered, agreed or issued cannot be taken back, whoever is at the database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date

import asyncpg
import pytest

from domain.database import Database
from domain.milestones import commands as milestones
from domain.milestones.models import ReasonCode
from domain.summaries import commands as summaries
from tests import factories as make

JUNE, JULY = date(2024, 6, 1), date(2024, 7, 1)


@pytest.fixture
async def connection(database: Database) -> AsyncIterator[asyncpg.Connection]:
    """A database with one of each fact, and a connection of somebody who minds no rule of ours."""
    async with make.acting(database, on=make.TODAY) as work:
        hub = await make.programme(work, "hub", lead=await make.organisation(work, "RX4"))
        opening = await make.milestone(work, hub)
        await milestones.reforecast(
            work, opening.id, forecast_on=date(2030, 1, 1), reason=ReasonCode.FUNDING, note="A late grant"
        )
        ada = await make.person(work)
        summary = await summaries.store(
            work, person_id=ada.id, period_from=JUNE, period_to=JULY, content={"headline": {}}, html="<p>So."
        )
        await summaries.review(work, summary.id)
        await summaries.issue(work, summary.id)
    connection = await asyncpg.connect(database.url.replace("+asyncpg", ""))
    await connection.execute("SET tandem.effective_on = '2026-06-01'")
    yield connection
    await connection.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entries SET note = 'something else'",
        "DELETE FROM ledger_entries",
        "UPDATE baselines SET note = 'something else'",
        "DELETE FROM baselines",
        "UPDATE journal SET command = 'something else'",
        "UPDATE journal SET answer_id = NULL WHERE answer_id IS NOT NULL; DELETE FROM journal",
        "UPDATE summaries SET html = 'something else'",
        "DELETE FROM summaries",
    ],
)
async def test_a_fact_stays(connection: asyncpg.Connection, statement: str) -> None:
    with pytest.raises(asyncpg.PostgresError, match="stays as it is") as refused:
        await connection.execute(statement)
    assert getattr(refused.value, "sqlstate", None) == "TD003"
