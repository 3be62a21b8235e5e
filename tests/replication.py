"""PostgreSQL servers of which one follows the other, made by its own programs, for tests of more than one machine."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from domain.embedded import places, postgres
from tests.api.processes import free_port

_OPTIONS = {
    "listen_addresses": "127.0.0.1",
    # pg_rewind stumbles over a socket among the data.
    "unix_socket_directories": "",
    "timezone": "UTC",
    "fsync": "off",
    "shared_buffers": "32MB",
    "max_wal_senders": "8",
    "io_method": "sync",
}


@dataclass(frozen=True, slots=True)
class Server:
    """A PostgreSQL on a port of this machine."""

    home: Path
    port: int

    @property
    def address(self) -> str:
        """Its host and port, as URLs have them."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """Where its database is."""
        return url_of(self)

    def start(self, **options: str) -> None:
        """Have it running, and answering."""
        given = _OPTIONS | {"port": str(self.port)} | options
        words = " ".join(f"-c {name}='{value}'" for name, value in given.items())
        run("pg_ctl", "start", "--wait", "-D", self.home, "-l", self.home / "log", "-o", words)

    def stop(self) -> None:
        """Stop it, if it runs."""
        if (self.home / "postmaster.pid").exists():
            run("pg_ctl", "stop", "--wait", "--mode=immediate", "-D", self.home)

    def promote(self) -> None:
        """Have a standby take changes."""
        run("pg_ctl", "promote", "--wait", "-D", self.home)

    def kill(self) -> None:
        """End all of its processes at once, as if its machine had gone."""
        first = psutil.Process(int((self.home / "postmaster.pid").read_text().split()[0]))
        processes = [first, *first.children()]
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(processes, timeout=60)
        (self.home / "postmaster.pid").unlink()

    def follow(self, other: Server) -> None:
        """Take back what the other has not, and stand by it; what its machine left behind is started first."""
        run(
            *("pg_rewind", f"--target-pgdata={self.home}", f"--source-server={other.url}", "--no-sync"),
            "--write-recovery-conf",
        )

    def ask(self, statement: str) -> None:
        """Have it carry out a statement."""
        run("psql", "--quiet", "--command", statement, self.url)


def url_of(*servers: Server, target: str | None = None) -> str:
    """The URL that names all of them."""
    hosts = ",".join(server.address for server in servers)
    return f"postgresql://postgres@{hosts}/tandem" + (f"?target_session_attrs={target}" if target else "")


@contextmanager
def primary(prepared: Path, home: Path, **options: str) -> Iterator[Server]:
    """A server with every table and no row, for as long as the context lasts."""
    subprocess.run(["cp", "-a", prepared / "postgres", home], check=True)
    places.let_pass(home)
    server = Server(home, free_port())
    with ExitStack() as stack:
        stack.callback(server.stop)
        server.start(**options)
        yield server


@contextmanager
def standby(of: Server, home: Path, **options: str) -> Iterator[Server]:
    """A server that follows another, for as long as the context lasts."""
    places.private_directory(home, places.server_user())
    run(
        *("pg_basebackup", "--pgdata", home, "--write-recovery-conf", "--wal-method=stream", "--no-sync"),
        *("--checkpoint=fast", "--host=127.0.0.1", f"--port={of.port}", "--username=postgres"),
    )
    server = Server(home, free_port())
    with ExitStack() as stack:
        stack.callback(server.stop)
        server.start(**options)
        yield server


def run(program: str, *words: str | Path) -> None:
    """Run one of PostgreSQL's programs as whoever its servers run as."""
    postgres.run(program, *words, owner=places.server_user())
