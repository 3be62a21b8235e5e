"""Sharing a server between processes: the first one starts it, the last one stops it, a killed one blocks nobody."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def leased(home: Path, start: Callable[[], None], stop: Callable[[], None]) -> Iterator[None]:
    """Use the server that lives in `home` as one of its users.

    `start` must take over a server that is running already, `stop` must bear one that is not. Neither ever runs at
    the same time as any other, in whatever process: who arrives while the last one leaves waits, and starts afresh.
    """
    with _file(home.with_suffix(".starting")) as turn, _file(home.with_suffix(".users")) as users:
        try:
            with _locked(turn):
                fcntl.flock(users, fcntl.LOCK_SH)
                start()
            yield
        finally:
            with _locked(turn):
                if _last(users):
                    stop()


_open: set[int] = set()


@contextmanager
def _file(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    _open.add(descriptor)
    try:
        yield descriptor
    finally:
        _open.discard(descriptor)
        os.close(descriptor)


def _let_go() -> None:
    """In a process that was forked: a lease is its parent's alone, and must end with its parent."""
    while _open:
        os.close(_open.pop())


os.register_at_fork(after_in_child=_let_go)


@contextmanager
def _locked(descriptor: int) -> Iterator[None]:
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


def _last(users: int) -> bool:
    """Whether nobody else holds a lease; either way ours is given back."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
