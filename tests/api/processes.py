"""Tandem's commands as processes, for tests of what only a process can show."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from domain.embedded.processes import anybody_in

_TANDEM = [sys.executable, "-m", "api.cli"]


def run(data_dir: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [*_TANDEM, *words],
        env=os.environ | {"TANDEM_DATA_DIR": str(data_dir)} | environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


@contextmanager
def begun(data_dir: Path, *words: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """Begin a command, as from a terminal; it is killed at the end of the context."""
    with subprocess.Popen(
        [*_TANDEM, *words],
        env=os.environ | {"TANDEM_DATA_DIR": str(data_dir)} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        # Where the tests run in the background, Ctrl-C is ignored, and what they begin would inherit that.
        preexec_fn=_heed_interrupts,  # noqa: PLW1509 - nothing here has threads
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _heed_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def free_port() -> int:
    """A port on which nobody listens."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    """Whether a server could listen on that port."""
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def nothing_runs(data_dir: Path) -> bool:
    """Whether no server works in that data directory."""
    return not any(anybody_in(data_dir / name) for name in ("postgres", "valkey"))


def eventually(so: Callable[[], bool]) -> bool:
    """Whether it comes to be so within a minute."""
    deadline = time.monotonic() + 60
    while not so():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
