"""`tandem serve` as somebody runs it, and its processes one by one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

from domain.embedded.postgres import Cluster
from domain.embedded.processes import process_in
from tests.api.processes import eventually, free_port
from tests.faults.place import Place
from tests.faults.script import Victim

_ORDERLY_S = 40
TANDEM = (sys.executable, "-m", "api.cli")


@dataclass(slots=True)
class Server:
    """One `tandem serve`, which can be begun again if it does not heal."""

    place: Place
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def database(self) -> str:
        """Where its database is reached, for asyncpg."""
        return Cluster(self.place.data / "postgres").url.replace("+asyncpg", "")

    @property
    def environment(self) -> dict[str, str]:
        """What its processes are told: nothing of the settings of whoever runs this."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TANDEM_")}
        return kept | {"TANDEM_DATA_DIR": str(self.place.data), "TANDEM_COST_PER_MINUTE": "0"}

    def begin(self) -> None:
        """Start it, and wait until it answers."""
        with (self.place.home / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*TANDEM, "serve", "--port", str(self.port)],
                env=self.environment,
                stdout=log,
                stderr=log,
                # Ctrl-C is for us, who stop it then.
                start_new_session=True,
            )
        if not eventually(self._answers):
            raise RuntimeError(f"tandem serve does not answer: see {self.place.home / 'server.log'}")

    def end(self) -> None:
        """Stop it, in the orderly way if it can."""
        if self.process is None:
            return
        parts = self._parts()
        self.process.terminate()
        try:
            self.process.wait(_ORDERLY_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for part in parts:
            with suppress(psutil.Error):
                part.kill()
        self.process = None

    def candidates(self, victim: Victim) -> list[psutil.Process]:
        """The living processes that can be killed as that."""
        match victim:
            case Victim.POSTGRES:
                return self._listed("postgres", "postmaster.pid")
            case Victim.VALKEY:
                return self._listed("valkey", "valkey.pid")
            case Victim.BACKEND:
                backends = [
                    child for each in self._listed("postgres", "postmaster.pid") for child in _children(each)
                ]
                return [each for each in backends if _words(each).startswith("postgres: postgres tandem")]
            case Victim.WORKER:
                return [each for each in self._parts() if " worker --parent" in _words(each)]
            case _:
                found = [each for each in self._parts() if " api --" in _words(each)]
                return [*found, *(child for each in found for child in _children(each) if _serves(child))]

    def _parts(self) -> list[psutil.Process]:
        assert self.process is not None
        return _children(psutil.Process(self.process.pid), deep=True)

    def _listed(self, name: str, file: str) -> list[psutil.Process]:
        home = self.place.data / name
        found = process_in(home, _number_in(home / file))
        return [] if found is None else [found]

    def _answers(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            raise RuntimeError(f"tandem serve ended: see {self.place.home / 'server.log'}")
        with suppress(httpx.HTTPError):
            return httpx.get(f"{self.url}/healthz", trust_env=False).is_success
        return False


@contextmanager
def serving(place: Place) -> Iterator[Server]:
    """A server that is stopped at the end."""
    server = Server(place)
    try:
        server.begin()
        yield server
    finally:
        server.end()


def kill(process: psutil.Process) -> None:
    """Kill it as the kernel would that has no memory left."""
    with suppress(psutil.NoSuchProcess):
        process.send_signal(signal.SIGKILL)


def _children(process: psutil.Process, *, deep: bool = False) -> list[psutil.Process]:
    try:
        return process.children(recursive=deep)
    except psutil.Error:
        return []


def _words(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def _serves(process: psutil.Process) -> bool:
    """Whether it is one of granian's that answers, and not the helper that only tidies up after it."""
    return "resource_tracker" not in _words(process)


def _number_in(file: Path) -> int:
    try:
        return int(file.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return 0
