"""PostgreSQL's own programs for backups: which ones fit a server, and how they reach it.

Where a server is and who asks is told to them by their environment, which only their own user can read; nothing of it
stands among their words, where everybody can.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.embedded import postgres
from domain.errors import Refused

_OF_LIBPQ: Final = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "passfile": "PGPASSFILE",
    "dbname": "PGDATABASE",
    "database": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "sslcrl": "PGSSLCRL",
}
APPLICATION: Final = "tandem restore or backup"
"""What the programs call themselves, for whoever looks who is at work in a database."""

_LONGEST_LINE: Final = 1 << 20

_SERVER: Final = text(
    """
    SELECT current_setting('server_version_num')::int / 10000,
        coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false)
    """
)


@dataclass(frozen=True, slots=True)
class Programs:
    """The programs in a directory, and the environment by which they reach one server and one database."""

    directory: Path
    environment: Mapping[str, str]

    @asynccontextmanager
    async def begun(self, name: str, *words: str, given: bool = False) -> AsyncIterator[Process]:
        """A program at work, with pipes; `given` says that it reads from one. It ends with the context."""
        process = await asyncio.create_subprocess_exec(
            self.directory / name,
            *words,
            stdin=PIPE if given else asyncio.subprocess.DEVNULL,
            stdout=PIPE,
            stderr=PIPE,
            cwd="/",
            env=self.environment,
            limit=_LONGEST_LINE,
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()
            if process.stdin is not None:
                # What was on its way to it when it ended is nobody's.
                process.stdin.close()
                with suppress(ConnectionError):
                    await process.stdin.wait_closed()


async def programs_for(connection: AsyncConnection, host: str) -> Programs:
    """Programs that can speak with a server, which a connection leads to, and is at the URL of one host.

    Those that come with Tandem speak no TLS, so a server that was met by it needs those of the system.

    Raises:
        Refused: PROGRAMS_TOO_OLD or PROGRAMS_WITHOUT_TLS.
    """
    version, encrypted = (await connection.execute(_SERVER)).one()
    environment = _reaching(host, encrypted=encrypted)
    if not encrypted and version <= int(postgres.VERSION):
        return Programs(postgres.programs(), environment)
    there, found = await asyncio.to_thread(_of_the_system)
    if there is not None and found >= version:
        return Programs(there, environment)
    install = (
        f"install PostgreSQL's client programs of version {version} or newer, so that pg_dump is in PATH."
    )
    if version > int(postgres.VERSION):
        raise Refused(
            "PROGRAMS_TOO_OLD",
            f"The server is PostgreSQL {version}, and no pg_dump is here that can read it: {install}",
        )
    raise Refused(
        "PROGRAMS_WITHOUT_TLS",
        f"The server is reached by TLS, which the programs that come with Tandem do not speak: {install}",
    )


def _of_the_system() -> tuple[Path | None, int]:
    """Where PATH has PostgreSQL's programs, and of which version."""
    there = shutil.which("pg_dump")
    if there is None:
        return None, 0
    said = subprocess.run([there, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603 - found in PATH
    found = re.search(r"\d+", said)
    return Path(there).parent, int(found[0]) if found else 0


def _reaching(host: str, *, encrypted: bool) -> dict[str, str]:
    """The environment in which libpq reaches what the URL of one host names, as asyncpg does."""
    kept = {name: value for name, value in os.environ.items() if name.startswith("PG") or name == "HOME"}
    environment = kept | {
        "LC_ALL": "C",
        "PGAPPNAME": APPLICATION,
        "PATH": os.environ.get("PATH", os.defpath),
        "PGCONNECT_TIMEOUT": "10",
    }
    if encrypted:
        # Never less than the connection that we have ourselves.
        environment["PGSSLMODE"] = "require"
    options = []
    for name, value in _parts(host).items():
        if name in _OF_LIBPQ:
            if name != "sslmode" or value not in {"allow", "prefer"}:
                environment[_OF_LIBPQ[name]] = value
        elif name != "application_name":
            # What asyncpg does not know it sends to the server as a setting of the session.
            escaped = re.sub(r"([\\\s])", r"\\\1", value)
            options.append(f"-c {name}={escaped}")
    if options:
        environment["PGOPTIONS"] = " ".join(options)
    return environment


def _parts(host: str) -> dict[str, str]:
    url = make_url(host)
    written = {
        "host": url.host,
        "port": url.port and str(url.port),
        "user": url.username,
        "password": url.password,
        "dbname": url.database,
    }
    return {name: value for name, value in written.items() if value} | dict(parse_qsl(urlsplit(host).query))
