"""Replicas answer reads, and nobody misses there what they wrote; over HTTP, with two processes of the API."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from domain import embedded
from tests.api.servers import GRANIAN, serving
from tests.api.test_metrics import parsed, value
from tests.replication import Server, primary, standby

_DELAY = "500ms"
_WRITERS = 4
_WRITES = 50

CREATE = """
mutation ($code: String!) {
  organisationCreate(input: {code: $code, name: $code, kind: NHS_TRUST}) { userErrors { code message } }
}
"""
CODES = "query ($code: String!) { organisations(filter: {code: {eq: $code}}) { nodes { code } } }"


@dataclass(frozen=True, slots=True)
class Pair:
    first: Server
    second: Server


@pytest.fixture(scope="module")
def pair(prepared: Path) -> Iterator[Pair]:
    with (
        # Another run of the tests takes away what lets servers pass through pytest's own directories.
        tempfile.TemporaryDirectory(prefix="tandem-") as home,
        primary(prepared, Path(home) / "primary") as first,
        standby(first, Path(home) / "standby", recovery_min_apply_delay=_DELAY) as second,
    ):
        yield Pair(first, second)


@pytest.fixture(scope="module")
async def site(pair: Pair, servers: embedded.Servers, worker_id: str) -> AsyncIterator[httpx.AsyncClient]:
    # None of the numbers that are emptied for other tests.
    number = 8 + int(worker_id.removeprefix("gw") if worker_id != "master" else 0)
    environment = {
        "TANDEM_DATABASE_URL": pair.first.url,
        "TANDEM_READ_DATABASE_URL": pair.second.url,
        "TANDEM_REDIS_URL": f"{servers.redis_url}?db={number}",
    }
    two = (*GRANIAN[:1], "--workers", "2", *GRANIAN[1:])
    async with serving(two, **environment) as url, httpx.AsyncClient(base_url=url, timeout=60) as client:
        yield client


async def _send(client: httpx.AsyncClient, who: str, query: str, **variables: Any) -> httpx.Response:
    return await client.post(
        "/graphql",
        json={"query": query, "variables": variables},
        headers={"Authorization": f"Bearer {who}"},
    )


async def _ask(client: httpx.AsyncClient, who: str, query: str, **variables: Any) -> dict[str, Any]:
    answer = await _send(client, who, query, **variables)
    body: dict[str, Any] = answer.json()
    assert "errors" not in body, body
    data: dict[str, Any] = body["data"]
    return data


async def _create(client: httpx.AsyncClient, who: str, code: str) -> None:
    done = await _ask(client, who, CREATE, code=code)
    assert done["organisationCreate"]["userErrors"] == []


async def _written(client: httpx.AsyncClient, who: str, code: str) -> bool:
    return (await _send(client, who, CREATE, code=code)).status_code == 200


async def _until(so: Callable[[], Awaitable[bool]], first: Awaitable[None] | None = None) -> None:
    if first is not None:
        await first
    async with asyncio.timeout(60):
        while not await so():  # noqa: ASYNC110 - another process knows
            await asyncio.sleep(0.05)


@contextmanager
def _replaying_nothing(server: Server) -> Iterator[None]:
    server.ask("SELECT pg_wal_replay_pause()")
    try:
        yield
    finally:
        server.ask("SELECT pg_wal_replay_resume()")


async def _knows(client: httpx.AsyncClient, who: str, code: str) -> bool:
    return bool((await _ask(client, who, CODES, code=code))["organisations"]["nodes"])


async def test_whoever_wrote_sees_it_at_once(site: httpx.AsyncClient) -> None:
    async def write(who: str) -> int:
        missed = 0
        for number in range(_WRITES):
            await _create(site, who, f"{who}{number}")
            missed += not await _knows(site, who, f"{who}{number}")
        return missed

    missed = await asyncio.gather(*(write(f"W{number}") for number in range(_WRITERS)))
    assert sum(missed) == 0


async def test_others_are_answered_by_the_replica(site: httpx.AsyncClient, pair: Pair) -> None:
    await _until(lambda: _knows(site, "somebody else", "BEFORE"), _create(site, "writer", "BEFORE"))
    with _replaying_nothing(pair.second):
        await _create(site, "writer", "NEW")
        assert await _knows(site, "writer", "NEW")
        # They are told the past, and that is how it shows who told them.
        assert not await _knows(site, "somebody else", "NEW")
    await _until(lambda: _knows(site, "somebody else", "NEW"))


async def test_how_far_a_replica_is_behind_is_among_the_metrics(site: httpx.AsyncClient, pair: Pair) -> None:
    async def behind() -> tuple[float, float]:
        found = parsed((await site.get("/metrics")).text)
        assert value(found, "tandem_replica_up", replica=pair.second.address) == 1
        return (
            value(found, "tandem_replica_lag_bytes", replica=pair.second.address),
            value(found, "tandem_replica_lag_seconds", replica=pair.second.address),
        )

    async def is_level() -> bool:
        return await behind() == (0, 0)

    with _replaying_nothing(pair.second):
        await _create(site, "writer", "AHEAD")
        before = await behind()
        await asyncio.sleep(1)
        after = await behind()
    assert before[0] > 0
    assert after[1] > before[1] + 0.9
    await _until(is_level)


async def test_without_a_primary_reads_go_on_and_a_write_is_told_to_wait(
    site: httpx.AsyncClient, pair: Pair
) -> None:
    await _until(lambda: _knows(site, "somebody else", "LAST"), _create(site, "writer", "LAST"))
    pair.first.kill()
    try:
        found = parsed((await site.get("/metrics")).text)
        assert value(found, "tandem_database_up") == 0
        assert value(found, "tandem_replica_up", replica=pair.second.address) == 1
        for who in ("writer", "somebody else"):
            assert await _knows(site, who, "LAST")
            refused = await _send(site, who, CREATE, code="LOST")
            (error,) = refused.json()["errors"]
            assert (refused.status_code, error["extensions"]["code"]) == (503, "READ_ONLY")
            assert "promote a standby" in error["message"]
            assert int(refused.headers["retry-after"]) >= 1
        page = await site.get("/", headers={"accept": "text/html"})
        assert (page.status_code, "UNAVAILABLE" in page.text, "retry-after" in page.headers) == (
            503,
            False,
            True,
        )
    finally:
        pair.first.start()
    await _until(lambda: _written(site, "writer", "AGAIN"))
