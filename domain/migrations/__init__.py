"""The steps by which a database comes to the tables of this version of Tandem.

`versions/` has one file a step, in the order of their numbers. A maintainer makes the next one from the models by
`make migration`; a test says when the models and the steps disagree.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from domain.database import DRIVER
from domain.errors import Refused
from domain.hosts import connect, hosts_of
from domain.migrations import catalogue, prepared

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection

DIRECTORY = Path(__file__).parent
# Two processes that start at the same moment: one migrates, the other waits and finds it done.
_ALONE = text(f"SELECT pg_advisory_xact_lock({0x7A2DE3})")


def known() -> list[str]:
    """The numbers of all steps, in order."""
    return sorted(path.name[:4] for path in (DIRECTORY / "versions").glob("[0-9]*_*.py"))


async def upgrade(url: str, tell: Callable[[str], None] = lambda _: None) -> bool:
    """Bring the database at that URL to this version, a step at a time; whether there was anything to do.

    Each step is a transaction, so after an interruption the next call goes on where this one was. A database with
    data may take a while: `tell` is called with what is done in each step.

    Raises:
        Refused: DATABASE_IS_NEWER, DATABASE_ALTERED, DATABASE_IN_USE or POSTGRES_TOO_OLD.
    """
    to_primary = partial(connect, hosts_of(url), {})
    engine = create_async_engine(DRIVER, async_creator=to_primary, poolclass=NullPool)
    try:
        begun = at = await _at(engine)
        while at != known()[-1]:
            step = known()[0 if at is None else known().index(at) + 1]
            if begun is not None:
                await _prepare(engine, step, tell)
            await _take_once(engine, step, at)
            at = await _at(engine)
        return begun != at
    finally:
        await engine.dispose()


async def _at(engine: AsyncEngine) -> str | None:
    """The step that the database is at, whose tables it has."""
    try:
        async with engine.connect() as connection:
            return await require_ours(connection)
    except Refused as refusal:
        if refusal.code != "DATABASE_ALTERED":
            raise
    # Another process may have taken a step between the two looks. None does while its lock is ours.
    async with engine.begin() as connection:
        await connection.execute(_ALONE)
        return await require_ours(connection)


async def _prepare(engine: AsyncEngine, step: str, tell: Callable[[str], None]) -> None:
    """Do what a step has in `BEFOREHAND`: what no transaction can, and what may be done again, even after the step.

    Nobody waits for a lock of ours meanwhile: whoever waits may see what was deleted, so that VACUUM has to keep it.

    Raises:
        Refused: DATABASE_IN_USE.
    """
    # Imported when there is something to do: it takes longer than all the rest of a short command.
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    script = ScriptDirectory.from_config(configuration()).get_revision(step)
    tell(f"Bringing the database to this version, step {step}: {script.doc}")
    async with engine.connect() as connection:
        alone = await connection.execution_options(isolation_level="AUTOCOMMIT")
        for statement in getattr(script.module, "BEFOREHAND", ()):
            await prepared.carry_out(alone, statement)


async def _take_once(engine: AsyncEngine, step: str, at: str | None) -> None:
    """Take that step, unless another process has taken it since the database was at the one before."""
    async with engine.begin() as connection:
        await connection.execute(_ALONE)
        if await _step(connection) == at:
            await connection.run_sync(take, step)


# Not by `to_regclass`, which may remember from before the wait for the lock that there was no such table.
_HAS_STEPS = text(
    "SELECT true FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'alembic_version'"
)


async def require_ours(connection: AsyncConnection) -> str | None:
    """The step that the database is at, and whose tables it has; None if there is nothing of ours in it.

    Raises:
        Refused: DATABASE_IS_NEWER, DATABASE_ALTERED or POSTGRES_TOO_OLD.
    """
    at = await _step(connection)
    await catalogue.require(connection, at)
    return at


async def _step(connection: AsyncConnection) -> str | None:
    """The step that the database says it is at, if any."""
    if not await connection.scalar(_HAS_STEPS):
        return None
    at: str | None = await connection.scalar(text("SELECT version_num FROM alembic_version"))
    if at is not None and at not in known():
        raise Refused(
            "DATABASE_IS_NEWER",
            f"This database is at step {at}, which this version of Tandem does not know: install the newer version.",
        )
    return at


def take(connection: Connection, step: str) -> None:
    """Take the steps up to that one, without a look at what the database has."""
    from alembic import command  # noqa: PLC0415

    command.upgrade(configuration(connection), step)


def configuration(connection: Connection | None = None) -> Config:
    """Alembic's configuration for work on that connection, if any, within the caller's transaction."""
    from alembic.config import Config  # noqa: PLC0415

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", re.sub("%", "%%", str(DIRECTORY)))
    config.set_main_option("path_separator", "os")
    return config
