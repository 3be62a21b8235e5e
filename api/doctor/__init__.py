"""`tandem doctor`: looks at a set-up and says what is wrong. It starts nothing and changes nothing."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping

from api.doctor import database, machine, queue, replicas
from api.doctor.findings import Finding, Level
from domain.errors import Refused
from domain.settings import Settings

__all__ = ["Finding", "Level", "examine"]


async def examine(environ: Mapping[str, str] = os.environ) -> AsyncIterator[Finding]:
    """All that is to be said of the set-up which these variables describe, as it is found."""
    for finding in machine.variables(environ):
        yield finding
    try:
        settings = Settings.read(environ)
    except Refused as refusal:
        yield Finding("settings", Level.WRONG, refusal.message)
        return
    for finding in (*machine.machine(settings), *machine.traces(environ)):
        yield finding
    for part in (database.database, replicas.replicas, queue.queue):
        async for finding in part(settings):
            yield finding
