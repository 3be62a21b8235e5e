"""Standbys that answer reads, and how far each has come.

A standby replays the primary's log some time after it was written. Who has written reads from a standby only once it
has replayed that; see docs/decisions/0016.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from itertools import count

import asyncpg
import structlog

from domain.hosts import host_in
from domain.readers import Open, Readers, Timing

log = structlog.get_logger("tandem.replicas")

WINDOW_S = 30.0
"""How often, in seconds, it is noted how far the primary has come: a standby may be up to four times as far behind."""

REMEMBERED_S = round(5 * WINDOW_S)
"""How long, in seconds, it has to be kept how far somebody wrote: later, each standby that is read from is further."""

_LOOK_EVERY_S = 1.0
_LOOK_AGAIN_S = 0.02


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in the primary's log of changes: the timeline, which a fail-over begins anew, and the byte."""

    timeline: int
    byte: int

    def reaches(self, other: Position) -> bool:
        """Whether all up to the other place is known here.

        A standby that did not follow a fail-over may be at a later byte, of a log that the others left.
        """
        return self.timeline >= other.timeline and self.byte >= other.byte


NOWHERE = Position(2**31, 0)
"""A place that no standby reaches: for whoever is to read from the primary."""

_PRIMARY_AT = """
SELECT ('x' || substr(pg_walfile_name(lsn), 1, 8))::bit(32)::int AS timeline, (lsn - '0/0')::bigint AS byte
FROM (SELECT pg_current_wal_insert_lsn() AS lsn)
"""

# The timeline of what was received is only told to members of pg_monitor; the others may lag, which errs to the safe
# side. The byte is null on a server that replays nothing: no standby, or none any more.
_STANDBY_AT = """
SELECT
    CASE WHEN pg_is_in_recovery() THEN (pg_last_wal_replay_lsn() - '0/0')::bigint END AS byte,
    greatest(
        (SELECT timeline_id FROM pg_control_checkpoint()),
        (SELECT min_recovery_end_timeline FROM pg_control_recovery()),
        (SELECT received_tli FROM pg_stat_wal_receiver)
    ) AS timeline,
    extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::float8 AS age_s
"""

# What a connection ends with where its server is gone or going, and a statement where it stood in the log's way.
GONE = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.SerializationError,
)


async def position_of_primary(readers: Readers) -> Position:
    """How far the primary has written: everything that is committed by now lies before it."""
    async with readers.acquire() as connection:
        row = await connection.fetchrow(_PRIMARY_AT)
    assert row is not None
    return Position(row["timeline"], row["byte"])


class Replica:
    """One standby: its connections, and how far it had come when somebody last looked; None if it was of no use."""

    def __init__(self, url: str, session: Mapping[str, str]) -> None:
        self.host = host_in(url)
        self.readers = Readers([url], session)
        self.position: Position | None = None
        # How long ago the last change was made that it has, by the clocks of both.
        self.age_s: float | None = None

    async def look(self) -> None:
        """Find out how far it has come."""
        try:
            async with self.readers.acquire() as connection:
                row = await connection.fetchrow(_STANDBY_AT)
            assert row is not None
        except (*GONE, asyncpg.PostgresError) as error:
            if self.position is not None:
                log.warning("replica.lost", reason=type(error).__name__)
            self.position = None
        else:
            self.position = None if row["byte"] is None else Position(row["timeline"], row["byte"])
            self.age_s = row["age_s"]

    def standing(self, primary: Position | None) -> Standing:
        """How it stands, beside how far the primary is, if that is known."""
        if self.position is None or primary is None:
            return Standing(self.position is not None)
        lag = max(0, primary.byte - self.position.byte)
        return Standing(of_use=True, lag_bytes=lag, lag_s=self.age_s if lag else 0.0)


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a standby is of use, and how much of the primary's log it has yet to replay, and from when.

    The lag is None where it is not known: without a primary, say.
    """

    of_use: bool
    lag_bytes: int | None = None
    lag_s: float | None = None


class Replicas:
    """All standbys. Nothing runs while nobody reads: who reads has them looked at where that is due."""

    def __init__(
        self, hosts: list[str], session: Mapping[str, str], primary: Callable[[], Awaitable[Position]]
    ) -> None:
        self._all = [Replica(host, session) for host in hosts]
        self._turns = count()
        self._primary = primary
        self._looking: asyncio.Task[None] | None = None
        self._looked_at = float("-inf")
        # How far the primary was when last noted, and the time before: what every standby has to have.
        self._noted: Position | None = None
        self._before: Position | None = None
        self._noted_at = float("-inf")
        self._primary_gone = False

    def observe(self, timing: Timing) -> None:
        """Have somebody more told how long each statement takes."""
        for replica in self._all:
            replica.readers.observe(timing)

    @property
    def opened(self) -> Open:
        """How many connections to all of them are open at this moment."""
        each = [replica.readers.opened for replica in self._all]
        return Open(sum(one.used for one in each), sum(one.idle for one in each))

    async def standing(self, patience_s: float) -> dict[str, Standing]:
        """How each stands, by its host; what is not found out within so many seconds is told as it last was."""
        try:
            async with asyncio.timeout(patience_s):
                primary = await self._primary()
        except GONE:
            primary = None
        found = await self._standing(primary, patience_s)
        if any(one.lag_bytes for one in found.values()):
            # What the primary wrote at that very moment is on its way.
            await asyncio.sleep(_LOOK_AGAIN_S)
            found = await self._standing(primary, patience_s)
        return found

    async def _standing(self, primary: Position | None, patience_s: float) -> dict[str, Standing]:
        await asyncio.wait([self._begin_to_look()], timeout=patience_s)
        return {replica.host: replica.standing(primary) for replica in self._all}

    @property
    def answer(self) -> bool:
        """Whether one of them at least is of use, by what is known now."""
        return any(replica.position is not None for replica in self._all)

    def one_at(self, position: Position | None) -> Replica | None:
        """A standby that has come as far as that, by what is known now; they take turns.

        None where there is none: by the next time it may have been found that there is.
        """
        since = asyncio.get_running_loop().time() - self._looked_at
        found = self._reaching(position)
        if since > (_LOOK_EVERY_S if found else _LOOK_AGAIN_S):
            self._begin_to_look()
        return found[next(self._turns) % len(found)] if found else None

    async def look(self) -> None:
        """Find out how far each has come; once, however many ask at the same time."""
        await asyncio.shield(self._begin_to_look())

    def lose(self, replica: Replica) -> None:
        """Read from others until it is seen to be of use again."""
        replica.position = None

    async def close(self) -> None:
        """Give all connections back."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
        for replica in self._all:
            await replica.readers.close()

    def _reaching(self, position: Position | None) -> list[Replica]:
        if not self._primary_gone and self._age() > 2 * WINDOW_S:
            return []
        least = [place for place in (position, self._before) if place is not None]
        return [
            replica
            for replica in self._all
            if replica.position is not None and all(map(replica.position.reaches, least))
        ]

    def _age(self) -> float:
        return asyncio.get_running_loop().time() - self._noted_at

    def _begin_to_look(self) -> asyncio.Task[None]:
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look(), name="replicas")
        return self._looking

    async def _look(self) -> None:
        await self._note_primary()
        await asyncio.gather(*(replica.look() for replica in self._all))
        self._looked_at = asyncio.get_running_loop().time()

    async def _note_primary(self) -> None:
        """Note now and then how far the primary is, so that a standby that stays behind is told from the others."""
        age = self._age()
        if age < WINDOW_S and not self._primary_gone:
            return
        try:
            now = await self._primary()
        except GONE:
            self._primary_gone = True
            return
        self._primary_gone = False
        # After a time without readers, what was noted before says nothing of what was written since.
        self._before = self._noted if age < 2 * WINDOW_S and self._noted is not None else now
        self._noted, self._noted_at = now, asyncio.get_running_loop().time()
