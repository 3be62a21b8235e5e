"""The transactions of an import: for real, or for a dry run that is the same in every way but the end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from domain import work as works
from domain.access.viewers import Permission, Viewer
from domain.calendar import today
from domain.database import Database, take_effect
from domain.errors import Forbidden, Refused
from domain.imports.problems import Problems
from domain.imports.results import Progress
from domain.work import Work

WAIT = "30s"
"""How long an import waits for another one to finish."""

# Any number that no other advisory lock of Tandem has: "import" in ASCII.
_LOCK = 0x696D706F7274
_LOCK_NOT_AVAILABLE = "55P03"

Begin = Callable[[date], AbstractAsyncContextManager[Work]]
"""Begins a transaction whose changes hold from that date."""


@dataclass(frozen=True, slots=True)
class Run:
    """One import: who does it, when, whether it is to be kept, and who is told how far it has come."""

    database: Database
    viewer: Viewer
    now: datetime
    dry_run: bool
    progress: Progress

    def require_allowed(self) -> None:
        """Go on only if the viewer may import.

        Raises:
            Forbidden: the viewer's role does not allow it.
        """
        if not self.viewer.may(Permission.IMPORT):
            raise Forbidden("Only administrators can import files. Ask one of them to do it.")

    @property
    def today(self) -> date:
        """The date of the import."""
        return today(self.now)


async def dated(work: Work, on: date) -> Work:
    """The same transaction and journal, in which changes hold from that date from here on."""
    await work.session.flush()
    await take_effect(work.session, on)
    return replace(work, on=on)


@asynccontextmanager
async def attempt(
    work: Work, problems: Problems, row: int, columns: Mapping[str, str] | None = None
) -> AsyncIterator[None]:
    """Do what a row asks for; where a command refuses it, undo that row alone and note the refusal as its error.

    `columns` tells in which column stands what a field of the commands is about.
    """
    try:
        async with work.session.begin_nested():
            yield
            await work.session.flush()
    except Refused as refused:
        column = (columns or {}).get(refused.field or "")
        problems.add(refused.code, refused.message, row=row, column=column)


@asynccontextmanager
async def transactions(run: Run) -> AsyncIterator[Begin]:
    """Begin the transactions of an import with what this gives; of a dry run, all are undone at the end.

    Only one import runs at a time, since each compares what it reads with what is known.

    Raises:
        Refused: IMPORT_RUNNING.
    """
    async with _turn(run):
        if run.dry_run:
            async with _undone(run) as begin:
                yield begin
        else:
            yield lambda on: works.work(run.database, run.viewer, now=run.now, on=on)


@asynccontextmanager
async def _undone(run: Run) -> AsyncIterator[Begin]:
    async with run.database.transaction(effective_on=run.today) as session:
        yield lambda on: _within(session, run, on)
        await session.rollback()


@asynccontextmanager
async def _within(session: AsyncSession, run: Run, on: date) -> AsyncIterator[Work]:
    await take_effect(session, on)
    yield Work(session, run.viewer, run.now, on)
    await session.flush()
    # What the database would say at the end of the transaction, it is to say now.
    await session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    await session.execute(text("SET CONSTRAINTS ALL DEFERRED"))
    session.expunge_all()


@asynccontextmanager
async def _turn(run: Run) -> AsyncIterator[None]:
    # A transaction that only holds the lock, open for as long as the import takes. A lock of the session would be
    # another session's behind a pooler.
    async with run.database.engine.begin() as connection:
        if not await connection.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": _LOCK}):
            run.progress("Waiting for another import", 0, 0)
            await _wait(connection)
        await _let_stand(connection)
        yield


async def _let_stand(connection: AsyncConnection) -> None:
    """Have Postgres leave the transaction open, and tidy up as if it were not there.

    Sent as plain text, which ends the statement before: as long as that one could still be asked for more, it would
    keep the rows that it sees.
    """
    driver = (await connection.get_raw_connection()).driver_connection
    assert driver is not None
    await driver.execute(
        "SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL transaction_timeout = 0"
    )


async def _wait(connection: AsyncConnection) -> None:
    await connection.execute(text(f"SET LOCAL lock_timeout = '{WAIT}'"))
    try:
        await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
            raise
        raise Refused(
            "IMPORT_RUNNING",
            "Another import is running. Nothing was imported. Try again when it is finished.",
        ) from error
