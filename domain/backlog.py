"""How much of the outbox is still to be done, for whoever watches over it."""

from __future__ import annotations

from dataclasses import dataclass

import asyncpg


@dataclass(frozen=True, slots=True)
class Backlog:
    """Jobs that are due and not done: how many, how long the oldest has been (seconds), how many failed before.

    `given_up` are those that nobody tries again.
    """

    due: int
    oldest_s: float
    failing: int
    given_up: int


# By the database's clock; what is due is found by an index of what is not done.
_BACKLOG = """
SELECT due, oldest_s, failing, (SELECT count(*) FROM jobs WHERE failed_at IS NOT NULL) AS given_up
FROM (
    SELECT
        count(*) AS due,
        coalesce(extract(epoch FROM clock_timestamp() - min(due_at)), 0)::float8 AS oldest_s,
        count(*) FILTER (WHERE failure IS NOT NULL) AS failing
    FROM jobs
    WHERE done_at IS NULL AND failed_at IS NULL AND due_at <= clock_timestamp()
) waiting
"""


async def backlog(connection: asyncpg.Connection) -> Backlog:
    """What is still to be done at this moment."""
    row = await connection.fetchrow(_BACKLOG)
    assert row is not None
    return Backlog(**row)
