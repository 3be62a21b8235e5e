"""Servers as processes that nobody waits for: which one is running where, and how it is awaited."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

from domain.errors import Refused

PATIENCE_S = 60.0
"""How many seconds a server may take to start or to stop."""

_PAUSE_S = 0.005


def process_in(directory: Path, pid: int) -> psutil.Process | None:
    """The living process with that number, if it works in that directory: numbers are given anew, directories not."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE or process.cwd() != str(directory):
            return None
    except psutil.Error:
        return None
    return process


def those_in(directory: Path) -> Iterator[psutil.Process]:
    """The processes that work in that directory."""
    found = (process_in(directory, number) for number in psutil.pids())
    return (process for process in found if process is not None)


def anybody_in(directory: Path) -> bool:
    """Whether any process works in that directory."""
    return any(those_in(directory))


def wait_until(done: Callable[[], bool], *, otherwise: Callable[[], Refused]) -> None:
    """Wait until something is so, for a minute at most.

    Raises:
        Refused: it did not come to be so; `otherwise` says what is told.
    """
    if not comes_true(done):
        raise otherwise()


def comes_true(done: Callable[[], bool], patience_s: float = PATIENCE_S) -> bool:
    """Wait until something is so; whether it came to be so within that many seconds."""
    deadline = time.monotonic() + patience_s
    while not done():
        if time.monotonic() > deadline:
            return False
        time.sleep(_PAUSE_S)
    return True
