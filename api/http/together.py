"""Where the processes of one server count together: files that each maps into its memory.

A file that has no room would end the process that writes to it at once (SIGBUS), so its room is taken beforehand, and
where memory can hold the files, no disk has to. This must be done before anything of Prometheus's library is imported
(https://prometheus.github.io/client_python/multiprocess/).
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"
"""The variable by which processes are told where they count together."""

ROOM = {"histogram": 1 << 20, "counter": 1 << 16, "gauge_livesum": 1 << 16, "gauge_livemax": 1 << 16}
"""How many bytes the file of each kind takes: some 300 routes by status, and each code three times over."""

_PREFIX = "tandem-metrics-"
_IN_MEMORY = Path("/dev/shm")  # noqa: S108 - a directory of our own is made in it
# Between being made and being locked, a directory is nobody's.
_ABANDONED_AFTER_S = 60.0


@contextmanager
def counting_together() -> Iterator[None]:
    """A directory in which the processes of one server count together, for as long as it serves.

    Those that servers left behind which were killed are removed.
    """
    home = _IN_MEMORY if os.access(_IN_MEMORY, os.W_OK | os.X_OK) else Path(tempfile.gettempdir())
    for left in home.glob(f"{_PREFIX}*"):
        _remove_abandoned(left)
    with (
        tempfile.TemporaryDirectory(prefix=_PREFIX, dir=home, ignore_cleanup_errors=True) as directory,
        _opened(Path(directory)) as lock,
    ):
        fcntl.flock(lock, fcntl.LOCK_EX)
        os.environ[DIRECTORY] = directory
        yield


def take_room() -> bool:
    """Take the room that this process needs to count with others; whether there was any, or it counts alone."""
    directory = os.environ.get(DIRECTORY)
    if directory is None:
        return True
    try:
        for kind in ROOM:
            make(Path(directory), kind, os.getpid())
    except OSError:
        del os.environ[DIRECTORY]
        for kind in ROOM:
            file_of(Path(directory), kind, os.getpid()).unlink(missing_ok=True)
        return False
    return True


def make(directory: Path, kind: str, number: int) -> Path:
    """The file in which a process counts, with all the room that it needs.

    Raises:
        OSError: there is no room.
    """
    file = file_of(directory, kind, number)
    if not file.exists():
        file.write_bytes(bytes(ROOM[kind]))
    return file


def file_of(directory: Path, kind: str, number: int) -> Path:
    """Where Prometheus's library has the counts of that kind of the process with that number."""
    return directory / f"{kind}_{number}.db"


def _remove_abandoned(directory: Path) -> None:
    # What is somebody else's cannot be opened, what is in use not locked.
    with suppress(OSError), _opened(directory) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if time.time() - os.fstat(lock).st_mtime > _ABANDONED_AFTER_S:
            shutil.rmtree(directory)


@contextmanager
def _opened(directory: Path) -> Iterator[int]:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
