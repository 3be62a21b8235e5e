"""Verifying finds a deviation of each kind, names it, and finds none where there is none."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from domain.backups.verification import CHECKS, deviations
from domain.database import Database
from domain.programmes import commands as programmes
from domain.programmes.portfolio import add_up
from domain.summaries import commands as summaries
from tests import factories
from tests.domain.backups.files import quiet
from tests.domain.backups.test_restore import fill
from tests.factories import START, TODAY, acting


@pytest.fixture
async def filled(database: Database) -> Database:
    """A programme that was renamed, with a milestone that moved and an issued summary; half of the figures added up."""
    await fill(database)
    async with acting(database) as work:
        await add_up(work)
    async with acting(database, on=TODAY) as work:
        hub = await factories.programme(work, "another")
    async with acting(database, on=TODAY) as work:
        await programmes.update(work, hub.id, title="Another name")
    return database


async def _found(database: Database) -> list[str]:
    return [each async for each in deviations(database.url, quiet)]


async def test_nothing_is_found_where_nothing_is_amiss(filled: Database) -> None:
    assert await _found(filled) == []


@pytest.mark.parametrize(
    ("tampered", "told"),
    [
        ("UPDATE ledger_entries SET days = days + 1", "moves come to"),
        ("DELETE FROM ledger_entries", "and its moves come to 0"),
        (
            "UPDATE milestones SET baseline_on = baseline_on - 1 WHERE forecast_on <> baseline_on",
            "days apart",
        ),
        ("UPDATE summaries SET content = '{}'", "(ISSUED): its content does not have the hash"),
        ("UPDATE summaries SET hash = 'other'", "(ISSUED): its content does not have the hash"),
        ("UPDATE programmes SET title = 'Other'", "programmes 0"),
        ("DELETE FROM sponsors", "sponsors 0"),
        ("DELETE FROM partners_history", "partners 0"),
        (
            "UPDATE programmes_history SET valid_until = valid_until - 1 WHERE valid_until < 'infinity'",
            "its version 2 does not begin when the one before it ends",
        ),
        ("UPDATE journal SET subject_id = gen_random_uuid()", "there never was the Milestone"),
        (
            "UPDATE programme_figures_history SET slipped_milestones = 7",
            "programme hub: the figures kept for 2024-01-01 are not those counted",
        ),
        ("DELETE FROM programme_figures_history", "programme another: the figures kept for 2026-06-01"),
        ("UPDATE programme_figures SET heard_on = '2020-01-01'", "its present figures are not those"),
        (
            "DELETE FROM portfolio_changes",
            "all programmes: programmes of ACTIVE on 2026-06-01 is kept with -1",
        ),
        (
            "UPDATE portfolio_totals SET amount = amount + 1 WHERE span = 'DAY'",
            "on 2024-01-01 is kept with 1 too many",
        ),
        ("DELETE FROM portfolio_totals WHERE span = 'YEAR'", "in the year of 2024-01-01 is kept with -1"),
    ],
)
async def test_each_deviation_is_named(filled: Database, tampered: str, told: str) -> None:
    async with filled.engine.begin() as connection:
        # Past all triggers, as a damaged disk or a hand in the tables would.
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        await connection.execute(text(tampered))
    found = await _found(filled)
    assert [line for line in found if told in line], found


async def test_it_sees_one_moment_and_says_how_far_it_is(filled: Database) -> None:
    told = []

    def tell(what: str, done: int, total: int) -> None:
        told.append((what, done, total))

    found = deviations(filled.url, tell)
    async with filled.engine.begin() as connection:
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        await connection.execute(text("UPDATE ledger_entries SET days = days + 1"))
    first = await anext(found)
    async with filled.engine.begin() as connection:
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        await connection.execute(text("UPDATE programmes SET title = 'Other'"))
    assert "moves come to" in first
    assert [each async for each in found] == []
    assert [line for line in await _found(filled) if line.startswith("programmes ")]
    assert [done for _, done, _ in told] == [*range(len(CHECKS))]


async def test_the_hash_of_a_summary_is_that_of_what_is_read_back(database: Database) -> None:
    content = {"b": [1.0, 0.1, 2**53, -7, None, True], "a": {"é": 'ß\n"\\', "": []}}
    async with acting(database) as work:
        ada = await factories.person(work)
        await summaries.store(
            work, person_id=ada.id, period_from=START, period_to=TODAY, content=content, html=""
        )
    assert await _found(database) == []
