"""The primary is lost under load: what was answered is there, and the same processes go on with the standby."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx
import pytest

from domain import embedded
from tests.api.servers import GRANIAN, serving
from tests.replication import Server, primary, standby, url_of

_WRITERS = 6
_BEFORE_S = 0.5
_AFTER_S = 1.0
_LONGEST_S = 60

CREATE = """
mutation ($code: String!, $key: String!) {
  organisationCreate(input: {code: $code, name: $code, kind: NHS_TRUST, idempotencyKey: $key}) {
    userErrors { code }
  }
}
"""
KNOWS = "query ($code: String!) { organisations(filter: {code: {eq: $code}}) { totalCount } }"


@dataclass
class Load:
    """Writers that send a change until it is answered, and then look for it."""

    client: httpx.AsyncClient
    answered: dict[str, float] = field(default_factory=dict)
    refused: list[float] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    over: bool = False

    async def write(self, who: int) -> None:
        number = 0
        while not self.over:
            number += 1
            code = f"F{who}N{number}"
            await self.insist(who, CREATE, code=code, key=str(uuid4()))
            self.answered[code] = time.monotonic()
            found = await self.insist(who, KNOWS, code=code)
            if found["organisations"]["totalCount"] != 1:
                self.missed.append(code)

    async def insist(self, who: int, query: str, **variables: str) -> dict[str, dict[str, int]]:
        """The data of the answer, asked for as often as the server says that it cannot give it now."""
        token = {"Authorization": f"Bearer writer {who}"}
        while True:
            answer = await self.client.post(
                "/graphql", json={"query": query, "variables": variables}, headers=token
            )
            body = answer.json()
            if answer.status_code == 200 and "errors" not in body:
                data: dict[str, dict[str, int]] = body["data"]
                return data
            (error,) = body["errors"]
            assert (answer.status_code, error["extensions"]["code"]) in {
                (503, "UNAVAILABLE"),
                (503, "READ_ONLY"),
            }
            self.refused.append(time.monotonic())
            await asyncio.sleep(0.02)


@pytest.fixture
def pair(prepared: Path, empty_data_dir: Path) -> Iterator[tuple[Server, Server]]:
    """Two servers of which the first answers a commit once the second has it."""
    with (
        primary(prepared, empty_data_dir.with_name("first")) as first,
        standby(first, empty_data_dir.with_name("second")) as second,
    ):
        first.ask("ALTER SYSTEM SET synchronous_standby_names = '*'")
        # What pg_rewind goes back to: the last checkpoint that both know.
        first.ask("ALTER SYSTEM SET wal_keep_size = '64MB'")
        first.ask("SELECT pg_reload_conf()")
        yield first, second


@pytest.fixture
async def client(
    pair: tuple[Server, Server], servers: embedded.Servers, worker_id: str
) -> AsyncIterator[httpx.AsyncClient]:
    number = 8 + int(worker_id.removeprefix("gw") if worker_id != "master" else 0)
    environment = {
        "TANDEM_DATABASE_URL": url_of(*pair, target="primary"),
        "TANDEM_READ_DATABASE_URL": url_of(*pair, target="prefer-standby"),
        "TANDEM_REDIS_URL": f"{servers.redis_url}?db={number}",
    }
    async with (
        serving(GRANIAN, **environment) as url,
        httpx.AsyncClient(base_url=url, timeout=60) as client,
    ):
        yield client


async def test_nothing_that_was_answered_is_lost_and_nobody_restarts_anything(
    pair: tuple[Server, Server], client: httpx.AsyncClient
) -> None:
    first, second = pair
    load = Load(client)
    writers = [asyncio.create_task(load.write(who)) for who in range(_WRITERS)]
    await asyncio.sleep(_BEFORE_S)
    before, killed = set(load.answered), time.monotonic()
    await asyncio.to_thread(first.kill)
    await asyncio.to_thread(second.promote)
    async with asyncio.timeout(_LONGEST_S):
        while not any(at > max(load.refused, default=killed) for at in load.answered.values()):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    await asyncio.sleep(_AFTER_S)
    load.over = True
    await asyncio.gather(*writers)
    refused_s = max(load.refused, default=killed) - killed
    print(
        f"{len(before)} changes answered before, {len(load.answered) - len(before)} after; {len(load.refused)} "
        f"requests refused, the last {refused_s:.1f} s after the primary was killed"
    )
    assert before
    assert set(load.answered) - before
    assert load.missed == []
    assert await _codes(second) >= set(load.answered)
    # The old primary comes back as a standby of the new one, and answers reads.
    await asyncio.to_thread(first.follow, second)
    await asyncio.to_thread(first.start)
    async with asyncio.timeout(_LONGEST_S):
        while not await _codes(first) >= set(load.answered):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    async with asyncio.timeout(_LONGEST_S):
        while not await _is_told_the_past(load, first):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def _is_told_the_past(load: Load, replica: Server) -> bool:
    """Whether somebody else is not told of a change that the replica has not replayed, which the writer is told of."""
    code = f"P{uuid4().hex[:8]}".upper()
    replica.ask("SELECT pg_wal_replay_pause()")
    try:
        await load.insist(0, CREATE, code=code, key=code)
        assert (await load.insist(0, KNOWS, code=code))["organisations"]["totalCount"] == 1
        return (await load.insist(1, KNOWS, code=code))["organisations"]["totalCount"] == 0
    finally:
        replica.ask("SELECT pg_wal_replay_resume()")


async def _codes(server: Server) -> set[str]:
    connection = await asyncpg.connect(server.url)
    try:
        return {row["code"] for row in await connection.fetch("SELECT code FROM organisations")}
    finally:
        await connection.close()
