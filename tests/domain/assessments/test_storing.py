"""Instruments are taken in once and never change: another content needs another version."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest
from sqlalchemy import func, select

from domain.assessments import storing
from domain.assessments.models import (
    Instrument,
    InstrumentBand,
    InstrumentDimension,
    InstrumentItem,
    InstrumentTheme,
)
from domain.assessments.reading import shipped
from domain.database import Database
from domain.described import LONGEST
from domain.journal.models import JournalEntry
from tests.domain.assessments.rounds import AUDIT
from tests.factories import acting
from tests.refusals import contents, refused


async def _store(database: Database, file: str = AUDIT, **given: Any) -> Instrument:
    usual: dict[str, Any] = {"file": file}
    async with acting(database) as work:
        return await storing.store(work, **(usual | given))


async def test_a_file_becomes_rows(database: Database) -> None:
    row = await _store(database)
    async with acting(database) as work:
        items = list(await work.session.scalars(select(InstrumentItem).order_by(InstrumentItem.place)))
        dimensions = list(
            await work.session.scalars(select(InstrumentDimension).order_by(InstrumentDimension.place))
        )
        bands = list(await work.session.scalars(select(InstrumentBand).order_by(InstrumentBand.place)))
        [theme] = await work.session.scalars(select(InstrumentTheme))
    assert (row.key, row.version, row.scale_labels) == ("audit", 1, {"1": "Never", "5": "Always"})
    assert [(i.key, i.reverse, i.author, i.licence, i.dimension_id) for i in items] == [
        ("listen", False, "A forum", "CC BY 4.0", dimensions[1].id),
        ("rush", True, "A forum", "CC BY 4.0", dimensions[1].id),
    ]
    assert [(d.key, d.is_total, d.benchmark, d.benchmark_source) for d in dimensions] == [
        ("total", True, 3.5, "A survey of forums"),
        ("working", False, None, None),
    ]
    assert [(band.key, band.starts_at) for band in bands] == [("good", 3.25), ("low", None)]
    assert theme.item_keys == ["listen"]
    assert row.read().identity == ("audit", 1)


async def test_every_shipped_instrument_can_be_taken_in_twice(database: Database) -> None:
    for _ in range(2):
        async with acting(database) as work:
            rows = await storing.store_shipped(work)
        assert [row.key for row in rows] == list(shipped())
    async with acting(database) as work:
        assert await work.session.scalar(select(func.count()).select_from(Instrument)) == len(shipped())
        entries = await work.session.scalars(select(JournalEntry.command))
        assert list(entries) == ["instrument.stored"] * len(shipped())


async def test_no_stored_item_is_without_author_and_licence(database: Database) -> None:
    async with acting(database) as work:
        await storing.store_shipped(work)
        items = await work.session.scalars(select(InstrumentItem))
        assert all(item.author and item.licence for item in items)


async def test_the_same_content_laid_out_otherwise_changes_nothing(database: Database) -> None:
    row = await _store(database)
    before = await contents(database)
    assert (
        await _store(database, "# Our audit\n" + AUDIT.replace("scoring: MEAN", "scoring:   MEAN"))
    ).id == row.id
    assert await contents(database) == before


async def test_a_new_version_is_a_new_instrument(database: Database) -> None:
    first = await _store(database)
    second = await _store(database, AUDIT.replace("version: 1", "version: 2").replace("rush.", "hurry."))
    assert second.id != first.id


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"file": AUDIT.replace("rush.", "hurry.")}, "INSTRUMENT_DIFFERS"),
        ({"file": "key: audit"}, "BAD_INSTRUMENT"),
        ({"file": "[" * 50_000}, "NOT_YAML"),
        ({"file": "#" * (LONGEST + 1)}, "TOO_LONG"),
        ({"file": AUDIT, "shipped_key": "staff-pulse"}, "FILE_OR_KEY"),
        ({"file": None}, "FILE_OR_KEY"),
        ({"file": None, "shipped_key": "../staff-pulse"}, "NOT_FOUND"),
    ],
)
async def test_it_is_refused(database: Database, given: dict[str, Any], code: str) -> None:
    await _store(database)
    async with refused(database, code):
        await _store(database, **given)


@pytest.mark.parametrize(
    "table",
    ["instruments", "instrument_dimensions", "instrument_bands", "instrument_items", "instrument_themes"],
)
@pytest.mark.parametrize("statement", ["UPDATE {} SET key = 'other'", "DELETE FROM {}"])
async def test_the_database_keeps_it_as_it_is(database: Database, table: str, statement: str) -> None:
    await _store(database)
    connection = await asyncpg.connect(database.url.replace("+asyncpg", ""))
    with pytest.raises(asyncpg.PostgresError, match="stays as it is"):
        await connection.execute(statement.format(table))
    await connection.close()
