"""Replicas answer reads, and nobody misses there what they wrote; over HTTP, with two processes of the API."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.servers import GRANIAN, serving
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
def pair(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    home = tmp_path_factory.mktemp("pair")
    with (
        primary(prepared, home / "primary") as first,
        standby(first, home / "standby", recovery_min_apply_delay=_DELAY) as second,
    ):
        yield Pair(first, second)


@pytest.fixture
async def site(pair: Pair, valkey: str) -> AsyncIterator[httpx.AsyncClient]:
    environment = {
        "TANDEM_DATABASE_URL": pair.first.url,
        "TANDEM_READ_DATABASE_URL": pair.second.url,
        "TANDEM_REDIS_URL": valkey,
    }
    two = (*GRANIAN[:1], "--workers", "2", *GRANIAN[1:])
    async with serving(two, **environment) as url, httpx.AsyncClient(base_url=url, timeout=60) as client:
        yield client


async def _ask(client: httpx.AsyncClient, who: str, query: str, **variables: Any) -> dict[str, Any]:
    answer = await client.post(
        "/graphql",
        json={"query": query, "variables": variables},
        headers={"Authorization": f"Bearer {who}"},
    )
    body: dict[str, Any] = answer.json()
    assert "errors" not in body, body
    data: dict[str, Any] = body["data"]
    return data


async def _knows(client: httpx.AsyncClient, who: str, code: str) -> bool:
    return bool((await _ask(client, who, CODES, code=code))["organisations"]["nodes"])


async def test_whoever_wrote_sees_it_while_others_are_answered_by_the_replica(
    site: httpx.AsyncClient,
) -> None:
    behind: list[str] = []

    async def write(who: str) -> int:
        missed = 0
        for number in range(_WRITES):
            code = f"{who}{number}"
            done = await _ask(site, who, CREATE, code=code)
            assert done["organisationCreate"]["userErrors"] == []
            if not await _knows(site, "somebody-else", code):
                behind.append(code)
            missed += not await _knows(site, who, code)
        return missed

    missed = await asyncio.gather(*(write(f"W{number}") for number in range(_WRITERS)))
    assert sum(missed) == 0
    # Others may be told the past of half a second ago, and that is how it shows who told them.
    assert len(behind) > _WRITERS * _WRITES / 2
