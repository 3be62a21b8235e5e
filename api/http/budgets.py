"""What a token may spend in a minute, in rows that its requests can touch: exactly, however many processes there are.

The count is kept in Valkey where there is one, else in this process. Should Valkey be gone, each process counts for
itself until it is back: then a token may spend more than it should for a while, and nobody is turned away.
"""

from __future__ import annotations

import math
import time
from typing import Any

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from redis.exceptions import RedisError

from api.logs import log
from graph.costs import BudgetSpent

_ANSWER_S = 1.0


class Budgets:
    """The budgets of all tokens."""

    def __init__(self, redis_url: str | None) -> None:
        self._own = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._storage = _shared(redis_url) if redis_url else None
        self._shared = SlidingWindowCounterRateLimiter(self._storage) if self._storage else None

    async def spend(self, token: str, rows: int, per_minute: int) -> int:
        """Take so many rows from a token's budget and say how many are left.

        Raises:
            BudgetSpent: there are not enough left; then nothing is taken.
        """
        if self._shared is not None:
            try:
                return await _spend(self._shared, token, rows, per_minute)
            except RedisError as error:
                log.warning("budgets.alone", reason=str(error))
        return await _spend(self._own, token, rows, per_minute)

    async def close(self) -> None:
        """Give the connections back."""
        if self._storage is not None:
            client: Any = self._storage.bridge
            await client.get_connection().aclose()


async def _spend(limiter: SlidingWindowCounterRateLimiter, token: str, rows: int, per_minute: int) -> int:
    budget = RateLimitItemPerMinute(per_minute, namespace="tandem")
    taken = rows == 0 or await limiter.hit(budget, token, cost=rows)
    stats = await limiter.get_window_stats(budget, token)
    if taken:
        return int(stats.remaining)
    raise BudgetSpent(rows, per_minute, max(1, math.ceil(stats.reset_time - time.time())))


def _shared(redis_url: str) -> RedisStorage:
    """Where processes count together; `limits` has names of its own for the kinds of addresses."""
    address = (
        redis_url.replace("unix://", "redis+unix://", 1) if redis_url.startswith("unix://") else redis_url
    )
    return RedisStorage(
        f"async+{address}",
        implementation="redispy",
        key_prefix="tandem:budgets",
        socket_timeout=_ANSWER_S,
        socket_connect_timeout=_ANSWER_S,
    )
