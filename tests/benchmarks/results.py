"""What was measured on a portfolio of one size: kept in a file, so that a run that was stopped goes on where it was."""

from __future__ import annotations

import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import msgspec
import psutil

from tests.benchmarks.load import Load


class Compiled(msgspec.Struct, frozen=True):
    """Summaries compiled one after the other in a process of their own; memory in bytes."""

    sponsors: int
    of: int
    seconds_each: float
    memory_early: int
    memory_late: int


class Published(msgspec.Struct, frozen=True):
    """A large round published, and then small ones, in a process of its own; memory in bytes."""

    large_s: float
    rounds: int
    seconds_each: float
    memory_early: int
    memory_late: int


class Results(msgspec.Struct):
    """All figures of one run. The keys of `loads` are question, contender and connections."""

    scale: int
    began: str
    machine: str
    versions: dict[str, str]
    server: str = ""
    loads: dict[str, Load] = {}
    failures: list[str] = []
    """Who could not answer what, and what was answered instead."""
    memory: list[tuple[int, int]] = []
    """After how many requests the server had how many bytes."""
    pages: list[Load] = []
    """A page of the small portfolio and of this one, in turns."""
    compiled: Compiled | None = None
    small_compiled: Compiled | None = None
    published: Published | None = None
    finished: bool = False

    def load(self, question: str, contender: str, connections: int) -> Load | None:
        """One load, if it was measured and answered anything."""
        found = self.loads.get(key(question, contender, connections))
        return found if found is not None and found.requests else None


def key(question: str, contender: str, connections: int) -> str:
    """The name under which a load is kept."""
    return f"{question} | {contender} | {connections}"


def read(file: Path, scale: int) -> Results:
    """What an unfinished run of the same versions left, or nothing yet."""
    fresh = Results(scale, f"{datetime.now(UTC):%-d %B %Y}", machine(), _versions())
    if file.exists():
        left = msgspec.json.decode(file.read_bytes(), type=Results)
        # Node's versions become known while it is measured.
        same = fresh.versions.items() <= left.versions.items() and left.began == fresh.began
        if same and not left.finished:
            return left
    return fresh


def write(file: Path, results: Results) -> None:
    """Keep it; a reader never finds half of it."""
    new = file.with_suffix(".new")
    new.write_bytes(msgspec.json.format(msgspec.json.encode(results)))
    new.rename(file)


def machine() -> str:
    """What this runs on, in a few words."""
    cores, memory = psutil.cpu_count(), psutil.virtual_memory().total / 2**30
    return (
        f"{_processor()}, {cores} cores, {memory:.0f} GiB of memory, {platform.system()} {platform.release()}"
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _versions() -> dict[str, str]:
    named = ("strawberry-graphql", "graphql-core", "sqlalchemy", "asyncpg", "litestar", "granian", "uvicorn")
    return {"Python": platform.python_version(), **{name: version(name) for name in named}}


def read_all(home: Path) -> list[Results]:
    """The finished runs of all sizes, the smallest portfolio first."""
    files = (msgspec.json.decode(file.read_bytes(), type=Results) for file in home.glob("results-*.json"))
    return sorted((found for found in files if found.finished), key=lambda found: found.scale)
