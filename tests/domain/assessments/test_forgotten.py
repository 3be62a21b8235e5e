"""Nothing that people answered and that was not published is left anywhere: not in a table, a statistic or a file."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from sqlalchemy import Connection, bindparam, make_url, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from domain import migrations
from domain.assessments import opening, publication
from domain.assessments.partitions import answers_of
from domain.assessments.round_models import Round
from domain.database import Database
from domain.errors import Refused
from domain.migrations import prepared
from tests.domain.assessments.rounds import ONCE, Asked, asked_team, both
from tests.domain.assessments.searching import places_of
from tests.factories import acting

# Random letters cannot be compressed, so the long ones are found where they lie, and they lie in a TOAST table.
_LONG = "".join(random.Random(5).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=1900))
_SHORT = "Words of somebody"


@pytest.fixture
async def answered(database: Database) -> tuple[Asked, Round]:
    """An open round of seven, too few for comments to be published, in which all have written one, analyzed often."""
    it = await asked_team(database, 7)
    row = await it.open(k=3)
    for number, person in enumerate(it.people):
        # Statistics have whole values, but none that are as long as the long ones.
        words = _SHORT if number < 5 else _LONG
        await it.answer(person, both(1 + number % 5, 3), listen=f"{words} {number}")
        await _do(database, "ANALYZE")
    return it, row


async def _do(database: Database, statement: str) -> None:
    async with database.engine.connect() as connection:
        alone = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await alone.execute(text(statement))


@pytest.mark.parametrize("words", [_SHORT, _LONG[:40]])
async def test_an_open_round_is_in_its_table_and_nowhere_else(
    answered: tuple[Asked, Round], words: str
) -> None:
    it, row = answered
    found = await places_of(words, it.database)
    assert {place for place in found if not place.startswith("base/")} >= {answers_of(row.id).name}
    assert not {place for place in found if place.startswith(("pg_statistic", "global/", "base/pgsql_tmp"))}


@pytest.mark.parametrize("words", [_SHORT, _LONG[:40]])
async def test_published_nothing_is_left(answered: tuple[Asked, Round], words: str) -> None:
    it, row = answered
    await it.close(row)
    await it.publish(row)
    assert await places_of(words, it.database) == set()


async def test_withdrawn_its_table_is_gone_and_opened_again_it_has_one(database: Database) -> None:
    it = await asked_team(database, 7)
    row = await it.open()
    for _ in range(2):
        async with acting(database, on=ONCE) as work:
            await opening.withdraw(work, row.id)
        assert answers_of(row.id).name not in await _tables(database)
        await it.start(row)
        assert answers_of(row.id).name in await _tables(database)


async def _tables(database: Database) -> set[str]:
    async with database.engine.connect() as connection:
        return set(await connection.scalars(text("SELECT tablename FROM pg_tables")))


async def test_people_answer_while_other_rounds_are_published_withdrawn_and_opened(
    database: Database,
) -> None:
    it = await asked_team(database, 8)
    started = await it.draft("Started")
    published, withdrawn, _ = [await it.open(title) for title in ("Published", "Withdrawn", "Answered")]
    await it.close(published)
    # None of the three is committed: what they hold, they hold.
    async with (
        asyncio.timeout(60),
        acting(database, on=ONCE) as publishing,
        acting(database, on=ONCE) as withdrawing,
        acting(database, on=ONCE) as starting,
    ):
        await publication.publish(publishing, published.id)
        await opening.withdraw(withdrawing, withdrawn.id)
        await opening.open_(starting, started.id)
        await it.answer(it.people[0], both(3, 3))


async def test_no_answer_gets_into_the_table_that_all_have_in_common(answered: tuple[Asked, Round]) -> None:
    it, _ = answered
    with pytest.raises(DBAPIError, match="in the table of their round"):
        await _do(it.database, "INSERT INTO round_answers SELECT * FROM round_answers")


_OWNER = """
DO $$ BEGIN CREATE ROLE tandem_owner LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$
"""


def _as_owner(url: str) -> str:
    return url.replace("postgres@", "tandem_owner@")


def _at_0001(connection: Connection) -> None:
    migrations.take(connection, "0001")


@pytest.fixture
async def of_0001(empty_database_url: str) -> AsyncIterator[Database]:
    """A database of Tandem 0.1.0: one open round with answers, one closed, and the traces of one that was published."""
    database = Database(empty_database_url)
    # Owned by somebody who is no superuser, as on a server of one's own.
    name = make_url(empty_database_url).database
    await _do(database, _OWNER)
    await _do(database, f"ALTER DATABASE {name} OWNER TO tandem_owner")
    owned = create_async_engine(_as_owner(empty_database_url), poolclass=NullPool)
    async with owned.begin() as connection:
        await connection.run_sync(_at_0001)
    async with database.engine.begin() as connection:
        # No programme, team or instrument: only what is looked at here.
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        for number, state in enumerate(("OPEN", "CLOSED", "PUBLISHED", "OPEN")):
            await connection.execute(
                _ROUND, {"id": _ids[number], "state": state, "title": state + str(number)}
            )
        for number, words in (
            (0, _SHORT),
            (0, _SHORT),
            (1, _SHORT),
            (2, "Gone for long"),
            (2, "Gone for long"),
        ):
            await connection.execute(_ANSWER, {"id": _ids[number], "comments": {"listen": words}})
    await _do(database, "ANALYZE")
    await _do(database, f"DELETE FROM round_answers WHERE round_id = '{_ids[2]}'")
    await _do(database, "VACUUM round_answers")
    yield database
    await database.close()


_ids = [UUID(int=number, version=4) for number in range(4)]
_ROUND = text(
    """
    INSERT INTO rounds (id, title, state, programme_id, team_id, instrument_id, k, by_organisation, groupings, version,
        valid_from)
    VALUES (:id, :title, :state, :id, :id, :id, 5, false, '{}', 1, '2026-01-01')
    """
)
_ANSWER = text(
    """
    INSERT INTO round_answers (programme_id, round_id, groups, answers, comments)
    VALUES (gen_random_uuid(), :id, '{}', '{}', :comments)
    """
).bindparams(bindparam("comments", type_=JSONB))


async def test_in_0_1_0_statistics_and_files_kept_what_was_deleted(of_0001: Database) -> None:
    found = await places_of("Gone for long", of_0001)
    assert "pg_statistic" in found
    assert any(place.startswith("base/") for place in found)


async def test_a_database_of_0_1_0_keeps_open_answers_and_nothing_else(of_0001: Database) -> None:
    told: list[str] = []
    assert await migrations.upgrade(_as_owner(of_0001.url), told.append)
    assert "step 0002" in told[0]
    async with of_0001.engine.connect() as connection:
        for number, expected in ((0, 2), (1, 1), (3, 0)):
            kept = (await connection.execute(select(answers_of(_ids[number])))).mappings().all()
            assert [(row["round_id"], row["comments"]) for row in kept] == [
                (_ids[number], {"listen": _SHORT})
            ] * expected
    assert answers_of(_ids[2]).name not in await _tables(of_0001)
    assert await places_of("Gone for long", of_0001) == set()
    assert "pg_statistic" not in await places_of(_SHORT, of_0001)


async def test_an_upgrade_waits_for_whoever_may_still_see_what_was_deleted(of_0001: Database) -> None:
    async with of_0001.engine.connect() as reading:
        # As an analyze of autovacuum's own does; it sees all that was there when it began.
        await reading.execution_options(isolation_level="REPEATABLE READ")
        await reading.execute(text("SELECT 1"))
        upgrading = asyncio.create_task(migrations.upgrade(_as_owner(of_0001.url)))
        done, _ = await asyncio.wait([upgrading], timeout=1)
        assert not done
    assert await upgrading
    assert await places_of("Gone for long", of_0001) == set()


async def test_an_upgrade_does_not_wait_for_ever(of_0001: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared, "PATIENCE_S", 0.5)
    async with of_0001.engine.connect() as reading:
        await reading.execution_options(isolation_level="REPEATABLE READ")
        await reading.execute(text("SELECT 1"))
        with pytest.raises(Refused, match="stop whatever else uses the database") as refused:
            await migrations.upgrade(_as_owner(of_0001.url))
    assert refused.value.code == "DATABASE_IN_USE"
    assert await migrations.upgrade(_as_owner(of_0001.url))
