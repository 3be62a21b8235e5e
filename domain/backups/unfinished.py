"""A database that is being restored bears a mark, so that one in which that was broken off is used by nobody.

The mark is a table: whoever may restore may make one, and it is not among what a dump brings along.
"""

from __future__ import annotations

from functools import partial
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from domain.backups.manifest import MARKER
from domain.database import DRIVER
from domain.errors import Refused
from domain.hosts import connect, hosts_of

# In whichever schema: a dump may bring another one that comes first.
_MARKED: Final = text("SELECT true FROM pg_class WHERE relname = :marker AND relkind = 'r'")

# All that a fresh database has not. Extensions, and what belongs to them, some servers put into every database.
_THERE: Final = """
    SELECT made.type, made.identity FROM (
        SELECT 'pg_namespace'::regclass AS kind, oid FROM pg_namespace
        WHERE nspname NOT IN ('public', 'information_schema') AND nspname NOT LIKE 'pg\\_%'
        UNION ALL SELECT 'pg_class'::regclass, oid FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
        UNION ALL SELECT 'pg_proc'::regclass, oid FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        UNION ALL SELECT 'pg_type'::regclass, t.oid FROM pg_type t LEFT JOIN pg_class c ON c.oid = typrelid
        WHERE typnamespace = 'public'::regnamespace AND typelem = 0 AND coalesce(relkind, 'c') = 'c'
            AND typtype <> 'm'
    ) there, pg_identify_object(kind, oid, 0) made
    WHERE NOT EXISTS (
        SELECT FROM pg_depend d WHERE d.classid = kind AND d.objid = there.oid AND d.deptype IN ('e', 'i')
    )
"""
# All of them are told before the first one goes: it takes others with it, which then have no name any more.
_DROP_ALL: Final = text(
    f"""
    DO $$ DECLARE gone text; BEGIN
        FOREACH gone IN ARRAY ARRAY(
            SELECT format('DROP %s IF EXISTS %s CASCADE', replace(type, 'composite type', 'type'), identity)
            FROM ({_THERE}) made
        ) LOOP
            EXECUTE gone;
        END LOOP;
    END $$
    """  # noqa: S608 - our own words
)


async def is_marked(connection: AsyncConnection) -> bool:
    """Whether a restore of the database was begun and is not finished."""
    return bool(await connection.scalar(_MARKED, {"marker": MARKER}))


async def require_finished(connection: AsyncConnection) -> None:
    """Go on only where no restore was begun and broken off.

    Raises:
        Refused: RESTORE_UNFINISHED.
    """
    if await is_marked(connection):
        raise Refused(
            "RESTORE_UNFINISHED",
            "A restore of this database was begun and has not come to its end: wait for it, or run tandem restore "
            "again, which begins anew.",
        )


async def require_restored(url: str) -> None:
    """The same of the database at a URL.

    Raises:
        Refused: RESTORE_UNFINISHED.
        ConnectionError: no server answers.
    """
    engine = create_async_engine(
        DRIVER, async_creator=partial(connect, hosts_of(url), {}), poolclass=NullPool
    )
    async with engine.connect() as connection:
        await require_finished(connection)


async def mark(connection: AsyncConnection) -> None:
    """Mark an empty database as being restored; one that is marked already is emptied first.

    Raises:
        Refused: RESTORE_NOT_EMPTY.
    """
    if await is_marked(connection):
        await connection.execute(_DROP_ALL)
    elif (
        there := (await connection.execute(text(f"{_THERE} ORDER BY type <> 'table', 2 LIMIT 1"))).first()
    ) is not None:
        raise Refused(
            "RESTORE_NOT_EMPTY",
            f"Only an empty database is restored, and this one has something in it ({there.type} {there.identity}): "
            "set TANDEM_DATA_DIR to a new directory, or TANDEM_DATABASE_URL to a new database.",
        )
    await connection.execute(text(f"CREATE TABLE {MARKER} ()"))


UNMARK: Final = text(f"DROP TABLE {MARKER}")
"""The last thing that a restore does."""
