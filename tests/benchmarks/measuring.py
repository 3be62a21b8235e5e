"""The steps of a run, in order. Each leaves its figures in the results and is not repeated when they are there."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
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
from tests.benchmarks.turns import Entrant, in_turns

SMALL = 500
"""The portfolio with which larger ones are compared."""

CONNECTIONS = (1, 50)
SERVERS = ("granian", "uvicorn")
SIZES = ("small", "large")
DECISIVE = ("lookup", "page of 50", "list of 1,000")
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
    compile_for_s: float = 1800
    rounds: int = 1000
    with_postgraphile: bool = True

    def measure(self) -> Results:
        """Everything, or what an earlier run left to do."""
        self.home.mkdir(parents=True, exist_ok=True)
        file = self.home / f"results-{self.scale}.json"
        found = results.read(file, self.scale)
        with portfolio(self.home, self.scale, self.progress) as servers:
            measuring = Measuring(self, found, servers.database_url, file)
            self._all(measuring)
            if self.scale > SMALL and found.small_compiled is None:
                self._compare(measuring)
        found.finished = True
        results.write(file, found)
        return found

    def _all(self, measuring: Measuring) -> None:
        measuring.choose_server()
        measuring.contenders()
        measuring.memory()
        measuring.summaries()
        measuring.rounds()

    def _compare(self, large: Measuring) -> None:
        """A page and summaries of a small portfolio, in this very run; the page in turns with that of the large one."""
        small = Results(SMALL, "", "", {}, server=large.found.server)
        with portfolio(self.home, SMALL, self.progress) as servers:
            measuring = Measuring(self, small, servers.database_url, self.home / "small.json")
            with measuring.tandem() as one, large.tandem() as other:
                page = replace(_named("page of 50", SMALL), name="page of 50, small and large")
                pages = [measuring.entrant(page, BY_ID, one), large.entrant(page, BY_ID, other)]
                named = (replace(entrant, name=name) for entrant, name in zip(pages, SIZES, strict=True))
                measuring.take_turns(page, list(named))
            measuring.summaries()
        large.found.pages = [load for load in (small.load(page.name, name, 1) for name in SIZES) if load]
        large.found.small_compiled = small.compiled


@dataclass(frozen=True, slots=True)
class Measuring:
    """A run on a database that is there; what is found is written to `file` at once."""

    run: Run
    found: Results
    url: str
    file: Path

    def choose_server(self) -> None:
        """Granian or uvicorn: the one that answers more requests of today's questions, by id."""
        named = {server: replace(BY_ID, name=f"{BY_ID.name}, {server}") for server in SERVERS}
        asked = [_named(name, self.run.scale) for name in DECISIVE]
        with ExitStack() as stack:
            running = {
                way: stack.enter_context(contenders.python_server(server, "tandem_app", self.url))
                for server, way in named.items()
            }
            for question in asked:
                self.take_turns(question, list(self._entrants(question, running)))
        ways = list(named.values())
        self.found.server = max(named, key=lambda server: self._lead(named[server], ways, asked))

    def _lead(self, way: Contender, ways: list[Contender], asked: list[Question]) -> float:
        """How many times as many requests one way answers as the others, turn by turn, over all that is asked."""

        def loads(way: Contender) -> list[Load | None]:
            return [self.found.load(question.name, way.name, n) for question in asked for n in CONNECTIONS]

        pairs = [pair for other in ways for pair in zip(loads(way), loads(other), strict=True)]
        return prod(one.times(another) for one, another in pairs if one and another)

    def tandem(self) -> AbstractContextManager[Running]:
        """Tandem behind the server that was chosen."""
        return contenders.python_server(self.found.server, "tandem_app", self.url)

    def contenders(self) -> None:
        """All questions, asked of everybody in turns."""
        with ExitStack() as stack:
            tandem = stack.enter_context(self.tandem())
            peer = stack.enter_context(
                contenders.python_server(self.found.server, "strawberry_peer", self.url)
            )
            running = {BY_ID: tandem, BY_TEXT: tandem, DATALOADERS: peer}
            if self.run.with_postgraphile and (postgraphile := self._postgraphile(stack)):
                running[POSTGRAPHILE] = postgraphile
            for question in questions(self.run.scale):
                self.take_turns(question, [*self._entrants(question, running), *self._straight(question)])

    def _postgraphile(self, stack: ExitStack) -> Running | None:
        """PostGraphile, where Node's package manager is there to install it."""
        asyncio.run(_execute(self.url, _POSTGRAPHILE_FUNCTIONS.read_text(encoding="utf-8")))
        try:
            running = stack.enter_context(contenders.postgraphile(self.run.home, self.url))
        except (OSError, subprocess.CalledProcessError) as error:
            self.run.progress(f"PostGraphile cannot be installed here: {error}")
            return None
        self.found.versions |= contenders.node_versions()
        return running

    def take_turns(self, question: Question, entrants: list[Entrant]) -> None:
        """One question with each number of connections, as far as it is not measured yet."""
        for connections in CONNECTIONS:
            left = [entrant for entrant in entrants if self._missing(question, entrant.name, connections)]
            for name, load in in_turns(left, connections, self.run.seconds, self.run.longest):
                self._keep(question, name, connections, load)

    def _entrants(self, question: Question, running: Mapping[Contender, Running]) -> Iterator[Entrant]:
        """Those who can be asked it over HTTP, and whose answer is right."""
        for contender, server in running.items():
            try:
                if contender.bodies(question):
                    yield self.entrant(question, contender, server)
            except _FAILURES as error:
                self._failed(question, contender.name, error)

    def entrant(self, question: Question, contender: Contender, running: Running) -> Entrant:
        """A server that is asked a question, once it has been asked for as long as its turns last together.

        Node compiles what is asked often while it is asked: its first second of lookups is half as fast as the rest.

        Raises:
            WrongAnswer: it does not answer what it should.
        """
        bodies = contender.bodies(question)

        def bear(connections: int, seconds: float) -> Load:
            load = self.run.load(running.url, bodies, connections, seconds)
            asyncio.run(_idle(self.url))
            return load

        took = _checked(running.url, contender, bodies[0], asyncio.run(expected(self.url, question)))
        bear(min(CONNECTIONS[-1], max(1, int(self.run.seconds / took))), self.run.seconds)
        return Entrant(contender.name, bear, took)

    def _straight(self, question: Question) -> Iterator[Entrant]:
        """Tandem's statements without Tandem."""

        def bear(at_once: int, seconds: float) -> Load:
            return asyncio.run(straight(self.url, question, at_once, seconds))

        try:
            yield Entrant(STRAIGHT, bear, bear(1, min(self.run.seconds, 1)).p50 / 1000)
        except _FAILURES as error:
            self._failed(question, STRAIGHT, error)

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

    def _missing(self, question: Question, name: str, connections: int) -> bool:
        return results.key(question.name, name, connections) not in self.found.loads

    def _failed(self, question: Question, name: str, error: Exception) -> None:
        self.found.failures.append(f"{question.name}, {name}: {type(error).__name__}: {error}")
        self.run.progress(f"FAILED: {self.found.failures[-1]}")

    def _keep(self, question: Question, name: str, connections: int, load: Load) -> None:
        self.found.loads[results.key(question.name, name, connections)] = load
        results.write(self.file, self.found)
        figures = f"{load.per_second:,.0f}/s, p50 {load.p50:.1f} ms, p99 {load.p99:.1f} ms"
        failed = f", {load.errors} FAILED" if load.errors else ""
        self.run.progress(f"{question.name}, {name}, {connections} connections: {figures}{failed}")


def _named(name: str, scale: int) -> Question:
    return next(question for question in questions(scale) if question.name == name)


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
