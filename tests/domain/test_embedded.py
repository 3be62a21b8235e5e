"""Embedded servers are shared by processes, survive being killed, and go when the last process goes."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from domain import embedded
from domain.embedded.lease import LONGEST_LOG
from domain.embedded.processes import anybody_in
from domain.settings import Settings

_USER = Path(__file__).parent / "embedded_user.py"


class User(subprocess.Popen[str]):
    """Another process that uses the servers of a data directory."""

    def __init__(self, data_dir: Path, *words: str) -> None:
        super().__init__(
            [sys.executable, _USER, data_dir, *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def told(self) -> dict[str, Any]:
        """What it printed, once it is served or refused."""
        assert self.stdout is not None
        said: dict[str, Any] = json.loads(self.stdout.readline())
        return said

    def leave(self) -> None:
        """Have it end as it should."""
        self.communicate(timeout=60)
        assert self.returncode == 0


@contextmanager
def user(data_dir: Path, *words: str) -> Iterator[User]:
    with User(data_dir, *words) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.leave()


async def fetch(url: str, statement: str) -> Any:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


def postmaster(data_dir: Path) -> int:
    return int((data_dir / "postgres/postmaster.pid").read_text().splitlines()[0])


def nothing_runs(data_dir: Path) -> bool:
    return not any(anybody_in(data_dir / name) for name in ("postgres", "valkey"))


async def test_servers_of_ones_own_are_used_instead(empty_data_dir: Path) -> None:
    settings = Settings.read(
        {
            "TANDEM_DATA_DIR": str(empty_data_dir),
            "TANDEM_DATABASE_URL": "postgresql://db/tandem",
            "TANDEM_REDIS_URL": "redis://q",
        }
    )
    with embedded.servers(settings, queue=True) as servers:
        assert servers.database_url == "postgresql+asyncpg://db/tandem"
        assert servers.redis_url == "redis://q"
    assert not empty_data_dir.exists()


async def test_the_last_of_several_processes_stops_them(data_dir: Path) -> None:
    with user(data_dir, "--queue") as first:
        url = first.told()["database_url"]
        server = postmaster(data_dir)
        with user(data_dir) as second:
            assert second.told()["database_url"] == url
            first.leave()
            assert await fetch(url, "SELECT 1") == 1
            assert postmaster(data_dir) == server
            assert not anybody_in(data_dir / "valkey")
    assert nothing_runs(data_dir)


async def test_what_they_hold_is_there_the_next_time(data_dir: Path) -> None:
    settings = Settings.read({"TANDEM_DATA_DIR": str(data_dir)})
    with embedded.servers(settings, queue=True, durable=False) as servers:
        await fetch(servers.database_url, "CREATE TABLE kept AS SELECT 7 AS n")
        async with Redis.from_url(str(servers.redis_url)) as store:
            await store.set("kept", "7")
    assert nothing_runs(data_dir)
    with embedded.servers(settings, queue=True, durable=False) as servers:
        assert await fetch(servers.database_url, "SELECT n FROM kept") == 7
        async with Redis.from_url(str(servers.redis_url)) as store:
            assert await store.get("kept") == b"7"


async def test_servers_whose_user_was_killed_are_taken_over_and_stopped(data_dir: Path) -> None:
    with user(data_dir, "--queue") as killed:
        killed.told()
        server = postmaster(data_dir)
        killed.kill()
        killed.wait()
    with user(data_dir, "--queue") as heir:
        assert await fetch(heir.told()["database_url"], "SELECT 1") == 1
        assert postmaster(data_dir) == server
    assert nothing_runs(data_dir)


async def test_servers_that_were_killed_themselves_start_again(data_dir: Path) -> None:
    with user(data_dir, "--queue", "--durable") as witness:
        url = witness.told()["database_url"]
        await fetch(url, "CREATE TABLE kept AS SELECT 7 AS n")
        os.kill(postmaster(data_dir), signal.SIGKILL)
        os.kill(int((data_dir / "valkey/valkey.pid").read_text()), signal.SIGKILL)
        with user(data_dir, "--queue", "--durable") as next_one:
            assert next_one.told()["database_url"] == url
            assert await fetch(url, "SELECT n FROM kept") == 7
    assert nothing_runs(data_dir)


async def test_the_number_of_a_killed_server_may_be_somebody_elses_now(data_dir: Path) -> None:
    with user(data_dir, "--queue") as first:
        first.told()
        left = (data_dir / "postgres/postmaster.pid").read_text().splitlines()
    for file in (data_dir / "postgres/postmaster.pid", data_dir / "valkey/valkey.pid"):
        file.write_text("\n".join([str(os.getpid()), *left[1:]]))
    with user(data_dir, "--queue") as second:
        assert await fetch(second.told()["database_url"], "SELECT 1") == 1
    assert nothing_runs(data_dir)


async def test_a_first_start_that_was_killed_is_begun_again(empty_data_dir: Path) -> None:
    half = empty_data_dir / "postgres.new-1"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18")
    with user(empty_data_dir) as first:
        assert await fetch(first.told()["database_url"], "SELECT 1") == 1
    assert not half.exists()


async def test_arriving_and_leaving_at_the_same_time_never_fails(data_dir: Path) -> None:
    settings = Settings.read({"TANDEM_DATA_DIR": str(data_dir)})

    def come_and_go() -> list[int]:
        answers = []
        for _ in range(5):
            with embedded.servers(settings, durable=False) as servers:
                answers.append(asyncio.run(fetch(servers.database_url, "SELECT 1")))
        return answers

    assert await asyncio.gather(*(asyncio.to_thread(come_and_go) for _ in range(4))) == [[1] * 5] * 4
    assert nothing_runs(data_dir)


@pytest.mark.parametrize("name", ["with spaces in it", "d" * 120, "50%"])
async def test_any_path_will_do(data_dir: Path, name: str) -> None:
    place = data_dir.rename(data_dir.with_name(name))
    settings = Settings.read({"TANDEM_DATA_DIR": str(place)})
    with embedded.servers(settings, queue=True, durable=False) as servers:
        assert await fetch(servers.database_url, "SELECT 1") == 1
        sockets = Path(servers.database_url.partition("host=")[2])
        assert len(str(sockets)) < 90
        async with Redis.from_url(str(servers.redis_url)) as store:
            assert await store.ping()
    assert not sockets.exists()


async def test_an_ordinary_user_has_servers_too(empty_data_dir: Path) -> None:
    empty_data_dir.mkdir()
    for directory in (empty_data_dir, empty_data_dir.parent):
        directory.chmod(0o777)
    with user(empty_data_dir / "theirs", "--queue", "--unprivileged") as ordinary:
        assert await fetch(ordinary.told()["database_url"], "SELECT 1") == 1
        owner = psutil.Process(postmaster(empty_data_dir / "theirs")).uids().effective
        assert owner != 0
        assert owner == (empty_data_dir / "theirs").stat().st_uid
    assert nothing_runs(empty_data_dir / "theirs")


async def test_a_data_directory_that_cannot_be_made_is_refused(empty_data_dir: Path) -> None:
    empty_data_dir.write_text("a file")
    with user(empty_data_dir) as process:
        told = process.told()
    assert told["code"] == "DATA_DIRECTORY"
    assert "TANDEM_DATA_DIR" in told["message"]


async def test_data_of_another_postgres_is_refused_and_left_alone(data_dir: Path) -> None:
    with user(data_dir) as first:
        first.told()
    version = data_dir / "postgres/PG_VERSION"
    version.write_text("16\n")
    with user(data_dir) as second:
        told = second.told()
    assert told["code"] == "OTHER_POSTGRES"
    assert "PostgreSQL 16" in told["message"]
    assert version.read_text() == "16\n"


async def _eventually(url: str, statement: str) -> float:
    """After how many seconds the database answers."""
    begun = time.monotonic()
    async with asyncio.timeout(60):
        while True:
            try:
                assert await fetch(url, statement)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await asyncio.sleep(0.02)
            else:
                return time.monotonic() - begun


@pytest.mark.parametrize("users", [1, 2])
async def test_servers_that_were_killed_are_started_again_by_whoever_uses_them(
    data_dir: Path, users: int
) -> None:
    with ExitStack() as stack:
        told, *_ = [stack.enter_context(user(data_dir, "--queue", "--durable")).told() for _ in range(users)]
        url = told["database_url"]
        await fetch(url, "CREATE TABLE kept AS SELECT 7 AS n")
        for _ in range(3):
            os.kill(postmaster(data_dir), signal.SIGKILL)
            os.kill(int((data_dir / "valkey/valkey.pid").read_text()), signal.SIGKILL)
            seconds = await _eventually(url, "SELECT n FROM kept")
            async with Redis.from_url(str(told["redis_url"])) as store, asyncio.timeout(60):
                while not await answers(store):  # noqa: ASYNC110 - another process has it
                    await asyncio.sleep(0.02)
            print(f"PostgreSQL is back after {seconds:.2f} s")
    assert nothing_runs(data_dir)


async def answers(store: Redis) -> bool:
    try:
        return bool(await store.ping())
    except (RedisError, OSError):
        return False


async def test_a_statement_that_outlives_its_server_does_not_keep_the_next_from_starting(
    data_dir: Path,
) -> None:
    with user(data_dir, "--durable") as process:
        url = process.told()["database_url"]
        busy = asyncio.create_task(fetch(url, "SELECT count(*) FROM generate_series(1, 1000000000)"))
        await asyncio.sleep(0.5)
        os.kill(postmaster(data_dir), signal.SIGKILL)
        await _eventually(url, "SELECT 1")
        with pytest.raises((OSError, asyncpg.PostgresError, asyncpg.InterfaceError)):
            await busy


async def test_what_a_server_says_is_put_aside_and_kept_once(data_dir: Path) -> None:
    with user(data_dir, "--queue") as process:
        process.told()
        for log in (data_dir / "postgres/server.log", data_dir / "valkey/server.log"):
            with log.open("a") as file:
                file.write("x" * (LONGEST_LOG + 1))
            async with asyncio.timeout(60):
                while log.stat().st_size:  # noqa: ASYNC110 - another process rotates it
                    await asyncio.sleep(0.05)
            assert log.with_name("server.log.1").stat().st_size > LONGEST_LOG
        os.kill(postmaster(data_dir), signal.SIGHUP)
        async with asyncio.timeout(60):
            while "reloading" not in (data_dir / "postgres/server.log").read_text():  # noqa: ASYNC110
                await asyncio.sleep(0.05)
