"""That `make faults` would tell: what is lost, doubled or left undone in the tables is found, and the disk is full."""

from __future__ import annotations

import asyncio
import errno
import os
from collections import Counter
from datetime import date
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text

from domain import embedded
from domain.database import Database
from domain.embedded import postgres
from domain.settings import Settings
from tests import factories as make
from tests.factories import NOW, acting
from tests.faults.checking import check_jobs, check_ledgers, check_writes
from tests.faults.log import Log
from tests.faults.place import place
from tests.faults.report import publish, table
from tests.faults.run import Outcome, Results
from tests.faults.script import Doing, Victim, script
from tests.faults.tables import rows
from tests.faults.work import Finding, Harm, differences


def _url(database: Database) -> str:
    return database.url.replace("+asyncpg", "")


def test_a_script_is_the_same_for_a_seed_and_has_everything_early() -> None:
    blows = script(200, seed=7)
    assert blows == script(200, seed=7)
    assert blows != script(200, seed=8)
    assert Counter(blow.victim for blow in blows) == dict.fromkeys(Victim, 40) | {Victim.DISK: 5}
    few = script(8, seed=7)
    assert {blow.victim for blow in few} == set(Victim)
    assert {blow.doing for blow in few} == set(Doing)


async def test_lost_and_doubled_writes_are_found(database: Database, tmp_path: Path) -> None:
    log = Log(tmp_path / "writes.jsonl")
    there, lost, refused, unknown, twice = (log.begin("milestoneCreate") for _ in range(5))
    for write in (there, lost, twice):
        log.answer(write)
    log.answer(refused, "NOT_OPEN")
    for write in (there, refused, unknown, twice):
        async with acting(database, idempotency_key=write.key, request_hash="") as work:
            of = await make.programme(work, write.key)
            await make.milestone(work, of, write.key)
            if write is twice:
                await make.milestone(work, of, write.key)

    found = await check_writes(log, _url(database))

    assert Counter((finding.harm, finding.words.split(",")[0]) for finding in found) == {
        (Harm.LOST, f"milestoneCreate {lost.key}"): 2,
        (Harm.DOUBLED, f"milestoneCreate {refused.key}"): 2,
        (Harm.DOUBLED, f"milestoneCreate {twice.key}"): 1,
    }


async def test_a_ledger_that_does_not_add_up_and_a_job_that_is_not_done_are_found(database: Database) -> None:
    async with acting(database) as work:
        await make.milestone(work, await make.programme(work), forecast_on=date(2026, 7, 10))
    assert await check_ledgers(_url(database)) == []
    assert await check_jobs(_url(database)) == []

    async with database.transaction(effective_on=NOW.date()) as session:
        await session.execute(text("SET LOCAL session_replication_role = replica"))
        await session.execute(text("DELETE FROM ledger_entries"))
    async with acting(database) as work:
        await work.enqueue("compile_summary", "summary:1")

    assert [finding.harm for finding in await check_ledgers(_url(database))] == [Harm.LOST]
    assert [finding.harm for finding in await check_jobs(_url(database))] == [Harm.UNFINISHED]


def test_what_an_import_left_is_counted() -> None:
    found = differences(3, "import-3", {"reports": 9, "seats": 2}, {"reports": 10, "seats": 1, "leads": 1})
    assert [(finding.harm, finding.words) for finding in found] == [
        (Harm.LOST, "import-3: 0 leads, not 1"),
        (Harm.LOST, "import-3: 9 reports, not 10"),
        (Harm.DOUBLED, "import-3: 2 seats, not 1"),
    ]


def test_a_place_is_full_until_it_is_freed_and_leaves_nothing() -> None:
    with place(mount=True) as home:
        kept = home.data / "kept"
        home.fill()
        if home.mounted:
            with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
                kept.write_bytes(bytes(1_000_000))
        home.free()
        kept.write_bytes(bytes(1_000_000))
    assert not home.home.exists()


async def test_where_nothing_is_mounted_the_files_of_postgres_do_not_grow() -> None:
    with (
        place(mount=False) as home,
        embedded.servers(Settings.read({"TANDEM_DATA_DIR": str(home.data)}), durable=False) as running,
    ):
        url = running.database_url.replace("+asyncpg", "")
        assert await rows(url, "SELECT 1")
        home.fill()
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
            await rows(url, "CREATE TABLE filled AS SELECT generate_series(1, 100000)")
        home.free()
        # It may have crashed over its log, which comes back by itself as soon as there is room.
        async with asyncio.timeout(60):
            while not await _answers(url):  # noqa: ASYNC110 - another process starts it
                await asyncio.sleep(0.05)
    assert not home.home.exists()


async def test_on_a_full_disk_it_is_stopped_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "STOPS_WITHIN_S", 1.0)
    with place(mount=False) as home:
        settings = Settings.read({"TANDEM_DATA_DIR": str(home.data)})
        with embedded.servers(settings) as running:
            url = running.database_url.replace("+asyncpg", "")
            await rows(url, "CREATE TABLE kept AS SELECT 7 AS n")
            home.fill()
            with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
                await rows(url, "CREATE TABLE filled AS SELECT generate_series(1, 100000)")
        assert not home.inhabitants()
        with embedded.servers(settings):
            assert [row["n"] for row in await rows(url, "SELECT n FROM kept")] == [7]


async def _answers(url: str) -> bool:
    try:
        return bool(await rows(url, "SELECT 1"))
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
        return False


def test_the_table_says_what_was_lost_and_when_nobody_was_served(tmp_path: Path) -> None:
    log = Log(tmp_path / "writes.jsonl")
    results = Results(5, log, minutes=2)
    for blow, served in zip(script(2, seed=5), (0.5, None, 2.5), strict=True):
        log.blow = blow.number
        write = log.begin("personCreate")
        log.sending(write)
        log.sending(write)
        log.answer(write)
        results.outcomes.append(Outcome(blow, served, 3.0, Counter({"INTERNAL": 2})))
    assert not results.passed
    results.outcomes[1] = Outcome(results.outcomes[1].blow, 1.5, 3.0, Counter())
    assert results.passed
    results.findings.append(Finding(Harm.LOST, 2, "personCreate w000001"))
    assert not results.passed

    page = tmp_path / "reliability.md"
    page.write_text("Before\n<!-- faults -->\nold\n<!-- /faults -->\nAfter\n")
    publish(table(results, "a machine", date(2026, 12, 1)), page)

    words = page.read_text()
    assert words.startswith("Before\n<!-- faults -->\n1 December 2026, a machine.\n")
    assert words.endswith("<!-- /faults -->\nAfter\n")
    assert "| together | 3 | 3 | 3 | 3 | 1 | 0 | 1.50, 2.50 | 3.00, 3.00 |" in words
    assert "**lost**, after kill 2: personCreate w000001." in words
    assert "old" not in words
