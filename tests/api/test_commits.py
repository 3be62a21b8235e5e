"""A connection is lost while a transaction is committed: nobody knows what became of it, and callers are told so."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from domain.calendar import today
from domain.database import Database
from tests.api.conftest import Reach
from tests.replication import Server, primary

CREATE = """
mutation {
  organisationCreate(input: {code: "NEW", name: "New", kind: CHARITY, idempotencyKey: "the same"}) {
    id userErrors { code }
  }
}
"""
_COUNT = text("SELECT count(*) FROM organisations")


async def test_one_that_the_database_had_not_begun_to_keep(reach: Reach, database: Database) -> None:
    await _wait_at_commit(database)
    async with reach() as client:
        async with database.engine.connect() as holding:
            await holding.execute(text("SELECT pg_advisory_xact_lock(7)"))
            answer = await _cut_off(client, database, "Lock")
        _is_told_to_repeat(answer)
        assert await _repeated(client) == []
    assert await _many(database) == 1


@pytest.fixture
def alone(prepared: Path, empty_data_dir: Path) -> Iterator[Server]:
    """A server that answers a commit once a standby has it, and has none."""
    with primary(prepared, empty_data_dir.with_name("alone")) as server:
        server.ask("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
        server.ask("SELECT pg_reload_conf()")
        yield server


@pytest.mark.parametrize("how", ["terminated", "killed"])
async def test_one_that_the_database_has_kept_and_not_answered(
    reach_database: Reach, alone: Server, how: str
) -> None:
    database = Database(alone.url)
    async with reach_database(database) as client:
        if how == "terminated":
            answer = await _cut_off(client, database, "SyncRep")
        else:
            asked = asyncio.create_task(client.post("/graphql", json={"query": CREATE}))
            await _until_waits(database, "SyncRep")
            alone.kill()
            answer = await asked
            alone.start()
        _is_told_to_repeat(answer)
        alone.ask("ALTER SYSTEM RESET synchronous_standby_names")
        alone.ask("SELECT pg_reload_conf()")
        assert await _repeated(client) == []
        assert await _many(database) == 1
    await database.close()


async def _cut_off(client: httpx.AsyncClient, database: Database, waits_for: str) -> httpx.Response:
    """The answer to a change whose connection is ended by an operator while its commit waits."""
    asked = asyncio.create_task(client.post("/graphql", json={"query": CREATE}))
    process = await _until_waits(database, waits_for)
    async with database.readers.acquire() as connection:
        await connection.fetchval("SELECT pg_terminate_backend($1)", process)
    return await asked


async def _until_waits(database: Database, event: str) -> int:
    async with asyncio.timeout(20), database.readers.acquire() as connection:
        while True:
            found: int | None = await connection.fetchval(
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query = 'COMMIT;' "
                "AND $1 IN (wait_event_type, wait_event)",
                event,
            )
            if found:
                return found
            await asyncio.sleep(0.02)


def _is_told_to_repeat(answer: httpx.Response) -> None:
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["extensions"]) == (503, {"code": "UNAVAILABLE"})
    assert "same idempotency key is not made twice" in error["message"]
    assert int(answer.headers["retry-after"]) >= 1


async def _repeated(client: httpx.AsyncClient) -> list[Any]:
    async with asyncio.timeout(20):
        while True:
            body = (await client.post("/graphql", json={"query": CREATE})).json()
            if "errors" not in body:
                errors: list[Any] = body["data"]["organisationCreate"]["userErrors"]
                return errors
            await asyncio.sleep(0.1)


async def _many(database: Database) -> int:
    async with database.transaction(effective_on=today()) as session:
        return await session.scalar(_COUNT) or 0


async def _wait_at_commit(database: Database) -> None:
    """Have a transaction that adds an organisation wait as it is committed, while somebody has a lock."""
    async with database.engine.begin() as connection:
        await connection.execute(
            text(
                "CREATE FUNCTION wait_a_moment() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN PERFORM pg_advisory_xact_lock(7); RETURN NULL; END $$"
            )
        )
        await connection.execute(
            text(
                "CREATE CONSTRAINT TRIGGER wait_a_moment AFTER INSERT ON organisations "
                "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait_a_moment()"
            )
        )
