"""Connections that read, kept open and handed from one statement to the next."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter
from types import TracebackType
from typing import TypeAlias

import asyncpg

from domain.hosts import connect

_MOST = 10

# What Postgres keeps prepared on a connection for five minutes: how many statements, and of how many bytes at most. The
# largest of a summary has 62,000, takes 3 MB to keep, and ten times as long to plan as to run.
_KEPT = 40
_LARGEST_KEPT = 100_000


@dataclass(frozen=True, slots=True)
class Open:
    """How many connections are open: those in use, and those kept for the next statement."""

    used: int
    idle: int


Timing: TypeAlias = Callable[[float], None]
"""What is told how many seconds a statement took."""


class Lent:
    """A connection for as long as a context lasts; written out, since each read would wait for a generator."""

    __slots__ = ("_began", "_connection", "_readers")

    def __init__(self, readers: Readers) -> None:
        self._readers = readers

    async def __aenter__(self) -> asyncpg.Connection:
        self._connection = await self._readers.take()
        self._began = perf_counter()
        return self._connection

    async def __aexit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        for told in self._readers.timings:
            told(perf_counter() - self._began)
        await self._readers.give_back(self._connection, failed=kind is not None)


class Readers:
    """Driver connections to one database, up to ten: who comes when all are in use waits for one.

    They go to the first of the hosts, given by their URLs, that takes changes, or to the only one. `timings` are told
    how long each was in use.

    asyncpg's own pool would do the same, but takes longer to give and take a connection than a short statement takes.
    """

    def __init__(self, hosts: list[str], session: Mapping[str, str]) -> None:
        self._hosts = hosts
        self._session = session
        self._places = asyncio.Semaphore(_MOST)
        self._idle: list[asyncpg.Connection] = []
        self._lent = 0
        self.timings: list[Timing] = []

    def observe(self, timing: Timing) -> None:
        """Have somebody more told how long each connection was in use for one statement."""
        self.timings.append(timing)

    @property
    def opened(self) -> Open:
        """How many connections are open at this moment."""
        return Open(self._lent, len(self._idle))

    def acquire(self) -> Lent:
        """A connection, for as long as the context lasts."""
        return Lent(self)

    async def take(self) -> asyncpg.Connection:
        """A connection, which has to be given back."""
        await self._places.acquire()
        try:
            connection = self._open_one() or await self._connect()
        except BaseException:
            self._places.release()
            raise
        self._lent += 1
        return connection

    async def give_back(self, connection: asyncpg.Connection, *, failed: bool) -> None:
        """Keep a connection for the next statement, or close it where one has `failed`."""
        self._lent -= 1
        try:
            if failed:
                # It may be in the middle of something: this waits until Postgres has given that up.
                await connection.close()
            else:
                # Statements that read leave nothing behind that would have to be cleared.
                self._idle.append(connection)
        finally:
            self._places.release()

    async def _connect(self) -> asyncpg.Connection:
        connection = await connect(
            self._hosts,
            self._session,
            statement_cache_size=_KEPT,
            max_cacheable_statement_size=_LARGEST_KEPT,
        )
        # Texts come as UTF-8: most are handed on as they are.
        await connection.set_type_codec(
            "text", schema="pg_catalog", encoder=str.encode, decoder=bytes, format="binary"
        )
        return connection

    def _open_one(self) -> asyncpg.Connection | None:
        """One that is open and not in use; those that Postgres has closed meanwhile are forgotten."""
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                return connection
        return None

    async def close(self) -> None:
        """Close all connections, each when its statement has ended."""
        for _ in range(_MOST):
            await self._places.acquire()
        for connection in self._idle:
            await connection.close()
