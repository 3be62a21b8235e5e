"""What a token may spend in a minute, in rows that its requests can touch: exactly, however many processes there are.

The count is kept in Valkey where there is one, else in this process. Should Valkey be gone, each process counts for
itself until it is back: then a token may spend more than it should for a while, and nobody is turned away.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from typing import Any

from limits import RateLimitItemPerMinute
from limits.aio.storage import RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from redis.exceptions import RedisError

from api.logs import log
from graph.costs import BudgetSpent

_ANSWER_S = 1.0


class Budgets:
    """The budgets of all tokens."""

    def __init__(self, redis_url: str | None) -> None:
        self._own = _Alone()
        self._storage = _shared(redis_url) if redis_url else None
        self._shared = SlidingWindowCounterRateLimiter(self._storage) if self._storage else None

    async def spend(self, token: str, rows: int, per_minute: int) -> int:
        """Take so many rows from a token's budget and say how many are left.

        Raises:
            BudgetSpent: there are not enough left; then nothing is taken.
        """
        if self._shared is not None:
            try:
                return await _spend_together(self._shared, token, rows, per_minute)
            except RedisError as error:
                log.warning("budgets.alone", reason=str(error))
        return self._own.spend(token, rows, per_minute)

    async def close(self) -> None:
        """Give the connections back."""
        if self._storage is not None:
            client: Any = self._storage.bridge
            await client.get_connection().aclose()


async def _spend_together(
    counts: SlidingWindowCounterRateLimiter, token: str, rows: int, per_minute: int
) -> int:
    budget = RateLimitItemPerMinute(per_minute, namespace="tandem")
    taken = rows == 0 or await counts.hit(budget, token, cost=rows)
    stats = await counts.get_window_stats(budget, token)
    if not taken:
        raise BudgetSpent(rows, per_minute, max(1, math.ceil(stats.reset_time - time.time())))
    return int(stats.remaining)


class _Alone:
    """What tokens have spent of what this process grants, counted as `limits` does in Valkey.

    That is the present minute, and of the one before as large a part as is still in the last sixty seconds. The storage
    in memory that `limits` has begins a thread every hundredth of a second, a seventh of the time of a short request.
    """

    def __init__(self) -> None:
        self._minute = 0.0
        self._before, self._spent = Counter[str](), Counter[str]()

    def spend(self, token: str, rows: int, per_minute: int) -> int:
        minute, second = divmod(time.time(), 60)
        if minute != self._minute:
            self._before = self._spent if minute == self._minute + 1 else Counter()
            self._minute, self._spent = minute, Counter()
        left = per_minute - math.ceil(self._before[token] * (1 - second / 60)) - self._spent[token]
        if rows > left:
            raise BudgetSpent(rows, per_minute, math.ceil(60 - second))
        self._spent[token] += rows
        return left - rows


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
