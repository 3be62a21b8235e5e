"""How commands are found, refused, interrupted and served; most here are processes, as for those who use them."""

from __future__ import annotations

import asyncio
import signal
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import httpx
import psutil
import pytest
from click.testing import CliRunner
from sqlalchemy import text

from api.cli.main import COMMANDS, tandem
from api.cli.servers import reserved
from domain.database import Database
from tests.api.processes import begun, eventually, free_port, is_free, nothing_runs, run


@pytest.fixture
def port() -> int:
    return free_port()


def answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz").is_success
    except httpx.TransportError:
        return False


def test_help_names_every_command_and_gives_examples() -> None:
    shown = CliRunner().invoke(tandem, ["--help"])
    assert shown.exit_code == 0
    assert "Examples:" in shown.output
    assert all(f"  {name} " in shown.output for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str) -> None:
    shown = CliRunner().invoke(tandem, [name, "--help"])
    assert shown.exit_code == 0, shown.output
    assert shown.output.startswith("Usage: tandem")


def test_the_version_is_told() -> None:
    shown = CliRunner().invoke(tandem, ["--version"])
    assert shown.output.startswith("tandem ")


def test_the_entry_point_loads_no_command_for_help(empty_data_dir: Path) -> None:
    asked = "import sys; sys.argv[1:] = ['--help']; from api.cli import main\ntry: main()\nfinally: print(*sys.modules)"
    shown = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=False)
    assert not {"sqlalchemy", "strawberry", "alembic", "arq"} & set(shown.stdout.split())


@pytest.mark.parametrize(
    ("words", "environment", "code", "told"),
    [
        (["dance"], {}, 2, "No such command 'dance'"),
        (["migrate", "--sideways"], {}, 2, "No such option"),
        (["migrate"], {"TANDEM_PORT": "eighty"}, 1, "TANDEM_PORT is 'eighty': give a number from 1 to 65535"),
        (["migrate"], {"TANDEM_DATABASE_URL": "mysql://db/x"}, 1, "must begin with postgresql://"),
        (
            ["migrate"],
            {"TANDEM_DATABASE_URL": "postgresql://127.0.0.1:1/x"},
            75,
            "The database does not answer",
        ),
        (["migrate"], {"TANDEM_DATA_DIR": "/dev/null"}, 1, "set TANDEM_DATA_DIR"),
        (["worker", "--check"], {}, 1, "Set TANDEM_REDIS_URL"),
        (["worker", "--check"], {"TANDEM_REDIS_URL": "redis://127.0.0.1:1"}, 75, "The queue does not answer"),
        (["serve"], {"TANDEM_REDIS_URL": "redis://127.0.0.1:1"}, 75, "The queue does not answer"),
        (["api", "--host", "192.0.2.1"], {}, 1, "cannot listen on 192.0.2.1"),
    ],
)
def test_a_refusal_is_one_line_that_says_what_to_do(
    empty_data_dir: Path, words: list[str], environment: dict[str, str], code: int, told: str
) -> None:
    done = run(empty_data_dir, *words, **environment)
    assert done.returncode == code, done.stderr
    assert told in done.stderr
    assert done.stderr.splitlines()[-1].startswith("Error: ")
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("command", ["migrate", "api", "worker", "serve", "stats"])
async def test_tables_that_are_not_those_of_their_step_are_refused_at_start(
    database: Database, empty_data_dir: Path, port: int, command: str
) -> None:
    async with database.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE milestones DROP COLUMN title"))
    where = {"TANDEM_DATABASE_URL": database.url, "TANDEM_PORT": str(port)}
    done = await asyncio.to_thread(run, empty_data_dir, command, **where)
    assert done.returncode == 1
    assert "Missing or altered: column milestones.title. Undo what was changed" in done.stderr
    assert "Traceback" not in done.stderr
    assert is_free(port)


@pytest.mark.parametrize("command", ["api", "serve"])
def test_a_port_that_is_taken_is_refused(empty_data_dir: Path, port: int, command: str) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        done = run(empty_data_dir, command, "--port", str(port))
    assert done.returncode == 1
    assert f"port {port}" in done.stderr
    assert "--port" in done.stderr
    assert not empty_data_dir.exists()


@pytest.mark.parametrize("command", ["api", "serve", "demo"])
def test_a_port_that_another_tandem_is_about_to_take_is_refused(
    empty_data_dir: Path, port: int, command: str
) -> None:
    with reserved("127.0.0.1", port):
        done = run(empty_data_dir, command, "--port", str(port))
    assert done.returncode == 1
    assert f"port {port} (another Tandem is about to)" in done.stderr
    assert not empty_data_dir.exists()
    with reserved("127.0.0.1", port):
        pass


def test_migrating_makes_the_tables_once(empty_data_dir: Path) -> None:
    assert run(empty_data_dir, "migrate").stdout == "The database has the tables of this version now.\n"
    assert run(empty_data_dir, "migrate").stdout == "There was nothing to do.\n"
    assert nothing_runs(empty_data_dir)


def test_an_unused_queue_has_no_worker(data_dir: Path, valkey: str) -> None:
    done = run(data_dir, "worker", "--check", TANDEM_REDIS_URL=valkey)
    assert done.returncode == 1
    assert "No worker lives" in done.stderr


@pytest.mark.parametrize(("signal_number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_serving_ends_when_it_is_told_to(
    data_dir: Path, port: int, signal_number: signal.Signals, code: int
) -> None:
    with begun(data_dir, "serve", "--port", str(port)) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == (
            f"Tandem is at http://127.0.0.1:{port}/ and its GraphQL at http://127.0.0.1:{port}/graphql\n"
        )
        answer = httpx.post(f"http://127.0.0.1:{port}/graphql", json={"query": "{ __typename }"})
        assert answer.json()["data"] == {"__typename": "Query"}
        children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal_number)
        assert process.wait(60) == code
    assert not any(child.is_running() for child in children)
    assert is_free(port)
    assert nothing_runs(data_dir)


@pytest.mark.parametrize(("signal_number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_api_alone_ends_when_it_is_told_to(
    data_dir: Path, port: int, signal_number: signal.Signals, code: int
) -> None:
    with begun(data_dir, "api", "--port", str(port)) as process:
        assert eventually(lambda: answers(port))
        process.send_signal(signal_number)
        assert process.wait(60) == code
    assert is_free(port)
    assert nothing_runs(data_dir)


def test_killed_while_serving_it_leaves_nothing(data_dir: Path, port: int) -> None:
    with begun(data_dir, "serve", "--port", str(port)) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.kill()
        process.wait()
    assert eventually(lambda: is_free(port) and nothing_runs(data_dir))
    assert run(data_dir, "migrate").stdout == "There was nothing to do.\n"


def test_the_api_is_told_to_stop_while_a_process_of_its_own_begins_anew(data_dir: Path, port: int) -> None:
    with begun(data_dir, "api", "--port", str(port)) as process:
        assert eventually(lambda: answers(port))
        api = psutil.Process(process.pid)
        (killed,) = api.children()
        killed.kill()
        assert eventually(lambda: api.children() not in ([], [killed]))
        process.terminate()
        assert process.wait(60) == 143
    assert eventually(lambda: nothing_runs(data_dir))


def test_a_part_that_was_killed_is_begun_again(data_dir: Path, port: int) -> None:
    with begun(data_dir, "serve", "--port", str(port)) as process:
        assert process.stdout is not None
        process.stdout.readline()
        served = psutil.Process(process.pid)
        # The server of the API is killed, and the process of its own that answers has to go by itself.
        (killed,) = (child for child in served.children() if "api" in child.cmdline())
        killed.kill()
        assert eventually(lambda: answers(port) and killed not in served.children())
        process.terminate()
        assert process.wait(60) == 143
    # That process may be the last to leave, and then it is the one that stops the servers.
    assert eventually(lambda: nothing_runs(data_dir))
