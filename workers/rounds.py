"""Publishes rounds that were closed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import text

from domain.access.viewers import ADMINISTRATOR
from domain.assessments import publication
from domain.calendar import now
from domain.database import Database
from domain.work import work
from workers.running import InHand


async def publish_round(database: Database, in_hand: InHand, round_id: str) -> dict[str, Any]:
    """Decide, once, what a round publishes, and delete its answers. Run again, it changes nothing.

    Raises:
        Refused: there is no such round, or it is not closed.
        TakenOver: somebody else has the job by now.
    """
    async with work(database, ADMINISTRATOR, now=now()) as current:
        row = await publication.publish(current, UUID(round_id))
        await in_hand(current.session)
    await _forget(database)
    return {"round_id": str(row.id)}


async def _forget(database: Database) -> None:
    """Have Postgres give up older states of invitations, now and not some time later."""
    async with database.engine.connect() as connection:
        alone = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await alone.execute(text("VACUUM round_invitations"))
