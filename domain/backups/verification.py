"""Whether what is kept agrees with itself: at any time, of one moment, and in no more memory for more data."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Table, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.backups.manifest import Tell
from domain.backups.meeting import OF_ONE_MOMENT, engine_to
from domain.hosts import host_in_charge, hosts_of
from domain.models import HISTORY
from domain.programmes.agreement import (
    FIGURES_DIFFER,
    PORTFOLIO_DIFFERS,
    PRESENT_FIGURES_DIFFER,
    TOTALS_DIFFER,
)
from domain.summaries.content import hash_of
from domain.summaries.models import Summary


@dataclass(frozen=True, slots=True)
class Check:
    """What is so where it finds nothing, in words; and how it finds where it is not."""

    words: str
    find: Callable[[AsyncConnection], AsyncIterator[str]]


async def deviations(url: str, tell: Tell) -> AsyncIterator[str]:
    """Where something that is kept in the database at that URL does not agree with the rest, a line for each.

    Raises:
        ConnectionError: no server answers.
    """
    host = await host_in_charge(hosts_of(url))
    async with engine_to(host) as engine, engine.connect() as plain:
        connection = await plain.execution_options(**OF_ONE_MOMENT)
        for number, check in enumerate(CHECKS):
            tell(f"Checking: {check.words}", number, len(CHECKS))
            async for deviation in check.find(connection):
                yield deviation


def _asking(*statements: str) -> Callable[[AsyncConnection], AsyncIterator[str]]:
    async def find(connection: AsyncConnection) -> AsyncIterator[str]:
        for statement in statements:
            async with connection.stream_scalars(text(statement)) as found:
                async for line in found:
                    yield line

    return find


async def _hashes(connection: AsyncConnection) -> AsyncIterator[str]:
    summaries = select(Summary.id, Summary.state, Summary.content, Summary.hash).order_by(Summary.id)
    # Each can be large, and a thousand would be read ahead.
    async with connection.stream(summaries, execution_options={"max_row_buffer": 20}) as found:
        async for id_, state, content, kept in found:
            if hash_of(content) != kept:
                yield f"summary {id_} ({state}): its content does not have the hash that is kept"


_LEDGERS: Final = """
    SELECT format('milestone %s: its dates are %s days apart, and its moves come to %s', milestones.id,
        forecast_on - baseline_on, coalesce(days, 0))
    FROM milestones LEFT JOIN (
        SELECT milestone_id, sum(days) AS days FROM ledger_entries GROUP BY milestone_id
    ) ledger ON milestone_id = milestones.id
    WHERE forecast_on - baseline_on <> coalesce(days, 0)
"""


def _present(table: Table) -> str:
    """Where a row is not what its history says that it is, or only one of the two is there."""
    present, past = (", ".join(f"{where}.{c.name}" for c in table.columns) for where in ("present", "past"))
    return f"""
        SELECT format('{table.name} %s: what it is is not what its history says', coalesce(present.id, past.id))
        FROM {table.name} present
        FULL JOIN (SELECT * FROM {table.name}_history WHERE valid_until = 'infinity') past ON past.id = present.id
        WHERE present.id IS NULL OR past.id IS NULL OR ({present}) IS DISTINCT FROM ({past})
    """  # noqa: S608 - names of our own


def _gaps(table: Table) -> str:
    """Where one version of a row does not end on the day on which the next begins."""
    return f"""
        SELECT format('{table.name} %s: its version %s does not begin when the one before it ends', id, following)
        FROM (
            SELECT id, valid_until, lead(version) OVER following AS following,
                lead(valid_from) OVER following AS begins
            FROM {table.name}_history WINDOW following AS (PARTITION BY id ORDER BY version)
        ) versions
        WHERE valid_until <> begins
    """  # noqa: S608 - names of our own


def _unknown(model: type[Any], history: Table) -> str:
    """Where the journal has done something to a record that there never was."""
    return f"""
        SELECT format('journal entry %s: there never was the {model.__name__} %s of which it tells', journal.id,
            subject_id)
        FROM journal
        WHERE subject_type = '{model.__name__}'
            AND NOT EXISTS (SELECT FROM {history.name} past WHERE past.id = subject_id)
    """  # noqa: S608 - names of our own


_TABLES: Final = [model.__table__ for model in HISTORY if isinstance(model.__table__, Table)]

CHECKS: Final = (
    Check("each milestone's moves come to the days between its dates", _asking(_LEDGERS)),
    Check("each summary's content has the hash that is kept", _hashes),
    Check("each record is what its history says", _asking(*map(_present, _TABLES), *map(_gaps, _TABLES))),
    Check(
        "the journal tells of records that there are or were",
        _asking(*map(_unknown, HISTORY, HISTORY.values())),
    ),
    Check(
        "the figures kept of each programme are those counted",
        _asking(FIGURES_DIFFER, PRESENT_FIGURES_DIFFER),
    ),
    Check("the figures kept of all programmes are those counted", _asking(PORTFOLIO_DIFFERS, TOTALS_DIFFER)),
)
"""In the order in which they are made."""
