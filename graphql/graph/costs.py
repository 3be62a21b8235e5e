"""What a request may cost, and what it is charged: rows that it can touch at most, whatever it then finds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from domain.access.viewers import Role
from graph.reads import ReadRefused
from graph.reads.cost import Cost

MUTATION = 10
"""What carrying out one mutation is charged, in rows, besides what it answers."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What somebody may ask for, in rows: in one request by text, in one by a trusted document, in a minute."""

    by_text: int
    by_document: int
    per_minute: int


ALLOWANCES = {
    Role.ADMINISTRATOR: Allowance(by_text=100_000, by_document=10_000_000, per_minute=100_000_000),
    Role.SPONSOR: Allowance(by_text=20_000, by_document=2_000_000, per_minute=10_000_000),
}

Pay: TypeAlias = Callable[[int], Awaitable[int]]
"""Takes so many rows from a budget and says how many are left; raises BudgetSpent where there are not enough."""


class TooDear(ReadRefused):
    """One request asks for more than one request may: it says which fields cost what."""

    def __init__(self, cost: Cost, limit: int) -> None:
        named = ", ".join(f"{path} {rows:,}" for path, rows in cost.fields[:3])
        super().__init__(
            "COST_TOO_HIGH",
            f"This can touch {cost.rows:,} rows, and one request may touch {limit:,}"
            f"{f' (most of them by {named})' if named else ''}: ask for smaller pages, or in several requests.",
        )
        fields = [{"path": path, "cost": rows} for path, rows in cost.fields[:20]]
        assert self.extensions is not None
        self.extensions |= {"fields": fields}


class BudgetSpent(ReadRefused):
    """A token has asked for all that it may in a minute; `retry_after_s` is when there is enough again."""

    def __init__(self, rows: int, per_minute: int, retry_after_s: int) -> None:
        super().__init__(
            "BUDGET_SPENT",
            f"This costs {rows:,}, and too little is left of the {per_minute:,} that this token may spend in a minute: "
            f"try again in {retry_after_s} seconds.",
        )
        self.retry_after_s = retry_after_s
        assert self.extensions is not None
        self.extensions |= {"retryAfter": retry_after_s}


class Charge:
    """What one request has been charged up to now."""

    def __init__(self, limit: int, pay: Pay | None) -> None:
        self._limit = limit
        self._pay = pay
        self._requested = 0
        self._remaining: int | None = None

    async def take(self, cost: Cost) -> None:
        """Charge for what is about to be done.

        Raises:
            TooDear: the request as a whole would cost more than one may.
            BudgetSpent: too little is left of what its token may spend.
        """
        self._requested += cost.rows
        if self._requested > self._limit:
            raise TooDear(Cost(self._requested, cost.fields), self._limit)
        if self._pay is not None:
            self._remaining = await self._pay(cost.rows)

    @property
    def requested(self) -> int:
        """How many rows it can touch."""
        return self._requested

    @property
    def report(self) -> dict[str, Any]:
        """What the answer says of it; `remaining` is null where nobody keeps a budget, or nothing was charged."""
        return {"requested": self._requested, "limit": self._limit, "remaining": self._remaining}
