"""One server, met by a connection of ours and by PostgreSQL's programs alike."""

from __future__ import annotations

from asyncio.subprocess import Process
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from domain.backups.manifest import Tell
from domain.database import DRIVER
from domain.errors import Refused
from domain.hosts import connect_to

# A role may have been given limits that requests are to keep. What is at work here takes as long as it takes.
_SESSION: Final = {
    "timezone": "UTC",
    "jit": "off",
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "transaction_timeout": "0",
}

OF_ONE_MOMENT: Final = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
"""The options of a connection whose transaction sees the database as it was when it began."""


@asynccontextmanager
async def engine_to(host: str) -> AsyncIterator[AsyncEngine]:
    """An engine for the URL of one host, whose statements may take long."""
    engine = create_async_engine(
        DRIVER, async_creator=partial(connect_to, host, _SESSION), poolclass=NullPool, hide_parameters=True
    )
    try:
        yield engine
    finally:
        await engine.dispose()


async def follow(process: Process, tell: Tell, what: str, total: int) -> str:
    """Hear what a program says until it ends, and tell of each table that it comes to; its last words."""
    assert process.stderr is not None
    done, last = 0, deque[str](maxlen=1)
    async for line in process.stderr:
        words = line.decode("utf-8", "replace").strip()
        if " contents of table " in words or " data for table " in words:
            tell(what, done, total)
            done += 1
        # The first line of an error says what went wrong; those after it may quote rows.
        elif "error: " in words and not last:
            last.append(words.partition("error: ")[2])
    await process.wait()
    return last[0] if last else "it was ended"


def require_done(process: Process, code: str, words: str, what_to_do: str) -> None:
    """Go on only if a program came to its end.

    Raises:
        Refused: with that code.
    """
    if process.returncode != 0:
        raise Refused(code, f"PostgreSQL's program says: {words.rstrip('.')}. {what_to_do}")
