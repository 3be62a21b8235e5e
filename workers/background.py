"""What goes on beside the jobs, until it is ended."""

from __future__ import annotations

import asyncio

_PAUSE_S = 2.0


async def end(*tasks: asyncio.Task[None]) -> None:
    """End tasks that go on for ever.

    Told once is not enough where the database goes at the same moment: its error takes the place of the end.
    """
    going = set(tasks)
    while going:
        for task in going:
            task.cancel()
        _, going = await asyncio.wait(going, timeout=_PAUSE_S)
