"""One run: each blow of the script falls while its piece of work is under way, then everything heals and is checked."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic

import psutil

from tests.faults.checking import check_jobs, check_ledgers, check_writes
from tests.faults.client import RefusedError
from tests.faults.log import Log
from tests.faults.mutations import Writer
from tests.faults.probing import served_again
from tests.faults.scene import Scene, scene
from tests.faults.script import Blow, Victim
from tests.faults.serving import Server, kill
from tests.faults.work import Finding, Harm, Work

SERVED_WITHIN_S = 15.0
"""Not served again for so long, the server is begun anew by hand, and the run has failed."""
_DONE_WITHIN_S = 180.0
_DISK_FULL_S = 3.0
_PAUSE_S = 0.05
_SETTLED_WITHIN_S = 180.0
# Work does not always take as long as it did undisturbed, and is to be met.
_MET = 0.8
# On average for each kill; it is 7 where everything heals.
_MOST_S = 30.0
_NEVER = (TimeoutError, RefusedError)
# What ends an import by itself, which would otherwise be killed with the victim.
_ENDS_IMPORTS = frozenset({Victim.POSTGRES, Victim.BACKEND, Victim.DISK})

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What followed one blow, in seconds from it: served again (None: not by itself), and the work done (None: never).

    `failures` is what clients were answered while a disk was full.
    """

    blow: Blow
    served_s: float | None
    done_s: float | None
    failures: Counter[str]


@dataclass(slots=True)
class Results:
    """A whole run."""

    seed: int
    log: Log
    outcomes: list[Outcome] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    minutes: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether nothing was lost, doubled or left undone, and it was served again each time by itself."""
        return not self.findings and all(outcome.served_s is not None for outcome in self.outcomes)


@dataclass(slots=True)
class Run:
    """The state of a run."""

    server: Server
    scene: Scene
    results: Results
    tell: Tell

    async def carry_out(self, blows: Sequence[Blow]) -> None:
        """All blows, one after the other, as far as the time goes, and the checks of the end."""
        until = monotonic() + _MOST_S * len(blows)
        async with self._written():
            for blow in blows:
                if monotonic() > until:
                    self._unfinished(blow.number, "there was no time left for this one and those after it")
                    break
                self.results.log.blow = blow.number
                try:
                    await self._try(blow, of=len(blows))
                except _NEVER as never:
                    self._unfinished(blow.number, f"{blow.doing}: {never}")
        await self._settle()
        url, log = self.server.database, self.results.log
        self.results.findings += [
            *await check_writes(log, url),
            *await check_ledgers(url),
            *await check_jobs(url),
        ]

    async def _try(self, blow: Blow, *, of: int) -> None:
        work = self.scene.work(blow.number, blow.doing)
        await work.prepare()
        doing = asyncio.create_task(_ended(work))
        try:
            await asyncio.sleep(blow.moment * _MET * self.scene.lengths[blow.doing])
            outcome = await self._strike(blow, work, doing)
        finally:
            doing.cancel()
        found = [] if outcome.done_s is None else await work.check()
        self.results.outcomes.append(outcome)
        self.results.findings += found
        self.tell(
            f"{blow.number} of {of}  {_told(outcome)}{''.join(f'; {one.harm}: {one.words}' for one in found)}"
        )

    async def _strike(self, blow: Blow, work: Work, doing: asyncio.Task[float]) -> Outcome:
        known = self.results.log.failures.copy()
        if blow.victim is Victim.DISK:
            await self._fill()
            since, back = monotonic(), _at_once
        else:
            since, back = await self._kill(blow)
        failures = self.results.log.failures - known
        if blow.victim not in _ENDS_IMPORTS:
            work.spoil()
        client = self.scene.client
        served = await served_again(client, since, back, within_s=SERVED_WITHIN_S)
        if served is None:
            await asyncio.to_thread(self._begin_anew)
        return Outcome(blow, served, await self._done(blow, doing, since), failures)

    async def _kill(self, blow: Blow) -> tuple[float, Callable[[], bool]]:
        there = await self._candidates(blow.victim)
        chosen = there[blow.choice % len(there)]
        kill(chosen)
        return monotonic(), lambda: self._is_back(blow.victim, chosen, len(there))

    async def _candidates(self, victim: Victim) -> list[psutil.Process]:
        """The processes that can be killed; waited for, since one may have ended at this moment by itself."""
        async with asyncio.timeout(SERVED_WITHIN_S):
            while True:
                if found := self.server.candidates(victim):
                    return found
                await asyncio.sleep(_PAUSE_S)

    def _is_back(self, victim: Victim, killed: psutil.Process, many: int) -> bool:
        there = self.server.candidates(victim)
        wanted = 1 if victim is Victim.BACKEND else many
        return len(there) >= wanted and killed.pid not in {process.pid for process in there}

    async def _fill(self) -> None:
        until = monotonic() + _DISK_FULL_S
        try:
            while monotonic() < until:
                self.server.place.fill()
                await asyncio.sleep(_PAUSE_S)
        finally:
            self.server.place.free()

    async def _done(self, blow: Blow, doing: asyncio.Task[float], since: float) -> float | None:
        try:
            async with asyncio.timeout(_DONE_WITHIN_S):
                return max(0.0, await doing - since)
        except _NEVER as never:
            self._unfinished(blow.number, f"{blow.doing}: {never}")
            return None

    def _unfinished(self, number: int, words: str) -> None:
        self.results.findings.append(Finding(Harm.UNFINISHED, number, words))

    def _begin_anew(self) -> None:
        self.server.end()
        self.server.begin()

    async def _settle(self) -> None:
        """Wait for the jobs that are still to be done; those that are not by then are found by the checks."""
        until = monotonic() + _SETTLED_WITHIN_S
        while monotonic() < until:
            if not await check_jobs(self.server.database):
                return
            await asyncio.sleep(1)

    @asynccontextmanager
    async def _written(self) -> AsyncIterator[None]:
        """Have writers write all the time; each ends what it began."""
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            for writer in self.scene.writers:
                group.create_task(self._keep_writing(writer, stop))
            try:
                yield
            finally:
                stop.set()

    async def _keep_writing(self, writer: Writer, stop: asyncio.Event) -> None:
        try:
            await writer.keep_writing(stop)
        except _NEVER as never:
            self._unfinished(self.results.log.blow, f"a writer gave up: {never}")


async def _ended(work: Work) -> float:
    """Do the work; when it was done."""
    await work.act()
    return monotonic()


async def run(server: Server, blows: Sequence[Blow], seed: int, tell: Tell) -> Results:
    """Set the scene, rehearse, and carry the script out."""
    began, log = monotonic(), Log(server.place.home / "writes.jsonl")
    there = await scene(server, log, tell)
    results = Results(seed, log, findings=await there.rehearse(tell))
    await Run(server, there, results, tell).carry_out(blows)
    results.minutes = (monotonic() - began) / 60
    return results


def _at_once() -> bool:
    return True


def _told(outcome: Outcome) -> str:
    blow = outcome.blow
    served = (
        f"not served in {SERVED_WITHIN_S:.0f} s"
        if outcome.served_s is None
        else f"served after {outcome.served_s:.2f} s"
    )
    done = "never done" if outcome.done_s is None else f"done after {outcome.done_s:.2f} s"
    return f"{blow.victim} during {blow.doing}: {served}, {done}"
