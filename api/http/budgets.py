"""What a token may spend in a minute, in rows that its requests can touch: exactly, however many processes there are.

The count is kept in Valkey where there is one, else in this process. Should Valkey be gone, each process counts for
itself until it is back: then a token may spend more than it should for a while, and nobody is turned away.
"""

from __future__ import annotations

import math
import time
from typing import Any

from limits import RateLimitItem, RateLimitItemPerMinute, WindowStats
from limits.aio import strategies as asynchronous
from limits.aio.storage import RedisStorage
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from redis.exceptions import RedisError

from api.logs import log
from graph.costs import BudgetSpent

_ANSWER_S = 1.0


class Budgets:
    """The budgets of all tokens."""

    def __init__(self, redis_url: str | None) -> None:
        # Counting in memory waits for nothing; the asynchronous kind would make a task for each request.
        self._own = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._storage = _shared(redis_url) if redis_url else None
        self._shared = asynchronous.SlidingWindowCounterRateLimiter(self._storage) if self._storage else None

    async def spend(self, token: str, rows: int, per_minute: int) -> int:
        """Take so many rows from a token's budget and say how many are left.

        Raises:
            BudgetSpent: there are not enough left; then nothing is taken.
        """
        budget = RateLimitItemPerMinute(per_minute, namespace="tandem")
        taken, stats = await self._taken(budget, token, rows)
        if taken:
            return int(stats.remaining)
        raise BudgetSpent(rows, per_minute, max(1, math.ceil(stats.reset_time - time.time())))

    async def _taken(self, budget: RateLimitItem, token: str, rows: int) -> tuple[bool, WindowStats]:
        if self._shared is not None:
            try:
                taken = rows == 0 or await self._shared.hit(budget, token, cost=rows)
                return taken, await self._shared.get_window_stats(budget, token)
            except RedisError as error:
                log.warning("budgets.alone", reason=str(error))
        taken = rows == 0 or self._own.hit(budget, token, cost=rows)
        return taken, self._own.get_window_stats(budget, token)

    async def close(self) -> None:
        """Give the connections back."""
        if self._storage is not None:
            client: Any = self._storage.bridge
            await client.get_connection().aclose()


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
