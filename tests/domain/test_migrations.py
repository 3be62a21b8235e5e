"""Models and migrations say the same, and every tracked table keeps its history."""

from __future__ import annotations

import asyncio
import re

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from domain import migrations
from domain.database import Database
from domain.errors import Refused
from domain.history import keep_history_of
from domain.migrations import catalogue
from domain.migrations.rules import AFTER_TABLES, BEFORE_TABLES
from domain.models import HISTORY, metadata


async def _lines(url: str) -> set[str]:
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.connect() as connection:
        lines = await catalogue.lines(connection)
    await engine.dispose()
    return lines


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
    migrated, modelled = await _lines(database.url), await _lines(empty_database_url)
    assert migrated == modelled, "models and migrations differ: run `make migration`"


async def test_every_tracked_table_keeps_its_history(database: Database) -> None:
    told = [line for line in await _lines(database.url) if ".keep_history: O CREATE TRIGGER" in line]
    assert {line.split(".")[0] for line in told} == {f"trigger {model.__tablename__}" for model in HISTORY}


async def test_what_the_catalogue_has_to_say_is_what_each_step_makes(empty_database_url: str) -> None:
    engine = create_async_engine(empty_database_url, poolclass=NullPool)
    for step in migrations.known():
        async with engine.begin() as connection:
            await connection.run_sync(migrations.take, step)
            lines = await catalogue.lines(connection)
        assert lines == catalogue.expected(step), f"step {step} makes other tables: run `make catalogue`"
    await engine.dispose()


async def test_a_second_upgrade_has_nothing_to_do(empty_database_url: str) -> None:
    assert await migrations.upgrade(empty_database_url) is True
    assert await migrations.upgrade(empty_database_url) is False


async def test_upgrades_at_the_same_moment_are_one(empty_database_url: str) -> None:
    done = await asyncio.gather(*(migrations.upgrade(empty_database_url) for _ in range(8)))
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


_BROKEN = [
    ("DROP TABLE phases", "table phases"),
    ("ALTER TABLE milestones DROP COLUMN title", "column milestones.title"),
    ("ALTER TABLE milestones ALTER title TYPE text", "column milestones.title"),
    ("ALTER TABLE milestones ALTER title DROP NOT NULL", "column milestones.title"),
    ("ALTER TABLE round_answers ALTER id DROP DEFAULT", "column round_answers.id"),
    (
        "ALTER TABLE rounds DROP CONSTRAINT ck_rounds_k_is_not_too_low",
        "constraint rounds.ck_rounds_k_is_not_too_low",
    ),
    ("DROP INDEX ix_rounds_team_id", "index rounds.ix_rounds_team_id"),
    ("DROP TRIGGER stays ON summaries", "trigger summaries.stays"),
    ("ALTER TABLE summaries DISABLE TRIGGER stays", "trigger summaries.stays"),
    (
        "CREATE OR REPLACE FUNCTION stays() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "function stays()",
    ),
    ("ALTER TABLE round_answers ALTER answers SET STATISTICS 100", "statistics round_answers.answers"),
    ("DELETE FROM alembic_version", "table affiliations"),
    ("DROP TABLE alembic_version", "table affiliations"),
]


async def _do(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    await connection.execute(statement)
    await connection.close()


@pytest.mark.parametrize(("statement", "told"), _BROKEN)
async def test_other_tables_than_a_database_says_it_has_are_refused(
    database: Database, statement: str, told: str
) -> None:
    await _do(database.url, statement)
    with pytest.raises(Refused) as refusal:
        await migrations.upgrade(database.url)
    assert refusal.value.code == "DATABASE_ALTERED"
    assert told in refusal.value.message
    assert "restore a backup" in refusal.value.message


async def test_many_differences_are_told_in_few_words(database: Database) -> None:
    await _do(database.url, "DROP FUNCTION stays() CASCADE")
    with pytest.raises(Refused) as refusal:
        await migrations.upgrade(database.url)
    assert re.search(r"function stays\(\), (trigger \w+\.stays, ){4}and \d+ more\.", refusal.value.message)


async def test_what_an_operator_adds_is_their_own(database: Database) -> None:
    await _do(
        database.url,
        """
        CREATE TABLE extra (id int PRIMARY KEY);
        CREATE INDEX ON milestones (title, id);
        ALTER TABLE milestones ADD COLUMN note text;
        CREATE VIEW open_programmes AS SELECT * FROM programmes;
        CREATE FUNCTION twice(n int) RETURNS int LANGUAGE sql AS 'SELECT 2 * n';
        ALTER TABLE programmes ALTER ref SET STATISTICS 500;
        """,
    )
    assert await migrations.upgrade(database.url) is False


async def test_tables_of_somebody_else_are_not_migrated_into(empty_database_url: str) -> None:
    await _do(empty_database_url, "CREATE TABLE people (name text)")
    with pytest.raises(Refused) as refusal:
        await migrations.upgrade(empty_database_url)
    assert refusal.value.code == "DATABASE_ALTERED"
    assert "table people" in refusal.value.message


async def test_a_database_of_an_earlier_step_is_looked_at_before_it_is_changed(
    empty_database_url: str,
) -> None:
    engine = create_async_engine(empty_database_url, poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(migrations.take, "0001")
    await engine.dispose()
    await _do(empty_database_url, "DROP TABLE phases")
    with pytest.raises(Refused, match="table phases"):
        await migrations.upgrade(empty_database_url)


async def test_an_older_postgres_is_refused(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "POSTGRES", 99)
    with pytest.raises(Refused, match="Tandem needs 99 or newer") as refusal:
        await migrations.upgrade(database.url)
    assert refusal.value.code == "POSTGRES_TOO_OLD"


async def test_a_newer_postgres_may_say_the_same_in_other_words(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "POSTGRES", 17)
    await _do(database.url, "ALTER TABLE rounds DROP CONSTRAINT ck_rounds_k_is_not_too_low")
    await _do(database.url, "ALTER TABLE rounds ADD CONSTRAINT ck_rounds_k_is_not_too_low CHECK (3 <= k)")
    assert await migrations.upgrade(database.url) is False
    await _do(database.url, "ALTER TABLE rounds DROP CONSTRAINT ck_rounds_k_is_not_too_low")
    with pytest.raises(Refused, match=r"constraint rounds\.ck_rounds_k_is_not_too_low"):
        await migrations.upgrade(database.url)
