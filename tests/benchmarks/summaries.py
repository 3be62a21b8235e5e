"""Compiles sponsors' summaries one after the other, for at most some seconds, and says what that took.

It is a process of its own, so that the memory is that of compiling alone:
`python -m tests.benchmarks.summaries URL SECONDS`.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from time import perf_counter

import asyncpg
import msgspec
import psutil

from domain.calendar import today
from domain.database import Database
from tests.benchmarks.portfolio import plain
from tests.benchmarks.results import Compiled
from workers.running import without_a_job
from workers.summaries import compile_summary

_PERIOD = (timedelta(days=300), timedelta(days=10))
# After so many, everything that is kept for good has been filled: plans, templates, connections.
_WARM = 5
_TOLD_AFTER = 500


async def compiled(url: str, seconds: float) -> Compiled:
    """Compile for one sponsor after another until all are served or the time is over."""
    sponsors = await _sponsors(url)
    begins, ends = (f"{today() - back}" for back in _PERIOD)
    database = Database(url)
    warm = min(_WARM, len(sponsors) - 1)
    took: list[float] = []
    memory: list[int] = []
    try:
        for sponsor in sponsors:
            before = perf_counter()
            await compile_summary(database, without_a_job, sponsor, begins, ends)
            took.append(perf_counter() - before)
            memory.append(psutil.Process().memory_info().rss)
            if len(took) % _TOLD_AFTER == 0:
                print(f"{len(took):,} of {len(sponsors):,} sponsors", file=sys.stderr, flush=True)
            if sum(took[warm:]) > seconds:
                break
    finally:
        await database.close()
    return Compiled(
        sponsors=len(took),
        of=len(sponsors),
        seconds_each=sum(took[warm:]) / len(took[warm:]),
        memory_early=memory[warm + (len(memory) - warm) // 5],
        memory_late=memory[-1],
    )


async def _sponsors(url: str) -> list[str]:
    """Everybody who has a seat; what an earlier run compiled is gone, so that this one compiles as much."""
    connection = await asyncpg.connect(plain(url))
    try:
        await connection.execute(
            "SET session_replication_role = replica; TRUNCATE summaries, summaries_history, journal"
        )
        rows = await connection.fetch("SELECT DISTINCT person_id::text FROM sponsors ORDER BY 1")
        return [row[0] for row in rows]
    finally:
        await connection.close()


if __name__ == "__main__":
    print(msgspec.json.encode(asyncio.run(compiled(sys.argv[1], float(sys.argv[2])))).decode())
