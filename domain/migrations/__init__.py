"""The steps by which a database comes to the tables of this version of Tandem.

`versions/` has one file a step, in the order of their numbers. A maintainer makes the next one from the models by
`make migration`; a test says when the models and the steps disagree.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from domain.errors import Refused

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection

DIRECTORY = Path(__file__).parent
# Two processes that start at the same moment: one migrates, the other waits and finds it done.
_LOCK = 0x7A2DE3


def known() -> list[str]:
    """The numbers of all steps, in order."""
    return sorted(path.name[:4] for path in (DIRECTORY / "versions").glob("[0-9]*_*.py"))


async def upgrade(url: str) -> bool:
    """Bring the database at that URL to this version; whether there was anything to do.

    Raises:
        Refused: the database is of a later version of Tandem than this.
    """
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            if await _is_current(connection):
                return False
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
            if await _is_current(connection):
                return False
            await connection.run_sync(_upgrade)
            return True
    finally:
        await engine.dispose()


# Not by `to_regclass`, which may remember from before the wait for the lock that there was no such table.
_HAS_STEPS = text(
    "SELECT true FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'alembic_version'"
)


async def _is_current(connection: AsyncConnection) -> bool:
    if not await connection.scalar(_HAS_STEPS):
        return False
    at = await connection.scalar(text("SELECT version_num FROM alembic_version"))
    if at is not None and at not in known():
        raise Refused(
            "DATABASE_IS_NEWER",
            f"This database is at step {at}, which this version of Tandem does not know: install the newer version.",
        )
    return bool(at == known()[-1])


def _upgrade(connection: Connection) -> None:
    # Imported when there is something to do: it takes longer than all the rest of a short command.
    from alembic import command  # noqa: PLC0415

    command.upgrade(configuration(connection), "head")


def configuration(connection: Connection) -> Config:
    """Alembic's configuration for work on that connection, within the caller's transaction."""
    from alembic.config import Config  # noqa: PLC0415

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", re.sub("%", "%%", str(DIRECTORY)))
    config.set_main_option("path_separator", "os")
    return config
