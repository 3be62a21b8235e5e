"""The connection to Postgres, and what a transaction of ours carries."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from functools import partial
from time import perf_counter
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from domain.calendar import in_words
from domain.errors import Refused
from domain.hosts import connect, hosts_of
from domain.outages import Outage, outage_of
from domain.poolers import require_settings
from domain.readers import Open, Readers, Timing
from domain.replicas import Position, Replicas, position_of_primary
from domain.tables import Recorded, Tracked


class Database:
    """One database: transactions for what changes it, and plain connections for what reads it.

    The URL may name several hosts: what is written goes to the one that takes changes. `replicas_url` names standbys,
    from which `replicas` lets read. With `patience_s`, Postgres gives up whatever statement takes more seconds than
    that.
    """

    def __init__(self, url: str, *, replicas_url: str | None = None, patience_s: float | None = None) -> None:
        self.url = url
        self._hosts = hosts = hosts_of(url)
        # A mutation's answer is read in its transaction, and must look like every other answer.
        self._session = {"timezone": "UTC", "jit": "off"}
        if patience_s is not None:
            self._session["statement_timeout"] = f"{round(patience_s * 1000)}ms"
        self.engine: AsyncEngine = create_async_engine(
            DRIVER,
            async_creator=partial(connect, hosts, self._session),
            pool_size=10,
            max_overflow=10,
            # An error would quote what was sent, and be logged: who answered, and what.
            hide_parameters=True,
        )
        event.listen(self.engine.sync_engine, "checkout", _require_open)
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)
        # A read is one statement, which needs no session of SQLAlchemy's round it.
        self._reading = reading = self._session | _READING
        self.readers = Readers(hosts, reading)
        self.replicas = (
            Replicas(hosts_of(replicas_url), reading, self.position) if replicas_url is not None else None
        )

    @asynccontextmanager
    async def transaction(self, *, effective_on: date) -> AsyncIterator[AsyncSession]:
        """A transaction whose changes hold from that date; committed at the end, rolled back on an exception."""
        try:
            async with self._sessions.begin() as session:
                await take_effect(session, effective_on)
                yield session
        except DBAPIError as error:
            if outage_of(error) is Outage.READ_ONLY:
                # These connections lead to what was the primary: the next ones look for what is.
                await self.engine.dispose()
            raise

    async def require_settings(self) -> None:
        """Go on only if connections are set to what they ask for, those that write and those that read.

        Raises:
            Refused: SETTINGS_SWALLOWED, by a pooler.
            OSError: the database does not answer.
        """
        for session in (self._session, self._reading):
            await require_settings(self._hosts, session)

    def observe(self, *, reads: Timing, writes: Timing) -> None:
        """Have somebody more told how many seconds each statement takes: of those that read, and of transactions."""
        self.readers.observe(reads)
        if self.replicas is not None:
            self.replicas.observe(reads)

        def begin(_connection: Any, _cursor: Any, _sql: Any, _given: Any, context: Any, _many: Any) -> None:
            context.began = perf_counter()

        def end(_connection: Any, _cursor: Any, _sql: Any, _given: Any, context: Any, _many: Any) -> None:
            writes(perf_counter() - context.began)

        event.listen(self.engine.sync_engine, "before_cursor_execute", begin)
        event.listen(self.engine.sync_engine, "after_cursor_execute", end)

    def connections(self) -> dict[str, Open]:
        """How many connections are open: those that read, those of transactions, and those to standbys."""
        pool = self.engine.pool
        assert isinstance(pool, QueuePool)
        found = {"read": self.readers.opened, "write": Open(pool.checkedout(), pool.checkedin())}
        return found if self.replicas is None else found | {"replica": self.replicas.opened}

    async def position(self) -> Position:
        """How far the primary has written: everything that is committed by now lies before it."""
        return await position_of_primary(self.readers)

    async def close(self) -> None:
        """Give all connections back."""
        if self.replicas is not None:
            await self.replicas.close()
        await self.readers.close()
        await self.engine.dispose()


DRIVER = "postgresql+asyncpg://"
"""What SQLAlchemy is told of a connection that is made for it."""


def _require_open(driver: Any, _record: Any, _proxy: Any) -> None:
    """Have the pool open another connection in the place of one that its server has closed meanwhile."""
    if driver.driver_connection.is_closed():
        raise DisconnectionError


# With Postgres's 4 MB, what counts tens of thousands of programmes goes to disk and takes twice as long. Its 4 for a
# page out of order is from the time of turning disks: small tables would be read from end to end for each row.
_READING = {"default_transaction_read_only": "on", "work_mem": "16MB", "random_page_cost": "1.1"}


async def take_effect(session: AsyncSession, on: date) -> None:
    """Have what a transaction changes from here on hold from that date."""
    session.info["effective_on"] = on
    await session.execute(text("SELECT set_config('tandem.effective_on', :on, true)"), {"on": on.isoformat()})


@event.listens_for(Session, "before_flush")
def _date_changes(session: Session, _context: Any, _instances: Any) -> None:
    """Date what is new or changed with the date from which the transaction's changes hold."""
    on: date | None = session.info.get("effective_on")
    if on is None:
        return
    for row in session.new:
        if isinstance(row, Tracked | Recorded) and row.valid_from is None:
            row.valid_from = on
    for row in session.dirty:
        if isinstance(row, Tracked) and session.is_modified(row):
            _require_not_earlier(row, on)
            row.valid_from = on
    for row in session.deleted:
        if isinstance(row, Tracked):
            _require_not_earlier(row, on)


def _require_not_earlier(row: Tracked, on: date) -> None:
    if on < row.valid_from:
        raise Refused(
            "EARLIER_THAN_KNOWN",
            f"This was last changed with effect from {in_words(row.valid_from)}, and a change from {in_words(on)} "
            "would rewrite what was known since. Date your change on or after that day.",
            field="effectiveOn",
        )
