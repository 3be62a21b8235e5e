"""What this server counts of its own work, for Prometheus; no label has anything that a caller can choose.

Where `tandem api` serves with several processes they count together, in files of a directory that it makes
(https://prometheus.github.io/client_python/multiprocess/).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from importlib.metadata import version
from pathlib import Path

import psutil
from litestar.types import Scope
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from graph.answers import Answer

DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"
"""The variable by which the processes of one server are told where they count together."""

_own = CollectorRegistry()
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

_requests = Histogram(
    "tandem_request_seconds",
    "How long requests took, by the route that answered them.",
    ["route", "method", "status"],
    buckets=_SECONDS,
    registry=_own,
)
_statements = Histogram(
    "tandem_statement_seconds",
    "How long statements took: those that read, and those of transactions that change something.",
    ["kind"],
    buckets=_SECONDS,
    registry=_own,
)
_refusals = Counter(
    "tandem_refusals", "What was refused, by the code that the caller was told.", ["code"], registry=_own
)
_cost = Counter("tandem_cost_rows", "What requests were charged, in rows that they can touch.", registry=_own)
_info = Gauge(
    "tandem_info", "The version that runs.", ["version"], registry=_own, multiprocess_mode="livemax"
)
_info.labels(version("tandem")).set(1)

_reads, _writes = _statements.labels("read"), _statements.labels("write")
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
        _reads.observe(seconds)


def write_took(seconds: float) -> None:
    """Count a statement of a transaction."""
    if not _unseen.get():
        _writes.observe(seconds)


_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})


def method_of(scope: Scope) -> str:
    """The method of a request; of those that nobody should use, OpenTelemetry's word for them."""
    method = str(scope.get("method"))
    return method if method in _METHODS else "_OTHER"


def answered(route: str, method: str, status: int, seconds: float) -> None:
    """Count a request that was answered; `route` is a path as the application declares it."""
    _requests.labels(route, method, status).observe(seconds)


def charged(answer: Answer) -> None:
    """Count what a GraphQL answer cost and what it refused."""
    _cost.inc(answer.cost)
    refused(answer.codes)


def refused(codes: Iterable[str]) -> None:
    """Count refusals by their codes. A mistake of ours counts whoever meets it, as the log has it too."""
    for code in codes:
        if code == "INTERNAL" or not _unseen.get():
            _refusals.labels(code).inc()


def counted() -> bytes:
    """All that was counted, by all processes of this server, in Prometheus's text format."""
    directory = os.environ.get(DIRECTORY)
    if directory is None:
        return generate_latest(_own)
    _forget_dead(Path(directory))
    together = CollectorRegistry()
    MultiProcessCollector(together, path=directory)  # type: ignore[no-untyped-call]
    return generate_latest(together)


def _forget_dead(directory: Path) -> None:
    """What a process that is gone had at that moment is gone too; what it had counted stays."""
    for file in directory.glob("gauge_live*_*.db"):
        number = int(file.stem.rpartition("_")[2])
        if not psutil.pid_exists(number):
            mark_process_dead(number, str(directory))  # type: ignore[no-untyped-call]
