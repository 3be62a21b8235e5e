"""What this server counts of its own work, for Prometheus; no label has anything that a caller can choose.

What happens while somebody waits is noted, and counted a moment later. Where `tandem api` serves with several processes
they count together; see `api.http.together`.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from importlib.metadata import version
from pathlib import Path

import psutil
from litestar.types import Scope
from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector

from api.http.tallies import Tally
from api.http.together import DIRECTORY, make
from graph.answers import Answer

_own = CollectorRegistry()

_requests = Tally(
    "tandem_request_seconds",
    "How long requests took, by the route that answered them.",
    ["route", "method", "status", "operation"],
    _own,
)
_statements = Tally(
    "tandem_statement_seconds",
    "How long statements took: those that read, and those of transactions that change something.",
    ["kind"],
    _own,
)
_READ, _WRITE = ("read",), ("write",)
_statements.show(*_READ)
_statements.show(*_WRITE)
_refusals = Counter(
    "tandem_refusals", "What was refused, by the code that the caller was told.", ["code"], registry=_own
)
# A count that is first seen at one has not risen, as far as Prometheus can know, and no alert would tell of it.
_refusals.labels("INTERNAL")
_cost = Counter("tandem_cost_rows", "What requests were charged, in rows that they can touch.", registry=_own)
_spent: list[int] = []
_late = Tally(
    "tandem_loop_delay_seconds",
    "How late a process did what was due, which it notes four times a second.",
    (),
    _own,
)
_connections = Gauge(
    "tandem_database_connections",
    "Connections that are open: those that read, those of transactions, and those to replicas.",
    ["pool", "state"],
    registry=_own,
    multiprocess_mode="livesum",
)
_info = Gauge(
    "tandem_info", "The version that runs.", ["version"], registry=_own, multiprocess_mode="livemax"
)
_info.labels(version("tandem")).set(1)

_unseen: ContextVar[bool] = ContextVar("unseen", default=False)


@contextmanager
def uncounted() -> Iterator[None]:
    """Count nothing of what is done in this context: when somebody answers is nobody's business."""
    before = _unseen.set(True)
    try:
        yield
    finally:
        _unseen.reset(before)


def read_took(seconds: float) -> None:
    """Count a statement that read."""
    if not _unseen.get():
        _statements.note((_READ, seconds))


def write_took(seconds: float) -> None:
    """Count a statement of a transaction."""
    if not _unseen.get():
        _statements.note((_WRITE, seconds))


_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})


def method_of(scope: Scope) -> str:
    """The method of a request; of those that nobody should use, OpenTelemetry's word for them."""
    method = str(scope.get("method"))
    return method if method in _METHODS else "_OTHER"


def answered(route: str, method: str, status: int, operation: str, seconds: float) -> None:
    """Count a request that was answered.

    `route` is a path as the application declares it; `operation` is a trusted document's name, a kind, or empty.
    """
    _requests.note(((route, method, status, operation), seconds))


def late(seconds: float) -> None:
    """Count by how much the event loop was late."""
    _late.note(((), seconds))


def connected(pool: str, used: int, idle: int) -> None:
    """Note how many connections of that kind are open."""
    _connections.labels(pool, "used").set(used)
    _connections.labels(pool, "idle").set(idle)


def charged(answer: Answer) -> None:
    """Count what a GraphQL answer cost and what it refused."""
    _spent.append(answer.cost)
    if answer.codes:
        refused(answer.codes)


def refused(codes: Iterable[str]) -> None:
    """Count refusals by their codes. A mistake of ours counts whoever meets it, as the log has it too."""
    for code in codes:
        if code == "INTERNAL" or not _unseen.get():
            _refusals.labels(code).inc()


def count() -> None:
    """Count what was noted: it is seen from then on."""
    for tally in (_requests, _statements, _late):
        tally.count()
    _cost.inc(sum(_spent))
    _spent.clear()


def counted() -> bytes:
    """All that was counted, by all processes of this server, in Prometheus's text format.

    It takes 10 ms with several processes, which is too long for an event loop.
    """
    directory = os.environ.get(DIRECTORY)
    if directory is None:
        return generate_latest(_own)
    # One scrape at a time, for what is being added up would be missed or seen twice.
    with (Path(directory) / "turn").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        _take_over_from_dead(Path(directory))
        together = CollectorRegistry()
        MultiProcessCollector(together, path=directory)  # type: ignore[no-untyped-call]
        return generate_latest(together)


# No process has this number.
_NOBODY = 0


def _take_over_from_dead(directory: Path) -> None:
    """What processes had counted that are gone stays, in one file of each kind; what they had at a moment is gone."""
    for file in directory.glob("*.db"):
        kind, _, number = file.stem.rpartition("_")
        if int(number) == _NOBODY or psutil.pid_exists(int(number)):
            continue
        if not kind.startswith("gauge"):
            try:
                _add(file, make(directory, kind, _NOBODY))
            except OSError:
                # There is no room to add them up, so the file stays as it is.
                continue
        file.unlink()


def _add(file: Path, kept: Path) -> None:
    sums = MmapedDict(str(kept))  # type: ignore[no-untyped-call]
    for key, value, _, _ in MmapedDict.read_all_values_from_file(file):  # type: ignore[no-untyped-call]
        sums.write_value(key, sums.read_value(key)[0] + value, 0.0)  # type: ignore[no-untyped-call]
    sums.close()  # type: ignore[no-untyped-call]
