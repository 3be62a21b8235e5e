"""`tandem doctor` says of a set-up what is wrong, and of a good one that it is good."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis
from sqlalchemy import text, update

from api.doctor import Level, examine
from domain import embedded
from domain.calendar import now
from domain.database import Database
from domain.journal.models import Job
from tests import factories as make
from tests.api.processes import begun, free_port, nothing_runs, run
from tests.replication import primary, standby
from workers.queue import health_key


async def found(**environ: str) -> set[tuple[str, Level, str]]:
    return {(f.subject, f.level, f.words) async for f in examine(environ)}


async def wrong(**environ: str) -> set[str]:
    """What is wrong or worth changing, as subject and the beginning of the words."""
    return {
        f"{subject}: {words}"
        for subject, level, words in await found(**environ)
        if level in {Level.WARNING, Level.WRONG}
    }


def one(told: set[str], words: str) -> bool:
    return sum(words in line for line in told) == 1


@pytest.fixture
async def own(database: Database, servers: embedded.Servers, worker_id: str) -> AsyncIterator[dict[str, str]]:
    """A good set-up with servers of one's own, of which a worker lives."""
    number = 8 + int(worker_id.removeprefix("gw") if worker_id != "master" else 0)
    url = f"{servers.redis_url}?db={number}"
    async with Redis.from_url(url) as queue:
        key = health_key()
        await queue.set(key, b"1", ex=60)
        yield {
            "TANDEM_DATABASE_URL": database.url,
            "TANDEM_REDIS_URL": url,
            "TANDEM_ADMIN_TOKEN": "a-token-that-nobody-guesses",
            "TANDEM_HOST": "0.0.0.0",
        }
        await queue.delete(key)


# What the servers of the tests are told, so that they are quick.
_OF_TESTS = {"fsync", "full_page_writes", "synchronous_commit"}


async def test_a_good_set_up_is_said_to_be_good(own: dict[str, str]) -> None:
    told = await wrong(**own)
    assert {line.split()[1] for line in told} == _OF_TESTS
    assert all("a crash can lose what was answered" in line for line in told)
    said = {(subject, level) for subject, level, _ in await found(**own)}
    assert said >= {
        (subject, Level.OK) for subject in ("token", "database", "tables", "jobs", "queue", "worker")
    }


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"TANDEM_DATABSE_URL": "x"}, "did you mean TANDEM_DATABASE_URL?"),
        ({"TANDEM_HELLO": "x"}, "tandem --help lists all settings"),
        ({"TANDEM_PORT": "eighty"}, "give a number from 1 to 65535"),
        ({"TANDEM_ADMIN_TOKEN": "secret"}, "can be guessed"),
        ({"TANDEM_ADMIN_TOKEN": "", "TANDEM_HOST": "0.0.0.0"}, "lets nobody in but its own machine"),
        ({"TANDEM_METRICS_TOKEN": "a-token-that-nobody-guesses"}, "whoever reads metrics could change all"),
        ({"TANDEM_DATABASE_URL": "postgresql://ada:hunter2@127.0.0.1:1/x"}, "check TANDEM_DATABASE_URL"),
        ({"TANDEM_REDIS_URL": "redis://:hunter2@127.0.0.1:1"}, "check TANDEM_REDIS_URL"),
        ({"TANDEM_REDIS_URL": "redis://127.0.0.1:1"}, "has no password"),
        (
            {"TANDEM_READ_DATABASE_URL": "postgresql://ada:hunter2@127.0.0.1:1/x"},
            "others are read from meanwhile",
        ),
    ],
)
async def test_a_bad_setting_is_said(own: dict[str, str], environ: dict[str, str], words: str) -> None:
    told = await wrong(**own | environ)
    assert one(told, words), told
    assert not any(secret in line for line in told for secret in ("hunter2", "nobody-guesses"))


async def test_tables_that_are_altered_are_said(own: dict[str, str], database: Database) -> None:
    async with database.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE milestones DROP COLUMN title"))
    assert one(await wrong(**own), "Missing or altered: column milestones.title")


async def test_a_database_without_tables_is_told_to_be_migrated(
    own: dict[str, str], empty_database_url: str
) -> None:
    assert one(await wrong(**own | {"TANDEM_DATABASE_URL": empty_database_url}), "run tandem migrate")


async def test_jobs_that_wait_and_jobs_that_were_given_up_are_said(
    own: dict[str, str], database: Database
) -> None:
    async with make.acting(database) as work:
        await work.enqueue("compile_summary", "summary:1")
        await work.enqueue("compile_summary", "summary:2")
        await work.session.execute(update(Job).values(due_at=now() - timedelta(minutes=9)))
        await work.session.execute(update(Job).where(Job.key == "summary:2").values(failed_at=now()))
    told = await wrong(**own)
    assert one(told, "1 wait, the oldest for 9 minutes: start a worker")
    assert one(told, "1 were given up")


async def test_without_a_worker_that_is_said(own: dict[str, str], servers: embedded.Servers) -> None:
    assert one(await wrong(**own | {"TANDEM_REDIS_URL": f"{servers.redis_url}?db=15"}), "None lives")


async def test_standbys_are_looked_at(own: dict[str, str], prepared: Path, tmp_path: Path) -> None:
    with primary(prepared, tmp_path / "first") as first, standby(first, tmp_path / "second") as second:
        both = own | {"TANDEM_DATABASE_URL": first.url, "TANDEM_READ_DATABASE_URL": second.url}
        assert one(await wrong(**both), "a fail-over can lose what was answered")
        assert (f"replica {second.address}", Level.OK, "It answers and keeps up.") in await found(**both)
        assert one(
            await wrong(**own | {"TANDEM_DATABASE_URL": second.url}), "It is a standby and takes no changes"
        )
        first.ask("ALTER SYSTEM SET synchronous_standby_names = '*'")
        first.ask("SELECT pg_reload_conf()")
        assert not one(await wrong(**both), "a fail-over can lose")


def test_embedded_servers_are_left_as_they_are(data_dir: Path) -> None:
    done = run(data_dir, "doctor", "--json")
    assert done.returncode == 0, done.stderr
    told = {
        (line["subject"], line["level"], line["words"].partition(":")[0]) for line in json.loads(done.stdout)
    }
    assert ("database", "note", "The embedded PostgreSQL is not running") in told
    assert ("queue", "note", "The embedded Valkey is not running") in told
    assert nothing_runs(data_dir)


def test_embedded_servers_that_run_are_looked_at(data_dir: Path) -> None:
    port = free_port()
    with begun(data_dir, "serve", "--port", str(port)) as process:
        assert process.stdout is not None
        process.stdout.readline()
        done = run(data_dir, "doctor")
        assert done.returncode == 0, done.stdout
        assert "ok      tables: They are those of this version" in done.stdout
        assert "ok      worker: One lives." in done.stdout
        process.terminate()
        process.wait(60)
