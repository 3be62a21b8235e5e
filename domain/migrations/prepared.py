"""What a step does before its transaction, until it is really done."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.errors import Refused

PATIENCE_S = 60.0
"""For how long, in seconds, others may hold up that bytes are removed."""

_PAUSE_S = 0.2


async def carry_out(alone: AsyncConnection, statement: str) -> None:
    """Carry out a statement outside any transaction; a verbose VACUUM until it has to keep nothing of what is dead.

    It keeps dead rows for whoever may still see them: a transaction that began before, such as one of autovacuum's.

    Raises:
        Refused: DATABASE_IN_USE, where somebody does for a minute.
    """
    deadline = asyncio.get_running_loop().time() + PATIENCE_S
    while await _kept(alone, statement):
        if asyncio.get_running_loop().time() > deadline:
            raise Refused(
                "DATABASE_IN_USE",
                "A transaction that is open in this database for more than a minute keeps PostgreSQL from removing "
                "what was deleted: end it, or stop whatever else uses the database, and begin again.",
            )
        await asyncio.sleep(_PAUSE_S)


async def _kept(alone: AsyncConnection, statement: str) -> int:
    """How many dead rows PostgreSQL said that it had to keep."""
    said: list[str] = []

    def hear(_connection: Any, message: Any) -> None:
        said.append(message.detail or "")

    driver: Any = (await alone.get_raw_connection()).driver_connection
    driver.add_log_listener(hear)
    try:
        await alone.exec_driver_sql(statement)
    finally:
        driver.remove_log_listener(hear)
    # The one number in the one detail, whatever the language of the server.
    return sum(int(number[0]) for detail in said if (number := re.search(r"\d+", detail)))
