"""Where the server that is to be killed keeps its data: in memory, on a file system of its own that can be filled."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from domain.embedded.places import server_user
from domain.embedded.processes import process_in

_SIZE = "1g"
_FILL = "filled-by-make-faults"
_DETACH = 2  # MNT_DETACH
# Less than is written to any of PostgreSQL's files in a moment of work.
_FEW_BYTES = "65536"


@dataclass(frozen=True, slots=True)
class Place:
    """A home for one run; where nothing may be mounted the disk is not filled, but files are kept from growing."""

    home: Path
    mounted: bool
    limited: set[int] = field(default_factory=set)
    """The numbers of the processes whose files may not grow."""

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.home / "data"

    def fill(self) -> None:
        """Leave no room, or take what has become free since."""
        if not self.mounted:
            self._limit(_FEW_BYTES)
            return
        with suppress(OSError), (self.data / _FILL).open("ab") as file:
            free = os.statvfs(self.data).f_bavail * os.statvfs(self.data).f_frsize
            os.posix_fallocate(file.fileno(), file.tell(), max(1, free))
        return

    def free(self) -> None:
        """Give the room back."""
        if self.mounted:
            return (self.data / _FILL).unlink(missing_ok=True)
        self.limited.clear()
        # What is begun meanwhile has the old limit still, if it was begun by what had it.
        while self._limit("unlimited"):
            pass
        return self.limited.clear()

    def inhabitants(self) -> list[psutil.Process]:
        """The processes of the embedded servers, known by the directory in which they work."""
        homes = (self.data / "postgres", self.data / "valkey")
        found = (process_in(home, number) for number in psutil.pids() for home in homes)
        return [process for process in found if process is not None]

    def _limit(self, size: str) -> bool:
        """Let no file of PostgreSQL grow beyond a size, which its processes hand down; whether there were new ones."""
        before = len(self.limited)
        for process in self.inhabitants():
            with suppress(psutil.NoSuchProcess):
                if process.name() == "postgres" and process.pid not in self.limited:
                    _set_limit(process, size)
                    self.limited.add(process.pid)
        return len(self.limited) > before


def _set_limit(process: psutil.Process, size: str) -> None:
    """By the user of the process: root itself may need a right for it that containers do not have."""
    owner = server_user()
    done = subprocess.run(
        ["prlimit", "--pid", str(process.pid), f"--fsize={size}:"],
        capture_output=True,
        text=True,
        check=False,
        user=owner and owner.pw_uid,
        group=owner and owner.pw_gid,
        extra_groups=owner and [],
    )
    if done.returncode and process.is_running():
        raise OSError(f"the files of PostgreSQL cannot be limited: {done.stderr.strip()}")


@contextmanager
def place(*, mount: bool) -> Iterator[Place]:
    """A place that is gone afterwards, with every process that is left in it."""
    memory = Path("/dev/shm")
    home = Path(tempfile.mkdtemp(prefix="tandem-faults-", dir=memory if os.access(memory, os.W_OK) else None))
    found = Place(home, mounted=False)
    (home / "data").mkdir(mode=0o700)
    try:
        found = Place(home, mounted=mount and _mount(home / "data"))
        yield found
    finally:
        for process in found.inhabitants():
            with suppress(psutil.Error):
                process.kill()
        if found.mounted:
            _libc().umount2(os.fsencode(found.data), _DETACH)
        shutil.rmtree(home, ignore_errors=True)


def _mount(path: Path) -> bool:
    return bool(
        _libc().mount(b"tmpfs", os.fsencode(path), b"tmpfs", 0, f"size={_SIZE},mode=700".encode()) == 0
    )


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
