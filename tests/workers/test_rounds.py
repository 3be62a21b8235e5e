"""The worker publishes what was closed: through the outbox, once, even where it is killed half-way."""

import asyncio
import os
import random
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text

from domain import outbox
from domain.assessments import closing
from domain.assessments.result_models import Result
from domain.assessments.round_models import Round, RoundAnswer, RoundState
from domain.calendar import now, today
from domain.database import Database
from domain.journal.models import Job, JournalEntry
from tests.domain.assessments.rounds import asked_team, both
from tests.factories import acting
from workers.rounds import publish_round
from workers.running import without_a_job

ROOT = Path(__file__).parents[2]
PATIENCE = 60


@pytest.fixture
async def closed(database: Database) -> Round:
    """A round that twelve have answered, closed today."""
    it = await asked_team(database)
    row = await it.open()
    chosen = random.Random(3)
    await it.all_answer([both(chosen.randint(1, 5), chosen.randint(1, 5)) for _ in it.people])
    async with acting(database, on=today(), now=now()) as work:
        await closing.close(work, row.id)
    return row


async def _value(database: Database, statement: Any) -> Any:
    async with database.transaction(effective_on=today()) as session:
        return await session.scalar(statement)


async def _until(database: Database, statement: Any) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            if await _value(database, statement):
                return
            await asyncio.sleep(0.05)


def _worker(database: Database, valkey: str) -> Coroutine[Any, Any, asyncio.subprocess.Process]:
    return asyncio.create_subprocess_exec(
        str(Path(sys.executable).parent / "arq"),
        "workers.main.WorkerSettings",
        cwd=ROOT,
        env=os.environ | {"TANDEM_DATABASE_URL": database.url, "TANDEM_REDIS_URL": valkey},
        stderr=asyncio.subprocess.DEVNULL,
    )


async def test_it_publishes_and_forgets(database: Database, closed: Round) -> None:
    first = await publish_round(database, without_a_job, str(closed.id))
    assert (
        first == await publish_round(database, without_a_job, str(closed.id)) == {"round_id": str(closed.id)}
    )
    assert await _value(database, select(Round.state)) is RoundState.PUBLISHED
    assert await _value(database, select(func.count()).select_from(RoundAnswer)) == 0
    # Not only gone for questions: there is no table any more in which they were.
    assert (
        await _value(database, text("SELECT count(*) FROM pg_class WHERE relname ~ '^round_answers_'")) == 0
    )


async def test_a_worker_that_is_killed_half_way_publishes_once(
    database: Database, closed: Round, valkey: str
) -> None:
    async with acting(database, on=today(), now=now()) as holding:
        # The worker has taken the round up and waits for its turn: half-way.
        await holding.alone("publishing")
        worker = await _worker(database, valkey)
        waits = select(func.count()).select_from(text("pg_locks")).where(text("NOT granted"))
        await _until(database, waits)
        worker.send_signal(signal.SIGKILL)
        await worker.wait()
    assert await _value(database, select(func.count()).select_from(Result)) == 0
    async with database.transaction(effective_on=today()) as session:
        [job] = await session.scalars(select(Job))
        # As if the time had passed after which it counts as lost.
        job.heard_at = now() - outbox.SILENT_AFTER
    worker = await _worker(database, valkey)
    try:
        await _until(database, select(Job.done_at.is_not(None)))
    finally:
        worker.kill()
        await worker.wait()
    published = select(func.count()).where(JournalEntry.command == "round.published")
    assert await _value(database, published) == 1
    assert await _value(database, select(func.count()).select_from(Result)) == 4
