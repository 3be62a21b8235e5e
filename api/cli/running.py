"""What most commands need: settings, the servers behind them, and a database with every table."""

from __future__ import annotations

import asyncio
import functools
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec

import click
from asyncpg import PostgresError
from sqlalchemy.exc import DBAPIError

from domain import embedded, migrations
from domain.backups.unfinished import require_restored
from domain.database import Database
from domain.errors import Refused
from domain.outages import Outage, outage_of
from domain.settings import Settings

P = ParamSpec("P")

# PostgreSQL's classes of errors for who comes without a right to, and for a database that there is none of.
_NOT_LET_IN = ("28", "3D")


@dataclass(frozen=True, slots=True)
class Running:
    """What a command works with; `servers.redis_url` is there if the command asked for the queue."""

    settings: Settings
    servers: embedded.Servers
    database: Database


def with_database(
    *, queue: bool = False
) -> Callable[[Callable[Concatenate[Running, P], Coroutine[Any, Any, None]]], Callable[P, None]]:
    """Make a command of an asynchronous function whose first argument is a `Running`; the others are click's.

    The database is there and migrated before the function is called; embedded servers run as long as it does. It
    stands below click's own decorators.

        @click.command()
        @click.argument("path")
        @with_database()
        async def query(running: Running, path: str) -> None: ...
    """

    def decorate(function: Callable[Concatenate[Running, P], Coroutine[Any, Any, None]]) -> Callable[P, None]:
        @functools.wraps(function)
        def command(*args: P.args, **kwargs: P.kwargs) -> None:
            settings = Settings.read()

            async def work(servers: embedded.Servers) -> None:
                async with opened(servers) as database:
                    await function(Running(settings, servers, database), *args, **kwargs)

            with embedded.servers(settings, queue=queue) as servers:
                asyncio.run(until_told_to_stop(work(servers)))

        return command

    return decorate


@asynccontextmanager
async def opened(servers: embedded.Servers, *, patience_s: float | None = None) -> AsyncIterator[Database]:
    """The database, migrated; with a time limit for its statements, if one is given.

    Raises:
        Refused: it does not answer, is of a later version of Tandem, or a pooler swallows what connections are set to.
    """
    await migrated(servers)
    database = Database(servers.database_url, patience_s=patience_s)
    try:
        await database.require_settings()
        yield database
    finally:
        await database.close()


async def migrated(servers: embedded.Servers) -> bool:
    """Bring the database to this version's tables; whether there was anything to do.

    Raises:
        Refused: it does not answer, is of a later version of Tandem, or is being restored.
    """
    with reached():
        await require_restored(servers.database_url)
        return await migrations.upgrade(servers.database_url, lambda words: click.echo(words, err=True))


@contextmanager
def reached() -> Iterator[None]:
    """Refuse in words where the database does not answer, does not let us in, or takes no changes.

    Raises:
        Refused: DATABASE_UNREACHABLE, DATABASE_REFUSES or READ_ONLY.
    """
    try:
        yield
    except (OSError, DBAPIError, PostgresError) as error:
        refusal = _refusal(error)
        if refusal is None:
            raise
        raise refusal from error


def _refusal(error: Exception) -> Refused | None:
    said = getattr(error, "orig", None) or error
    said = said.__cause__ or said
    if getattr(said, "sqlstate", "").startswith(_NOT_LET_IN):
        return Refused(
            "DATABASE_REFUSES",
            f"The server does not let Tandem in ({said}): check user, password and database of TANDEM_DATABASE_URL.",
        )
    if isinstance(error, OSError) or outage_of(error) is Outage.UNAVAILABLE:
        return Refused(
            "DATABASE_UNREACHABLE",
            f"The database does not answer ({said}): check TANDEM_DATABASE_URL, or unset it for an embedded one.",
        )
    if outage_of(error) is Outage.READ_ONLY:
        return Refused(
            "READ_ONLY", "This server takes no changes: have TANDEM_DATABASE_URL name the one that does."
        )
    return None


async def until_told_to_stop(work: Coroutine[Any, Any, None]) -> None:
    """Do that work; on SIGTERM give it the time to end what it began, then leave."""
    task = asyncio.ensure_future(work)
    told = asyncio.Event()

    def stop() -> None:
        told.set()
        task.cancel()

    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop)
    try:
        await task
    except asyncio.CancelledError:
        if told.is_set():
            sys.exit(128 + signal.SIGTERM)
        raise
