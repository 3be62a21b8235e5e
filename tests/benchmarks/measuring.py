"""The steps of a run, in order. Each leaves its figures in the results and is not repeated when they are there."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from math import prod
from pathlib import Path
from time import perf_counter
from typing import Any

import asyncpg
import httpx
import msgspec

from tests.benchmarks import contenders, results
from tests.benchmarks.contenders import (
    BY_ID,
    BY_TEXT,
    DATALOADERS,
    POSTGRAPHILE,
    STRAIGHT,
    Body,
    Contender,
    Running,
)
from tests.benchmarks.load import Load, Loader
from tests.benchmarks.portfolio import Progress, plain, portfolio
from tests.benchmarks.questions import Question, WrongAnswer, questions
from tests.benchmarks.results import Compiled, Published, Results
from tests.benchmarks.straight import expected, straight

SMALL = 500
"""The portfolio with which larger ones are compared."""

CONNECTIONS = (1, 50)
SERVERS = ("granian", "uvicorn")
DECISIVE = ("lookup", "page of 50", "list of 1,000")
_TOO_LONG_S = 200
_FAILURES = (WrongAnswer, httpx.HTTPError, asyncpg.PostgresError)
_POSTGRAPHILE_FUNCTIONS = Path(__file__).parent / "postgraphile/functions.sql"


@dataclass(frozen=True, slots=True)
class Run:
    """How it is measured: on a portfolio of which scale, for how many seconds each, by which loader.

    Where answers are slow it lasts longer, so that each connection gets one, but at most `longest` seconds.
    """

    home: Path
    scale: int
    seconds: float
    load: Loader
    progress: Progress
    longest: float = 20
    requests: int = 100_000
    compile_for_s: float = 60
    rounds: int = 1000
    servers: tuple[str, ...] = SERVERS
    with_postgraphile: bool = True

    def measure(self) -> Results:
        """Everything, or what an earlier run left to do."""
        self.home.mkdir(parents=True, exist_ok=True)
        file = self.home / f"results-{self.scale}.json"
        found = results.read(file, self.scale)
        with portfolio(self.home, self.scale, self.progress) as servers:
            self._all(Measuring(self, found, servers.database_url, file))
        if self.scale > SMALL and found.small_compiled is None:
            self._compare(found)
        found.finished = True
        results.write(file, found)
        return found

    def _all(self, measuring: Measuring) -> None:
        measuring.choose_server()
        asked = questions(self.scale)
        measuring.contenders(measuring.tandem(), [BY_ID, BY_TEXT], asked)
        measuring.contenders(measuring.dataloaders(), [DATALOADERS], asked)
        if self.with_postgraphile:
            measuring.postgraphile()
        measuring.straight()
        measuring.memory()
        measuring.summaries()
        measuring.rounds()

    def _compare(self, found: Results) -> None:
        """A page and summaries of a small portfolio, measured in this very run."""
        small = Results(SMALL, "", "", {}, server=found.server)
        with portfolio(self.home, SMALL, self.progress) as servers:
            measuring = Measuring(self, small, servers.database_url, self.home / "small.json")
            with measuring.tandem() as running:
                measuring.question(BY_ID, running, _named("page of 50", SMALL))
            measuring.summaries()
        found.small_page, found.small_compiled = small.load("page of 50", BY_ID.name, 1), small.compiled


@dataclass(frozen=True, slots=True)
class Measuring:
    """A run on a database that is there; what is found is written to `file` at once."""

    run: Run
    found: Results
    url: str
    file: Path

    def choose_server(self) -> None:
        """Granian or uvicorn: the one that answers more requests of today's questions, by id."""
        rates = {}
        for server in self.run.servers:
            named = replace(BY_ID, name=f"{BY_ID.name}, {server}")
            asked = [_named(name, self.run.scale) for name in DECISIVE]
            self.contenders(contenders.python_server(server, "tandem_app", self.url), [named], asked)
            loads = [self.found.load(name, named.name, each) for name in DECISIVE for each in CONNECTIONS]
            rates[server] = prod(load.per_second for load in loads if load is not None)
        self.found.server = max(rates, key=lambda server: rates[server])

    def tandem(self) -> AbstractContextManager[Running]:
        """Tandem behind the server that was chosen."""
        return contenders.python_server(self.found.server, "tandem_app", self.url)

    def dataloaders(self) -> AbstractContextManager[Running]:
        """The idiomatic way behind the same server."""
        return contenders.python_server(self.found.server, "strawberry_peer", self.url)

    def postgraphile(self) -> None:
        """PostGraphile, where Node's package manager is there to install it."""
        asyncio.run(_execute(self.url, _POSTGRAPHILE_FUNCTIONS.read_text(encoding="utf-8")))
        try:
            serving = contenders.postgraphile(self.run.home, self.url)
            self.contenders(serving, [POSTGRAPHILE], questions(self.run.scale))
        except (OSError, subprocess.CalledProcessError) as error:
            self.run.progress(f"PostGraphile cannot be installed here: {error}")
        else:
            self.found.versions |= contenders.node_versions()

    def contenders(
        self, serving: AbstractContextManager[Running], ways: list[Contender], asked: list[Question]
    ) -> None:
        """The questions that can be asked of a server in some ways, as far as they are not measured yet."""
        left = [
            (way, question)
            for way in ways
            for question in asked
            if way.bodies(question) and self._missing(question, way.name)
        ]
        if left:
            with serving as running:
                for way, question in left:
                    self.question(way, running, question)

    def question(self, contender: Contender, running: Running, question: Question) -> None:
        """One question with each number of connections, after its answer was found to be right."""
        bodies = contender.bodies(question)
        try:
            took = _checked(running.url, contender, bodies[0], asyncio.run(expected(self.url, question)))
        except _FAILURES as error:
            self._failed(question, contender.name, error)
            return
        self.run.load(running.url, bodies, 1, min(self.run.seconds, 1))
        for connections in self._missing(question, contender.name):
            if _too_slow(took, connections):
                continue
            seconds = max(self.run.seconds, min(1.5 * took * connections, self.run.longest))
            load = self.run.load(running.url, bodies, connections, seconds)
            self._keep(question, contender.name, connections, load)

    def straight(self) -> None:
        """Tandem's statements without Tandem."""
        for question in questions(self.run.scale):
            for at_once in self._missing(question, STRAIGHT):
                alone = self.found.load(question.name, STRAIGHT, 1)
                if alone is not None and _too_slow(alone.p50 / 1000, at_once):
                    continue
                try:
                    load = asyncio.run(straight(self.url, question, at_once, self.run.seconds))
                except _FAILURES as error:
                    self._failed(question, STRAIGHT, error)
                    break
                self._keep(question, STRAIGHT, at_once, load)

    def memory(self) -> None:
        """What the server has in memory while it answers many requests."""
        if self.found.memory:
            return
        lookup, taken, answered = _named("lookup", self.run.scale), [], 0
        with self.tandem() as running:
            while answered < self.run.requests:
                answered += self.run.load(running.url, BY_TEXT.bodies(lookup), 50, self.run.seconds).requests
                taken.append((answered, running.memory()))
                self.run.progress(f"memory: {answered:,} requests, {taken[-1][1] / 2**20:.0f} MiB")
        self.found.memory = taken
        results.write(self.file, self.found)

    def summaries(self) -> None:
        """Sponsors' summaries, one after the other."""
        if self.found.compiled is None:
            self.run.progress("compiling summaries")
            command = [
                sys.executable,
                "-m",
                "tests.benchmarks.summaries",
                self.url,
                str(self.run.compile_for_s),
            ]
            told = subprocess.run(command, stdout=subprocess.PIPE, check=False, cwd=Path(__file__).parents[2])
            if told.returncode == 0:
                self.found.compiled = msgspec.json.decode(told.stdout, type=Compiled)
                results.write(self.file, self.found)
            else:
                self.found.failures.append("Summaries were not compiled: see what was printed")

    def rounds(self) -> None:
        """Rounds published, which does not depend on the portfolio."""
        if self.found.published is None:
            self.run.progress("publishing rounds")
            command = [sys.executable, "-m", "tests.benchmarks.rounds", str(self.run.rounds)]
            told = subprocess.run(command, stdout=subprocess.PIPE, check=False, cwd=Path(__file__).parents[2])
            if told.returncode == 0:
                self.found.published = msgspec.json.decode(told.stdout, type=Published)
                results.write(self.file, self.found)
            else:
                self.found.failures.append("Rounds were not published: see what was printed")

    def _missing(self, question: Question, name: str) -> list[int]:
        return [n for n in CONNECTIONS if results.key(question.name, name, n) not in self.found.loads]

    def _failed(self, question: Question, name: str, error: Exception) -> None:
        self.found.failures.append(f"{question.name}, {name}: {type(error).__name__}: {error}")
        self.run.progress(f"FAILED: {self.found.failures[-1]}")

    def _keep(self, question: Question, name: str, connections: int, load: Load) -> None:
        self.found.loads[results.key(question.name, name, connections)] = load
        results.write(self.file, self.found)
        figures = f"{load.per_second:,.0f}/s, p50 {load.p50:.1f} ms, p99 {load.p99:.1f} ms"
        failed = f", {load.errors} FAILED" if load.errors else ""
        self.run.progress(f"{question.name}, {name}, {connections} connections: {figures}{failed}")
        asyncio.run(_idle(self.url))


def _named(name: str, scale: int) -> Question:
    return next(question for question in questions(scale) if question.name == name)


def _too_slow(took: float, connections: int) -> bool:
    """Whether it would take minutes until all connections are answered."""
    return connections > 1 and took * connections > _TOO_LONG_S


def _checked(url: str, contender: Contender, body: Body, right: Any) -> float:
    """How many seconds the answer took, which has to be the right one.

    Raises:
        WrongAnswer: it is another, or an error.
    """
    with httpx.Client(trust_env=False, timeout=120) as client:
        client.post(url, json=body)
        began = perf_counter()
        answer = client.post(url, json=body)
    took = perf_counter() - began
    data = answer.json().get("data")
    same = data and (_titles(data) == _titles(right) if contender is POSTGRAPHILE else data == right)
    if not same:
        raise WrongAnswer(answer.text[:300])
    return took


def _titles(data: Any) -> list[str]:
    [found] = data.values()
    return [row["title"] for row in found.get("nodes", [found])]


async def _execute(url: str, statements: str) -> None:
    connection = await asyncpg.connect(plain(url))
    await connection.execute(statements)
    await connection.close()


async def _idle(url: str) -> None:
    """Wait until Postgres has ended what nobody waits for any more."""
    connection = await asyncpg.connect(plain(url))
    busy = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid()"
    while await connection.fetchval(busy):
        await connection.execute("SELECT pg_sleep(0.1)")
    await connection.close()
