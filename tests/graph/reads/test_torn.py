"""An answer is of one moment, even if others write while it is being made."""

from __future__ import annotations

import asyncio
from datetime import date

import asyncpg
import pytest
from sqlalchemy import Text, cast, func

from domain.access.viewers import ADMINISTRATOR
from domain.database import Database
from domain.milestones import commands as milestones
from domain.programmes import commands as programmes
from graph.programmes import Programme
from graph.reads import computed
from graph.reads.declare import declaration_of
from tests.factories import NOW, acting, milestone, programme
from tests.graph.reads.answers import answer_of

LOCK = 20_260_601
QUESTION = """{ programmes { nodes { title category milestones(orderBy: [{title: ASC}]) { totalCount nodes { title } } } }
    portfolio { programmes } }"""


async def test_a_write_between_two_levels_is_seen_in_neither(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The category of a programme waits for a lock: while it does, somebody changes and commits every level."""
    async with acting(database) as work:
        made = await programme(work, title="Before")
        first = await milestone(work, made, "Before")
    waiting = computed(
        lambda row, _at: func.concat(row.category, cast(func.pg_advisory_lock_shared(LOCK), Text))
    )
    fields = declaration_of(Programme).by_name
    monkeypatch.setattr(fields["category"], "read", waiting.read)
    plain = database.url.replace("+asyncpg", "")
    holder, watcher = await asyncpg.connect(plain), await asyncpg.connect(plain)
    await holder.execute("SELECT pg_advisory_lock($1)", LOCK)
    asked = asyncio.create_task(answer_of(database, ADMINISTRATOR, QUESTION))
    while not await watcher.fetchval(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = $1::bigint AND NOT granted",
        LOCK,
    ):
        assert not asked.done()
    async with acting(database, on=NOW.date()) as work:
        await programmes.update(work, made.id, title="After")
        await milestones.update(work, first.id, title="After")
        await milestone(work, made, "More")
        await programme(work, "another")
    await holder.execute("SELECT pg_advisory_unlock($1)", LOCK)
    answer = await asked
    await holder.close()
    await watcher.close()
    [found] = answer["data"]["programmes"]["nodes"]
    assert (found["title"], found["milestones"]) == (
        "Before",
        {"totalCount": 1, "nodes": [{"title": "Before"}]},
    )
    assert answer["data"]["portfolio"] == {"programmes": 1}
    monkeypatch.undo()
    later = (await answer_of(database, ADMINISTRATOR, QUESTION))["data"]
    assert len(later["programmes"]["nodes"]) == later["portfolio"]["programmes"] == 2


async def test_readers_and_writers_at_once(database: Database) -> None:
    """Whoever reads sees programme and milestone in the same state, while both change in one transaction."""
    async with acting(database) as work:
        made = await programme(work, title="0")
        first = await milestone(work, made, "0")

    async def write() -> None:
        for number in range(1, 25):
            async with acting(database, on=date(2026, 1, number)) as work:
                await programmes.update(work, made.id, title=str(number))
                await milestones.update(work, first.id, title=str(number))

    async def read() -> set[str]:
        seen = set()
        while not writing.done():
            answer = await answer_of(database, ADMINISTRATOR, QUESTION)
            [found] = answer["data"]["programmes"]["nodes"]
            assert found["milestones"]["nodes"] == [{"title": found["title"]}]
            seen.add(found["title"])
        return seen

    writing = asyncio.create_task(write())
    seen = set().union(*await asyncio.gather(read(), read()))
    await writing
    assert len(seen) > 1
