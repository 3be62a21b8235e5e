"""`tandem backup`, `restore` and `verify`, as those who run them have them."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text

from domain.database import Database
from tests.api.conftest import Reach
from tests.api.processes import eventually, nothing_runs, run
from tests.replication import Server, primary, standby

ROOT = Path(__file__).parents[2]
_ORGANISATIONS = ROOT / "api/demo/organisations.csv"


def test_a_data_directory_is_backed_up_and_restored_into_a_new_one(
    data_dir: Path, empty_data_dir: Path, tmp_path: Path
) -> None:
    assert run(data_dir, "import", "organisations", str(_ORGANISATIONS)).returncode == 0
    file = tmp_path / "one.backup"
    done = run(data_dir, "backup", str(file))
    assert done.returncode == 0, done.stderr
    assert "The answers of rounds that are not published are left out." in done.stdout
    other = empty_data_dir.with_name("other")
    done = run(other, "restore", str(file))
    assert done.returncode == 0, done.stderr
    assert "and the same as then: " in done.stdout
    assert "Verified: each milestone's moves come to the days between its dates; " in done.stdout
    counted = [run(each, "stats").stdout.partition("Size")[0] for each in (data_dir, other)]
    assert counted[0] == counted[1]
    again = run(other, "restore", str(file))
    assert (again.returncode, "set TANDEM_DATA_DIR to a new directory" in again.stderr) == (1, True)
    assert nothing_runs(other)


def test_what_is_refused_is_one_line(data_dir: Path, tmp_path: Path) -> None:
    for words, told in (
        (["backup", str(_ORGANISATIONS)], "is there already, and no backup is ever overwritten"),
        (["restore", str(_ORGANISATIONS)], "it is damaged, cut off or no backup of Tandem"),
    ):
        done = run(data_dir, *words)
        assert (done.returncode, done.stderr.count("\n")) == (1, 1)
        assert told in done.stderr
    away = run(data_dir, "backup", str(tmp_path / "one"), TANDEM_DATABASE_URL="postgresql://127.0.0.1:1/x")
    assert (away.returncode, "The database does not answer" in away.stderr) == (75, True)


async def test_verify_tells_each_deviation(database: Database, empty_data_dir: Path) -> None:
    where = {"TANDEM_DATABASE_URL": database.url}
    assert (await asyncio.to_thread(run, empty_data_dir, "verify", **where)).returncode == 0
    async with database.engine.begin() as connection:
        await connection.execute(
            text("INSERT INTO portfolio_changes VALUES ('programmes', 'ACTIVE', NULL, '2026-01-01', 2)")
        )
    done = await asyncio.to_thread(run, empty_data_dir, "verify", **where)
    assert done.returncode == 1
    assert done.stdout == "all programmes: programmes of ACTIVE on 2026-01-01 is kept with 2 too many\n"
    assert "1 deviation was found" in done.stderr


@pytest.fixture
async def file(database: Database, empty_data_dir: Path, tmp_path: Path) -> Path:
    """A backup."""
    made = tmp_path / "one.backup"
    await asyncio.to_thread(run, empty_data_dir, "backup", str(made), TANDEM_DATABASE_URL=database.url)
    return made


@pytest.mark.parametrize(
    "ended",
    [(signal.SIGKILL, 0), (signal.SIGKILL, 0.2), (signal.SIGKILL, 0.8), (signal.SIGTERM, 0.1)],
)
async def test_a_restore_that_is_ended_is_known_and_begun_anew(
    file: Path,
    empty_database_url: str,
    empty_data_dir: Path,
    reach_database: Reach,
    ended: tuple[signal.Signals, float],
) -> None:
    where = {"TANDEM_DATABASE_URL": empty_database_url}
    if await _ended(file, empty_data_dir, where, *ended):
        refused = await asyncio.to_thread(run, empty_data_dir, "stats", **where)
        assert refused.returncode == 1
        assert "run tandem restore again, which begins anew" in refused.stderr
        looked = await asyncio.to_thread(run, empty_data_dir, "doctor", **where)
        assert "tables: A restore of this database was begun" in looked.stdout
        at_work = Database(empty_database_url)
        async with reach_database(at_work) as reached:
            answer = await reached.get("/readyz")
        await at_work.close()
        assert (answer.status_code, answer.json()["code"]) == (503, "RESTORE_UNFINISHED")
        done = await asyncio.to_thread(run, empty_data_dir, "restore", str(file), **where)
        assert done.returncode == 0, done.stderr
    assert (await asyncio.to_thread(run, empty_data_dir, "verify", **where)).returncode == 0


_MARKED = "SELECT to_regclass('restore_unfinished') IS NOT NULL"
_ALONE = """
    SELECT count(*) = 0 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND backend_type = 'client backend'
"""


async def _until(connection: asyncpg.Connection, question: str) -> None:
    while True:
        if await connection.fetchval(question):
            return
        await asyncio.sleep(0.005)


async def _ended(
    file: Path, data_dir: Path, where: dict[str, str], by: signal.Signals, after_s: float
) -> bool:
    """Begin a restore and end it so long after the database is marked; whether it is marked when all have gone."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "api.cli", "restore", str(file)),
        env={"PATH": "", "TANDEM_DATA_DIR": str(data_dir), **where},
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    connection = await asyncpg.connect(where["TANDEM_DATABASE_URL"].replace("+asyncpg", ""))
    async with asyncio.timeout(60):
        await _until(connection, _MARKED)
        await asyncio.sleep(after_s)
        with suppress(ProcessLookupError):
            process.send_signal(by)
        _, said = await process.communicate()
        assert said == b""
        await _until(connection, _ALONE)
    marked = bool(await connection.fetchval(_MARKED))
    await connection.close()
    return marked


@pytest.fixture
def of_ones_own(prepared: Path, empty_data_dir: Path) -> Iterator[Server]:
    """A server that lets nobody in without a password, with two databases of a role that may do little else."""
    with primary(prepared, empty_data_dir) as server:
        server.ask("CREATE ROLE tandem LOGIN PASSWORD 'Q7-secret@/:words'")
        for name in ("here", "there"):
            server.ask(f"CREATE DATABASE {name} OWNER tandem")
        (server.home / "pg_hba.conf").write_text(
            "host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
        )
        server.ask("SELECT pg_reload_conf()")
        yield server


def test_a_server_of_ones_own_is_reached_by_its_password(of_ones_own: Server, tmp_path: Path) -> None:
    login = f"postgresql://tandem:Q7-secret%40%2F%3Awords@127.0.0.1:1,{of_ones_own.address}"
    here, there = ({"TANDEM_DATABASE_URL": f"{login}/{name}"} for name in ("here", "there"))
    assert run(tmp_path, "import", "organisations", str(_ORGANISATIONS), **here).returncode == 0
    for words, where in ((["backup"], here), (["restore"], there)):
        done = run(tmp_path, *words, str(tmp_path / "one.backup"), **where)
        assert done.returncode == 0, done.stderr
        assert "secret" not in done.stdout + done.stderr
    counted = [run(tmp_path, "stats", **where).stdout.partition("Size")[0] for where in (here, there)]
    assert counted[0] == counted[1]


@pytest.mark.parametrize("words", [["backup", "x"], ["migrate"], ["verify"]])
def test_a_server_that_lets_nobody_in_says_so(of_ones_own: Server, tmp_path: Path, words: list[str]) -> None:
    for login, name, told in (
        ("tandem:not-the-one", "here", "password authentication failed"),
        ("postgres", "nowhere", 'database "nowhere" does not exist'),
    ):
        where = {"TANDEM_DATABASE_URL": f"postgresql://{login}@{of_ones_own.address}/{name}"}
        refused = run(tmp_path, *words, **where)
        assert (refused.returncode, refused.stderr.count("\n")) == (1, 1), refused.stderr
        assert told in refused.stderr
        assert "not-the-one" not in refused.stderr


def _empty(server: Server) -> dict[str, str]:
    return {"TANDEM_DATABASE_URL": server.url.replace("/tandem", "/empty")}


def test_a_standby_is_backed_up_and_verified(prepared: Path, empty_data_dir: Path, tmp_path: Path) -> None:
    with (
        primary(prepared, empty_data_dir) as first,
        standby(first, empty_data_dir.with_name("standby")) as second,
    ):
        where = {"TANDEM_DATABASE_URL": second.url}
        for words in (["backup", str(tmp_path / "one.backup")], ["verify"]):
            done = run(tmp_path, *words, **where)
            assert done.returncode == 0, done.stderr
        first.ask("CREATE DATABASE empty")
        assert eventually(
            lambda: "no table of Tandem's" in run(tmp_path, "backup", "x", **_empty(second)).stderr
        )
        refused = run(tmp_path, "restore", str(tmp_path / "one.backup"), **_empty(second))
    assert refused.returncode == 1
    assert "takes no changes" in refused.stderr
    assert "Traceback" not in refused.stderr
