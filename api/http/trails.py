"""How far each caller has written, kept in Valkey for all processes of the API, where replicas answer reads.

Should Valkey be gone, nobody knows who wrote what: then all read from the primary, until every replica that is read
from is further than what may have been lost.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from redis.asyncio import Redis
from redis.exceptions import RedisError

from api.logs import log
from domain.replicas import NOWHERE, REMEMBERED_S, Position

_ANSWER_S = 1.0
_PREFIX = "tandem:written:"


class Trails:
    """The trails of all callers."""

    def __init__(self, redis_url: str) -> None:
        self._shared = Redis.from_url(redis_url, socket_timeout=_ANSWER_S, socket_connect_timeout=_ANSWER_S)
        self._unsure_until = float("-inf")

    def of(self, caller: str) -> CallersTrail:
        """That of one caller, by what tells them from others and gives nothing away."""
        return CallersTrail(self, _PREFIX + caller)

    async def position(self, key: str) -> Position | None:
        """How far was written under that key; None if nothing lately."""
        if asyncio.get_running_loop().time() < self._unsure_until:
            return NOWHERE
        try:
            found = await self._shared.zrange(key, 0, -1, withscores=True)
        except (RedisError, OSError) as error:
            self._be_unsure(error)
            return NOWHERE
        return max((Position(int(timeline), int(byte)) for timeline, byte in found), default=None)

    async def leave(self, key: str, position: Position) -> None:
        """Keep how far was written; of what is kept on one timeline, the furthest stays."""
        try:
            async with self._shared.pipeline(transaction=True) as commands:
                commands.zadd(key, {str(position.timeline): position.byte}, gt=True)
                commands.expire(key, REMEMBERED_S)
                await commands.execute()
        except (RedisError, OSError) as error:
            self._be_unsure(error)

    async def close(self) -> None:
        """Give the connections back."""
        await self._shared.aclose()

    def _be_unsure(self, error: Exception) -> None:
        log.warning("trails.unknown", reason=type(error).__name__)
        self._unsure_until = asyncio.get_running_loop().time() + REMEMBERED_S


@dataclass(frozen=True, slots=True)
class CallersTrail:
    """The trail of one caller; see `graph.context.Trail`."""

    trails: Trails
    key: str

    async def position(self) -> Position | None:
        """The place of their last write in the primary's log; None where they wrote nothing lately."""
        return await self.trails.position(self.key)

    async def leave(self, position: Position) -> None:
        """Have all know that they have written up to that place."""
        await self.trails.leave(self.key, position)
