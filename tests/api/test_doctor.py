"""`tandem doctor` says of a set-up what is wrong, and of a good one that it is good."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote
from uuid import uuid4

import asyncpg
import httpx
import pytest
from redis.asyncio import Redis
from sqlalchemy import text, update

from api.doctor import Level, examine
from api.doctor.database import _clocks
from api.doctor.machine import _room
from domain import embedded
from domain.calendar import now
from domain.database import Database
from domain.embedded.valkey import Store
from domain.journal.models import Job
from tests import factories as make
from tests.api.processes import begun, free_port, nothing_runs, run
from tests.replication import primary, standby
from tests.swallowing import swallowing
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


async def _until_said(words: str, **environ: str) -> None:
    """PostgreSQL notices a moment later that somebody has gone; the limit of the test ends a wait in vain."""
    while not one(await wrong(**environ), words):
        pass


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
        ({"TANDEM_METRICS_TOKEN": "hunter2"}, "TANDEM_METRICS_TOKEN can be guessed"),
        ({"TANDEM_DATABASE_URL": "postgresql://ada:hunter2@127.0.0.1:1/x"}, "check TANDEM_DATABASE_URL"),
        ({"TANDEM_DATABASE_URL": "postgresql://ada:hun/ter2@127.0.0.1/x"}, "percent-encoded, such as %2F"),
        (
            {"TANDEM_DATABASE_URL": "postgresql://ada:hunter2@127.0.0.1/x?sslmode=yes"},
            "must be one of: disable",
        ),
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


async def test_traces_that_cannot_be_sent_are_said(
    own: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = own | {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}
    assert ("traces", Level.OK, "They are sent by OpenTelemetry.") in await found(**wanted)
    assert one(await wrong(**wanted, OTEL_EXPORTER_OTLP_PROTOCOL="grpc"), "by http/protobuf alone")
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    assert one(await wrong(**wanted), "install tandem[tracing]")


async def test_a_data_directory_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    told = await wrong(TANDEM_DATA_DIR=str(tmp_path / "file/tandem"))
    assert one(told, f"{tmp_path}/file cannot be written to"), told


@pytest.mark.parametrize(("free", "level"), [(5e9, "ok"), (5e8, "warning"), (5e7, "wrong")])
def test_little_room_is_said(free: float, level: str) -> None:
    assert _room(Path("/data"), int(free)).level.value == level


def test_clocks_that_are_apart_are_said() -> None:
    (finding,) = _clocks({"clock": time.time() - 60}, time.time())
    assert "are 60 s apart" in finding.words
    assert not list(_clocks({"clock": time.time()}, time.time()))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("SET default_transaction_read_only = on", "It takes no changes from us"),
        ("CONNECTION LIMIT 20", "It lets 20 connections in"),
    ],
)
async def test_what_a_database_was_set_to_is_said(
    own: dict[str, str], database: Database, server: asyncpg.Connection, change: str, words: str
) -> None:
    await server.execute(f"ALTER DATABASE {_name_in(database.url)} {change}")
    assert one(await wrong(**own), words)


async def test_a_database_that_cannot_have_every_name_is_said(
    own: dict[str, str], database: Database, server: asyncpg.Connection
) -> None:
    name = f"latin_{uuid4().hex}"
    await server.execute(f"CREATE DATABASE {name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    url = database.url.replace(_name_in(database.url), name)
    assert one(await wrong(**own | {"TANDEM_DATABASE_URL": url}), "make one with ENCODING 'UTF8'")
    await server.execute(f"DROP DATABASE {name}")


async def test_a_pooler_that_swallows_settings_is_said(own: dict[str, str], database: Database) -> None:
    directory = unquote(database.url.rpartition("host=")[2])
    async with swallowing(f"{directory}/.s.PGSQL.5432") as address:
        url = f"postgresql://postgres@{address}/{_name_in(database.url)}?sslmode=disable"
        assert one(await wrong(**own | {"TANDEM_DATABASE_URL": url}), "have the pooler pool by session")


def _name_in(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]


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


async def test_a_queue_that_forgets_and_one_that_takes_no_jobs_are_said(
    own: dict[str, str], empty_data_dir: Path
) -> None:
    store = Store(empty_data_dir.with_name("valkey"))
    store.start()
    try:
        async with Redis.from_url(store.url) as queue:
            await queue.config_set("maxmemory", "100mb")
            await queue.config_set("maxmemory-policy", "allkeys-lru")
            assert one(await wrong(**own | {"TANDEM_REDIS_URL": store.url}), "Set it to noeviction")
            await queue.replicaof("127.0.0.1", 1)
            assert one(await wrong(**own | {"TANDEM_REDIS_URL": store.url}), "It is a replica")
    finally:
        store.stop()


async def test_standbys_are_looked_at(
    own: dict[str, str], prepared: Path, empty_data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        primary(prepared, empty_data_dir.with_name("first")) as first,
        standby(first, empty_data_dir.with_name("second")) as second,
    ):
        both = own | {"TANDEM_DATABASE_URL": first.url, "TANDEM_READ_DATABASE_URL": second.url}
        assert one(await wrong(**both), "a fail-over can lose what was answered")
        assert (f"replica {second.address}", Level.OK, "It answers and keeps up.") in await found(**both)
        assert one(
            await wrong(**own | {"TANDEM_DATABASE_URL": second.url}), "It is a standby and takes no changes"
        )
        first.ask("ALTER SYSTEM SET synchronous_standby_names = '*'")
        first.ask("SELECT pg_reload_conf()")
        assert not one(await wrong(**both), "a fail-over can lose")
        first.ask("CREATE ROLE tandem LOGIN")
        mere = {"TANDEM_READ_DATABASE_URL": second.url.replace("postgres@", "tandem@")}
        assert one(await wrong(**both | mere), "GRANT pg_monitor")
        monkeypatch.setattr("api.doctor.replicas._FAR_S", 0.5)
        second.ask("SELECT pg_wal_replay_pause()")
        first.ask("UPDATE alembic_version SET version_num = version_num")
        await _until_said("s behind", **both)
        second.stop()
        await _until_said("every change waits for ever", **both)
        second.start()
        first.kill()
        await _until_said("It follows nobody", **both)


async def test_a_server_that_loses_and_never_tidies_is_said(
    own: dict[str, str], prepared: Path, empty_data_dir: Path
) -> None:
    options = {"autovacuum": "off", "max_connections": "40"}
    with primary(prepared, empty_data_dir.with_name("first"), **options) as first:
        told = await wrong(**own | {"TANDEM_DATABASE_URL": first.url})
    assert one(told, "fsync is off")
    assert one(told, "autovacuum is off")
    assert one(told, "It lets 37 connections in")


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
        scraped = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text
        assert "\ntandem_worker_up 1.0\n" in scraped
        process.terminate()
        process.wait(60)
