"""Models and migrations say the same, and every tracked table keeps its history."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from domain import migrations
from domain.database import Database
from domain.errors import Refused
from domain.history import keep_history_of
from domain.migrations.rules import AFTER_TABLES, BEFORE_TABLES
from domain.models import HISTORY, metadata

_EVERYTHING = {
    "columns": """
        SELECT table_name, column_name, data_type, character_maximum_length, numeric_precision, numeric_scale,
               is_nullable, column_default,
               (SELECT attstattarget FROM pg_attribute
                WHERE attrelid = table_name::regclass AND attname = column_name)
        FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'alembic_version'""",
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conname NOT LIKE 'alembic%'""",
    "indexes": """
        SELECT indexname, indexdef FROM pg_indexes
        WHERE schemaname = 'public' AND tablename <> 'alembic_version'""",
    "triggers": "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "functions": """
        SELECT proname, regexp_replace(prosrc, '\\s+', ' ', 'g')
        FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prokind = 'f' AND prolang <> 12""",
}


async def _catalogue(url: str, what: str) -> set[tuple[object, ...]]:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        rows: Sequence[asyncpg.Record] = await connection.fetch(_EVERYTHING[what])
        return {tuple(row) for row in rows}
    finally:
        await connection.close()


async def test_migrations_make_what_the_models_say(database: Database, empty_database_url: str) -> None:
    engine = create_async_engine(empty_database_url, poolclass=NullPool)
    async with engine.begin() as connection:
        for statement in BEFORE_TABLES:
            await connection.exec_driver_sql(statement)
        await connection.run_sync(metadata.create_all)
        for model in HISTORY:
            await connection.exec_driver_sql(keep_history_of(model.__tablename__))
        for statement in AFTER_TABLES:
            await connection.exec_driver_sql(statement)
    await engine.dispose()
    for what in _EVERYTHING:
        migrated, modelled = (
            await _catalogue(database.url, what),
            await _catalogue(empty_database_url, what),
        )
        assert migrated == modelled, f"the {what} differ: run `make migration`"


async def test_every_tracked_table_keeps_its_history(database: Database) -> None:
    triggers = await _catalogue(database.url, "triggers")
    told = [str(definition) for name, definition in triggers if name == "keep_history"]
    assert len(HISTORY) == len(told)
    for model in HISTORY:
        assert f" ON public.{model.__tablename__} " in " ".join(told)


async def test_a_second_upgrade_has_nothing_to_do(empty_database_url: str) -> None:
    assert await migrations.upgrade(empty_database_url) is True
    assert await migrations.upgrade(empty_database_url) is False


async def test_two_upgrades_at_the_same_moment_are_one(empty_database_url: str) -> None:
    done = await asyncio.gather(*(migrations.upgrade(empty_database_url) for _ in range(4)))
    # Each step is taken by one of them, and the others find it done: a second time it would fail.
    assert True in done
    assert await migrations.upgrade(empty_database_url) is False


async def test_a_database_of_a_later_version_is_refused(database: Database) -> None:
    connection = await asyncpg.connect(database.url.replace("+asyncpg", ""))
    await connection.execute("UPDATE alembic_version SET version_num = '9999'")
    await connection.close()
    with pytest.raises(Refused) as refusal:
        await migrations.upgrade(database.url)
    assert refusal.value.code == "DATABASE_IS_NEWER"
    assert "9999" in refusal.value.message
