"""Sharing a server between processes: the first one starts it, the last one stops it, a killed one blocks nobody.

Whoever uses a server looks after it too: one that was killed is started again by the first who sees it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

import structlog

from domain.errors import Refused

LONGEST_LOG = 1_000_000
"""How many bytes a server's log has before it is put aside. As many again are kept of what was put aside last."""

_LOOK_EVERY_S = 0.5

# A command's standard output is for its answer.
log = structlog.wrap_logger(structlog.WriteLogger(sys.stderr))


class Server(Protocol):
    """A server that lives in a directory and is no child of whoever uses it."""

    @property
    def home(self) -> Path:
        """The directory."""
        ...

    def start(self) -> None:
        """Have it running and ready; one that is running already is taken over."""
        ...

    def stop(self) -> None:
        """Have it stopped; one that is not running is borne."""
        ...

    def runs(self) -> bool:
        """Whether it has a process, ready or not."""
        ...

    @property
    def log(self) -> Path:
        """What it says of itself."""
        ...


@contextmanager
def leased(server: Server) -> Iterator[None]:
    """Use a server as one of its users, and start it again should it be killed.

    Neither its start nor its stop ever runs at the same time as any other, in whatever process: who arrives while the
    last one leaves waits, and starts afresh.
    """
    home = server.home
    with _file(home.with_suffix(".starting")) as turn, _file(home.with_suffix(".users")) as users:
        try:
            with _locked(turn):
                fcntl.flock(users, fcntl.LOCK_SH)
                server.start()
            with _watched(server, turn):
                yield
        finally:
            with _locked(turn):
                if _last(users):
                    server.stop()


@contextmanager
def _watched(server: Server, turn: int) -> Iterator[None]:
    """Look after the server in a thread, as long as the context lasts."""
    over = threading.Event()
    thread = threading.Thread(
        target=_watch, args=[server, turn, over], daemon=True, name=f"{server.home.name} watch"
    )
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _watch(server: Server, turn: int, over: threading.Event) -> None:
    while not over.wait(_LOOK_EVERY_S):
        if not server.runs():
            with _locked(turn):
                _start_again(server)
        elif _is_long(server.log):
            with _locked(turn):
                _rotate(server.log)


def _start_again(server: Server) -> None:
    """Start it, unless somebody else has just done so. Where that fails, as on a full disk, it is tried again."""
    try:
        if not server.runs():
            log.warning("embedded server gone", server=server.home.name)
            server.start()
            log.warning("embedded server started again", server=server.home.name)
    except (Refused, OSError) as error:
        log.warning("embedded server does not start", server=server.home.name, reason=str(error))


def _is_long(file: Path) -> bool:
    try:
        return file.stat().st_size > LONGEST_LOG
    except OSError:
        return False


def _rotate(file: Path) -> None:
    """Put what a log says aside, in the place of what was put aside before; its server goes on writing to it."""
    if _is_long(file):
        with suppress(OSError):
            shutil.copyfile(file, file.with_name(f"{file.name}.1"))
            os.truncate(file, 0)


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
