"""How far each caller has written is known to all processes, and nobody trusts a memory that may have gaps."""

from __future__ import annotations

from pathlib import Path

from redis.asyncio import Redis

from api.http.trails import Trails
from domain.replicas import NOWHERE, Position


async def test_all_processes_know_how_far_somebody_wrote(valkey: str) -> None:
    one, other = Trails(valkey), Trails(valkey)
    assert await other.of("somebody").position() is None
    await one.of("somebody").leave(Position(1, 200))
    await other.of("somebody").leave(Position(1, 100))
    assert await other.of("somebody").position() == Position(1, 200)
    assert await other.of("somebody else").position() is None
    # After a fail-over the log may begin at an earlier byte than was written before.
    await one.of("somebody").leave(Position(2, 150))
    assert await other.of("somebody").position() == Position(2, 150)
    for trails in (one, other):
        await trails.close()


async def test_it_is_forgotten_once_every_replica_is_further(valkey: str) -> None:
    trails = Trails(valkey)
    await trails.of("somebody").leave(Position(1, 200))
    async with Redis.from_url(valkey) as client:
        (key,) = await client.keys("*")
        assert 0 < await client.ttl(key) <= 150
    await trails.close()


async def test_without_valkey_nobody_reads_from_a_replica(tmp_path: Path) -> None:
    trails = Trails(f"unix://{tmp_path}/gone.sock")
    assert await trails.of("somebody").position() == NOWHERE
    await trails.of("somebody").leave(Position(1, 200))
    assert await trails.of("somebody").position() == NOWHERE
    await trails.close()
