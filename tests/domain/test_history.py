"""The past of a tracked row is kept by the database, dated, and never rewritten."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import cast, func, literal, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import Date

from domain.calendar import SINCE_ALWAYS
from domain.database import Database
from domain.errors import Refused
from domain.history import as_of
from domain.organisations.models import Organisation, OrganisationKind

FIRST, SECOND, THIRD = date(2024, 1, 1), date(2024, 6, 1), date(2025, 1, 1)


async def opened(database: Database, *, on: date = FIRST, code: str = "RX1") -> None:
    async with database.transaction(effective_on=on) as session:
        session.add(Organisation(code=code, name="A Trust", kind=OrganisationKind.NHS_TRUST))


async def renamed(database: Database, name: str, *, on: date) -> None:
    async with database.transaction(effective_on=on) as session:
        (await session.scalars(select(Organisation))).one().name = name


async def removed(database: Database, *, on: date) -> None:
    async with database.transaction(effective_on=on) as session:
        await session.delete((await session.scalars(select(Organisation))).one())


async def half_done(database: Database, *, on: date) -> None:
    async with database.transaction(effective_on=on) as session:
        (await session.scalars(select(Organisation))).one().name = "half done"
        await session.flush()
        session.add(Organisation(code="RX1", name="The same code", kind=OrganisationKind.COUNCIL))


async def names(database: Database, on: date) -> list[str]:
    rows = as_of(Organisation, cast(literal(on), Date))
    async with database.engine.connect() as connection:
        return list(await connection.scalars(select(rows.c.name)))


async def test_each_change_is_known_from_its_date_on(database: Database) -> None:
    await opened(database)
    await renamed(database, "A Foundation Trust", on=SECOND)
    await removed(database, on=THIRD)
    assert await names(database, date(2023, 12, 31)) == []
    assert await names(database, FIRST) == ["A Trust"]
    assert await names(database, date(2024, 5, 31)) == ["A Trust"]
    assert await names(database, SECOND) == ["A Foundation Trust"]
    assert await names(database, date(2024, 12, 31)) == ["A Foundation Trust"]
    assert await names(database, THIRD) == []


async def test_of_several_changes_on_one_date_the_last_is_so_at_its_end(database: Database) -> None:
    await opened(database)
    for name in ("first thought", "second thought"):
        await renamed(database, name, on=SECOND)
    assert await names(database, SECOND) == ["second thought"]
    assert await names(database, date(2024, 5, 31)) == ["A Trust"]
    async with database.engine.connect() as connection:
        kept = await connection.scalars(text("SELECT name FROM organisations_history ORDER BY version"))
        assert list(kept) == ["A Trust", "first thought", "second thought"]


async def test_what_always_was_so_is_found_on_any_date(database: Database) -> None:
    await opened(database, on=SINCE_ALWAYS)
    assert await names(database, date(1066, 10, 14)) == ["A Trust"]


async def test_a_change_dated_before_the_last_one_is_refused(database: Database) -> None:
    await opened(database)
    await renamed(database, "A Foundation Trust", on=SECOND)
    with pytest.raises(Refused) as refusal:
        await renamed(database, "Something else", on=FIRST)
    assert refusal.value.code == "EARLIER_THAN_KNOWN"
    assert "1 June 2024" in refusal.value.message
    assert await names(database, SECOND) == ["A Foundation Trust"]


async def test_a_removal_dated_before_the_last_change_changes_nothing(database: Database) -> None:
    await opened(database, on=SECOND)
    with pytest.raises((Refused, DBAPIError)):
        await removed(database, on=FIRST)
    assert await names(database, SECOND) == ["A Trust"]


async def test_the_database_guards_the_past_even_from_plain_sql(database: Database) -> None:
    await opened(database, on=SECOND)
    with pytest.raises(DBAPIError, match="is not rewritten"):
        async with database.engine.begin() as connection:
            await connection.execute(
                text("UPDATE organisations SET name = 'x', valid_from = :on"), {"on": FIRST}
            )
    assert await names(database, SECOND) == ["A Trust"]


async def test_what_fails_leaves_nothing_behind(database: Database) -> None:
    await opened(database)
    with pytest.raises(DBAPIError):
        await half_done(database, on=SECOND)
    async with database.engine.connect() as connection:
        assert await connection.scalar(select(func.count()).select_from(Organisation)) == 1
        assert await connection.scalar(text("SELECT count(*) FROM organisations_history")) == 1


async def test_readers_cannot_write(database: Database) -> None:
    async with database.readers.acquire() as connection:
        assert await connection.fetchval("SHOW default_transaction_read_only") == b"on"
        assert await connection.fetchval("SHOW timezone") == b"UTC"
