"""Where answers are kept: a table for each round, made as it opens, dropped as it is published or withdrawn.

PostgreSQL does not promise that the bytes of deleted rows vanish: not from a page that other rows lie on, nor from
what it keeps of columns as statistics. A table that is dropped goes with its files, its TOAST table, its indexes and
its statistics. Each is a child of `round_answers`, which has no row of its own, by plain inheritance: dropping one
locks nothing that other rounds are answered into (docs/decisions/0015). So nothing reads or writes answers but through
the table of the round, and that is made and dropped as the last thing of a transaction.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import TableClause, Uuid, column, table, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

_COLUMNS: Final = ("id", "programme_id", "round_id", "groups", "answers", "comments")
_WITHOUT_STATISTICS: Final = ", ".join(f"ALTER {name} SET STATISTICS 0" for name in _COLUMNS)

# A trigger, which children do not inherit.
ANSWERS_ARE_APART: Final = (
    """
CREATE FUNCTION answers_are_apart() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'answers are kept in the table of their round, not in %', TG_TABLE_NAME USING ERRCODE = 'TD003';
END $$
""",
    "CREATE TRIGGER answers_are_apart BEFORE INSERT ON round_answers "
    "FOR EACH ROW EXECUTE FUNCTION answers_are_apart()",
    f"ALTER TABLE round_answers {_WITHOUT_STATISTICS}",
    "ALTER TABLE round_invitations ALTER answered SET STATISTICS 0, ALTER token_hash SET STATISTICS 0",
)
"""That `round_answers` itself has no row, and that PostgreSQL keeps no statistics of who answered and what."""


def answers_of(round_id: UUID) -> TableClause:
    """The table of the answers to a round that is open or closed."""
    return table(
        _name(round_id),
        *(column(name, Uuid()) for name in ("id", "programme_id", "round_id")),
        *(column(name, JSONB()) for name in ("groups", "answers", "comments")),
    )


async def make_partition(session: AsyncSession, round_id: UUID) -> None:
    """Have a table for the answers to a round. It locks out nobody but who opens another round at that moment."""
    name = _name(round_id)
    await session.execute(
        text(
            f"CREATE TABLE {name} (PRIMARY KEY (id), CHECK (round_id = '{round_id}')) INHERITS (round_answers)"
        )
    )
    await session.execute(text(f"ALTER TABLE {name} {_WITHOUT_STATISTICS}"))


async def drop_partition(session: AsyncSession, round_id: UUID) -> None:
    """Have PostgreSQL forget all answers to a round, with the files that they lie in, as the transaction commits.

    A database that was restored may have none: backups leave them out.
    """
    await session.execute(text(f"DROP TABLE IF EXISTS {_name(round_id)}"))


def _name(round_id: UUID) -> str:
    return f"round_answers_{round_id.hex}"
