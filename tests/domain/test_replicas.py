"""How far a standby has come, and whether that is far enough."""

from __future__ import annotations

import pytest

from domain.database import Database
from domain.replicas import NOWHERE, Position


@pytest.mark.parametrize(
    ("at", "written", "reaches"),
    [
        (Position(1, 100), Position(1, 100), True),
        (Position(1, 101), Position(1, 100), True),
        (Position(1, 99), Position(1, 100), False),
        (Position(2, 100), Position(1, 100), True),
        # It went on along a log that the others left: what it has at that byte is something else.
        (Position(1, 200), Position(2, 100), False),
        (Position(2, 10**15), NOWHERE, False),
    ],
)
def test_a_standby_is_far_enough_on_its_timeline(at: Position, written: Position, reaches: bool) -> None:
    assert at.reaches(written) is reaches


async def test_what_is_committed_lies_before_the_position_of_the_primary(database: Database) -> None:
    async with database.engine.begin() as connection:
        await connection.exec_driver_sql("CREATE TABLE written (a int)")
        row = await connection.exec_driver_sql("SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint")
        inside: int = row.scalar_one()
    after = await database.position()
    assert after.timeline == 1
    # The record of the commit comes behind all that the transaction wrote.
    assert after.byte > inside
