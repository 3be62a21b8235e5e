"""Who is measured: each is begun as its users would begin it in production, with one process."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx
import msgspec
import psutil

from tests.benchmarks.portfolio import for_node
from tests.benchmarks.questions import Question

_ROOT = Path(__file__).parents[2]
_HERE = Path(__file__).parent
_BIN = Path(sys.executable).parent
_PATIENCE_S = 60

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Contender:
    """A way to ask over HTTP; `body` is None where it cannot ask that question."""

    name: str
    body: Callable[[Question, Body], Body | None]

    def bodies(self, question: Question) -> list[Body]:
        """What is sent in turn; nothing where it cannot ask."""
        made = (self.body(question, variables) for variables in question.variables)
        return [body for body in made if body is not None]


def _by_id(question: Question, variables: Body) -> Body | None:
    return {"documentId": question.trusted.id, "variables": variables}


def _by_text(question: Question, variables: Body) -> Body | None:
    return None if question.trusted_only else {"query": question.document, "variables": variables}


def _by_any_text(question: Question, variables: Body) -> Body | None:
    return {"query": question.document, "variables": variables}


def _elsewhere(question: Question, variables: Body) -> Body | None:
    return {"query": question.elsewhere, "variables": variables} if question.elsewhere else None


BY_ID = Contender("Tandem, by id", _by_id)
BY_TEXT = Contender("Tandem, by text", _by_text)
DATALOADERS = Contender("graphql-core, DataLoaders", _by_any_text)
POSTGRAPHILE = Contender("PostGraphile", _elsewhere)
STRAIGHT = "asyncpg, no HTTP"


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers at `url`."""

    url: str
    process: psutil.Process

    def memory(self) -> int:
        """The bytes that it has in memory, with the processes that it began."""
        family = [self.process, *self.process.children(recursive=True)]
        return sum(process.memory_info().rss for process in family)


_SPARING = ("--no-proxy-headers", "--no-server-header", "--no-date-header")


@contextmanager
def python_server(server: str, app: str, database_url: str) -> Iterator[Running]:
    """`tandem_app` or `strawberry_peer` behind granian or uvicorn."""
    port = _free_port()
    words = {
        "granian": ["--interface", "asgi", "--workers", "1", "--no-access-log", "--log-level", "warning"],
        # It believes no proxy, and says neither its name nor the time: Tandem needs none of that.
        "uvicorn": ["--workers", "1", "--no-access-log", "--log-level", "warning", *_SPARING],
    }[server]
    command = [_BIN / server, *words, "--port", str(port), f"tests.benchmarks.{app}:app"]
    settings = {
        "TANDEM_DATABASE_URL": database_url,
        # Kept as in production, and large enough that no load spends it.
        "TANDEM_COST_PER_MINUTE": str(10**12),
        "PYTHONPATH": str(_ROOT),
    }
    with _served(command, port, _ROOT, settings) as running:
        yield running


@contextmanager
def postgraphile(home: Path, database_url: str) -> Iterator[Running]:
    """PostGraphile, installed into `home` when it is not there.

    Raises:
        subprocess.CalledProcessError: npm cannot install it.
    """
    directory = home / "postgraphile"
    directory.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "graphile.config.mjs"):
        shutil.copy(_HERE / "postgraphile" / name, directory)
    if not (directory / "node_modules/.bin/postgraphile").exists():
        install = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock"]
        subprocess.run(install, cwd=directory, check=True, capture_output=True)
    port = _free_port()
    command = [directory / "node_modules/.bin/node", directory / "node_modules/.bin/postgraphile"]
    settings = {"NODE_ENV": "production", "GRAPHILE_ENV": "production", "PORT": str(port)}
    with _served(command, port, directory, {**settings, "DATABASE_URL": for_node(database_url)}) as running:
        yield running


@contextmanager
def _served(command: list[Any], port: int, directory: Path, settings: dict[str, str]) -> Iterator[Running]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TANDEM_")}
    process = subprocess.Popen(
        command,
        cwd=directory,
        env={**environment, **settings},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{port}/graphql"
        _wait_for(url, process)
        yield Running(url, psutil.Process(process.pid))
    finally:
        process.terminate()
        process.wait()


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    until = monotonic() + _PATIENCE_S
    while monotonic() < until and process.poll() is None:
        try:
            httpx.post(url, json={"query": "{ __typename }"}, trust_env=False, timeout=_PATIENCE_S)
        except httpx.TransportError:
            sleep(0.1)
        else:
            return
    raise RuntimeError(f"{process.args!r} does not answer.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def node_versions() -> dict[str, str]:
    """The versions of PostGraphile and of its Node, as they were asked for."""
    asked = msgspec.json.decode((_HERE / "postgraphile/package.json").read_bytes())["dependencies"]
    return {"PostGraphile": asked["postgraphile"], "Node": asked["node"]}
