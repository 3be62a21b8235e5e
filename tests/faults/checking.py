"""What the tables hold at the end, against what clients were told: nothing lost, nothing twice, nothing left lying."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from tests.faults.log import Log, Write
from tests.faults.mutations import MARKS
from tests.faults.tables import counts, rows
from tests.faults.work import Finding, Harm

# Whose answers are in no journal, and whose work is checked by itself.
_UNJOURNALLED = frozenset({"answer", "import"})

_JOURNAL = "SELECT idempotency_key, count(*) FROM journal WHERE idempotency_key IS NOT NULL GROUP BY 1"
_LEDGER = """
SELECT m.title, m.forecast_on - m.baseline_on AS slip, coalesce(sum(l.days), 0)::int AS added
FROM milestones m LEFT JOIN ledger_entries l ON l.milestone_id = m.id
GROUP BY m.id HAVING coalesce(sum(l.days), 0) <> m.forecast_on - m.baseline_on
"""
_OPEN = "SELECT function, key, failed_at, failure FROM jobs WHERE done_at IS NULL"


async def check_writes(log: Log, url: str) -> list[Finding]:
    """Each write that was answered as done is there once, one that was refused not at all, any other once at most."""
    journal = await counts(url, _JOURNAL)
    found = [*_compared(log.writes.values(), journal, "in the journal")]
    for kind, (table, column) in MARKS.items():
        there = await counts(
            url, f"SELECT {column}, count(*) FROM {table} WHERE {column} LIKE 'w%' GROUP BY 1"
        )
        found += _compared([each for each in log.writes.values() if each.kind == kind], there, f"in {table}")
    return found


async def check_ledgers(url: str) -> list[Finding]:
    """The days in each milestone's ledger add up to its slip."""
    return [
        Finding(
            Harm.LOST if added < slip else Harm.DOUBLED,
            0,
            f"{title}: {added} days in the ledger, slip {slip}",
        )
        for title, slip, added in await rows(url, _LEDGER)
    ]


async def check_jobs(url: str) -> list[Finding]:
    """Every job is done."""
    return [
        Finding(Harm.UNFINISHED, 0, f"{function} {key} {'was given up' if failed else 'is not done'}: {why}")
        for function, key, failed, why in await rows(url, _OPEN)
    ]


def _compared(writes: Iterable[Write], there: Mapping[str, int], where: str) -> Iterator[Finding]:
    for write in writes:
        number = there.get(write.key, 0)
        words = f"{write.kind} {write.key}, sent {write.sent} times, stands {number} times {where}"
        if write.kind in _UNJOURNALLED:
            continue
        if number > (0 if write.refused else 1):
            yield Finding(Harm.DOUBLED, write.blow, words)
        elif write.answered and number == 0:
            yield Finding(Harm.LOST, write.blow, words)
