"""What a token may spend in a minute, in rows that its requests can touch: exactly, however many processes there are.

The count is kept in Valkey where there is one, else in this process. Should Valkey be gone, each process counts for
itself until it is back: then a token may spend more than it should for a while, and nobody is turned away.

The minute slides: of what was spent in the minute before this one, that share counts which is less than a minute ago.
Both countings go by the same rule. (The library `limits` has it too; it asks Valkey twice for each request, and took a
seventh of the time of a lookup where there is none.)
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from time import monotonic
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from api.logs import log
from graph.costs import BudgetSpent

_ANSWER_S = 1.0
_MINUTE = 60
# Tokens that this process counts for by itself: whoever sends ever new ones fills no more than that.
_MOST_TOKENS = 10_000

# Gives what is left and 0, or -1 and the seconds until the next minute. Valkey's own clock is the same for all.
_SPEND = """
local clock = redis.call('TIME')
local now, rows, budget = clock[1] + clock[2] / 1000000, tonumber(ARGV[1]), tonumber(ARGV[2])
local kept = redis.call('HMGET', KEYS[1], 'began', 'before', 'spent')
local began, before, spent = tonumber(kept[1]) or now, tonumber(kept[2]) or 0, tonumber(kept[3]) or 0
local minutes = math.floor((now - began) / 60)
if minutes > 0 then
    began, before, spent = began + minutes * 60, minutes == 1 and spent or 0, 0
end
local left = budget - spent - math.floor(before * (1 - (now - began) / 60))
if rows > left then
    return {-1, math.ceil(began + 60 - now)}
end
redis.call('HSET', KEYS[1], 'began', string.format('%.6f', began), 'before', before, 'spent', spent + rows)
redis.call('EXPIRE', KEYS[1], 120)
return {left - rows, 0}
"""


class Budgets:
    """The budgets of all tokens."""

    def __init__(self, redis_url: str | None) -> None:
        self._own: dict[str, _Minute] = {}
        self._redis: Redis | None = None
        if redis_url is not None:
            self._redis = Redis.from_url(
                redis_url, socket_timeout=_ANSWER_S, socket_connect_timeout=_ANSWER_S
            )
            self._spend: Any = self._redis.register_script(_SPEND)

    async def spend(self, token: str, rows: int, per_minute: int) -> int:
        """Take so many rows from a token's budget and say how many are left.

        Raises:
            BudgetSpent: there are not enough left; then nothing is taken.
        """
        left, seconds = await self._count(token, rows, per_minute)
        if left < 0:
            raise BudgetSpent(rows, per_minute, max(1, seconds))
        return left

    async def _count(self, token: str, rows: int, per_minute: int) -> tuple[int, int]:
        if self._redis is not None:
            try:
                left, seconds = await self._spend([f"tandem:budgets:{token}"], [rows, per_minute])
            except RedisError as error:
                log.warning("budgets.alone", reason=str(error))
            else:
                return left, seconds
        if token not in self._own and len(self._own) >= _MOST_TOKENS:
            del self._own[next(iter(self._own))]
        now = monotonic()
        return self._own.setdefault(token, _Minute(now)).spend(rows, per_minute, now)

    async def close(self) -> None:
        """Give the connections back."""
        if self._redis is not None:
            await self._redis.aclose()


@dataclass(slots=True)
class _Minute:
    """What one token spends, counted in this process by the rule of `_SPEND`."""

    began: float
    before: int = 0
    spent: int = 0

    def spend(self, rows: int, budget: int, now: float) -> tuple[int, int]:
        minutes = int((now - self.began) // _MINUTE)
        if minutes > 0:
            self.began += minutes * _MINUTE
            self.before, self.spent = self.spent if minutes == 1 else 0, 0
        left = budget - self.spent - math.floor(self.before * (1 - (now - self.began) / _MINUTE))
        if rows > left:
            return -1, math.ceil(self.began + _MINUTE - now)
        self.spent += rows
        return left - rows, 0
