"""Comparing what was published: how a cell changed between rounds, and how far the groups of a round are apart.

All of it is worked out from published results and from nothing else, so it tells nothing that these do not.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final
from uuid import UUID

from sqlalchemy import exists, insert, select
from uuid_utils.compat import uuid7

from domain.access.viewers import Permission
from domain.assessments.change import (
    Difference,
    NotEstimable,
    Turnout,
    change_in_words,
    gap_in_words,
    published_difference,
    require_comparable,
)
from domain.assessments.figures import figure
from domain.assessments.models import Instrument
from domain.assessments.result_models import Comparison, ComparisonKind, DeltaSize, Result, ResultKind
from domain.assessments.round_models import Round, RoundCell, RoundState
from domain.assessments.statistics import Published
from domain.errors import Refused
from domain.work import Work

SIDES: Final = 2
"""In a grouping of so many groups the gap is worked out for every item; in a larger one only for dimensions."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A published result with its cell."""

    result: Result
    cell: RoundCell

    @property
    def published(self) -> Published:
        result = self.result
        return Published(result.n, result.score, result.deviation, result.scores)

    @property
    def turnout(self) -> Turnout:
        # The score of a cell is published only where its number of participants is.
        assert self.cell.participants is not None
        return Turnout(self.cell.participants, self.cell.invited)


async def compare(work: Work, later_id: UUID, *, earlier_id: UUID) -> Round:
    """Say what changed from an earlier round of a team to a later one; done already, it stays as it is.

    Raises:
        Refused: ROUND_NOT_PUBLISHED, ANOTHER_TEAM, NOT_COMPARABLE or NOT_EARLIER.
    """
    later = await work.find(Round, later_id)
    work.require(Permission.EDIT_ROUNDS)
    earlier = await work.find(Round, earlier_id, named="earlierId")
    for row in (earlier, later):
        row.require_published()
    if earlier.team_id != later.team_id:
        raise Refused(
            "ANOTHER_TEAM",
            "These rounds asked different teams. Compare rounds of one team.",
            field="earlierId",
        )
    before, after = [await work.session.get_one(Instrument, row.instrument_id) for row in (earlier, later)]
    require_comparable(before.read(), after.read())
    if (earlier.closed_on, earlier.id) >= (later.closed_on, later.id):
        raise Refused(
            "NOT_EARLIER",
            f"“{earlier.title}” was not closed before “{later.title}”. Swap them.",
            field="earlierId",
        )
    await work.alone(f"comparing {later.id}")
    if not await _is_compared(work, earlier, later):
        await _insert(work, later, _changes(await _found(work, earlier), await _found(work, later)))
        work.record("round.compared", later, earlier_id=earlier.id)
        await work.save()
    return later


async def compare_with_earlier(work: Work, later: Round) -> None:
    """Say what changed since the team's last round of the same version of the instrument, if there is one."""
    earlier = await work.session.scalar(
        select(Round)
        .where(
            Round.team_id == later.team_id,
            Round.instrument_id == later.instrument_id,
            Round.state == RoundState.PUBLISHED,
            Round.id != later.id,
            Round.closed_on <= later.closed_on,
        )
        .order_by(Round.closed_on.desc(), Round.id.desc())
        .limit(1)
    )
    if earlier is not None:
        await _insert(work, later, _changes(await _found(work, earlier), await _found(work, later)))


async def compare_within(work: Work, row: Round) -> None:
    """Say how far the groups of each grouping of a round are apart."""
    await _insert(work, row, _gaps(await _found(work, row)))


async def _is_compared(work: Work, earlier: Round, later: Round) -> bool:
    first = select(Result.id).where(Result.round_id == earlier.id)
    done = exists().where(Comparison.round_id == later.id, Comparison.first_id.in_(first))
    return bool(await work.session.scalar(select(done)))


async def _found(work: Work, row: Round) -> list[_Found]:
    rows = await work.session.execute(
        select(Result, RoundCell)
        .join(RoundCell, RoundCell.id == Result.cell_id)
        .where(Result.round_id == row.id)
        .order_by(RoundCell.place, Result.place)
    )
    return [_Found(result, cell) for result, cell in rows]


Pair = tuple[ComparisonKind, _Found, _Found, Difference, str]


def _changes(earlier: Sequence[_Found], later: Sequence[_Found]) -> Iterator[Pair]:
    before = {(found.cell.pure, found.result.key): found for found in earlier}
    for after in later:
        first = before.get((after.cell.pure, after.result.key))
        if first is not None:
            change = published_difference(first.published, after.published)
            yield (
                ComparisonKind.CHANGE,
                first,
                after,
                change,
                change_in_words(change, first.turnout, after.turnout),
            )


def _gaps(found: Sequence[_Found]) -> Iterator[Pair]:
    of_grouping: dict[tuple[str, str], list[_Found]] = defaultdict(list)
    groups: dict[str, set[UUID]] = defaultdict(set)
    for each in found:
        if each.cell.grouping is not None:
            of_grouping[each.cell.grouping, each.result.key].append(each)
            groups[each.cell.grouping].add(each.cell.id)
    for (grouping, _), those in of_grouping.items():
        if those[0].result.kind is not ResultKind.ITEM or len(groups[grouping]) <= SIDES:
            for first, second in combinations(those, 2):
                gap = published_difference(first.published, second.published)
                yield (
                    ComparisonKind.GAP,
                    first,
                    second,
                    gap,
                    gap_in_words(gap, first.cell.title, second.cell.title),
                )


async def _insert(work: Work, row: Round, pairs: Iterator[Pair]) -> None:
    # Beside the loop: a large round has hundreds.
    worked_out = await asyncio.to_thread(list, pairs)
    rows = [_comparison(work, row, place, pair) for place, pair in enumerate(worked_out)]
    if rows:
        await work.session.execute(insert(Comparison), rows)


def _comparison(work: Work, row: Round, place: int, pair: Pair) -> dict[str, Any]:
    kind, first, second, difference, sentence = pair
    interval = difference.interval
    ends = (None, None) if isinstance(interval, NotEstimable) else (interval.low, interval.high)
    return {
        "id": uuid7(),
        "valid_from": work.on,
        "programme_id": row.programme_id,
        "round_id": row.id,
        "kind": kind,
        "first_id": first.result.id,
        "second_id": second.result.id,
        "place": place,
        "difference": figure(difference.difference),
        "low": figure(ends[0]),
        "high": figure(ends[1]),
        "not_estimable": interval if isinstance(interval, NotEstimable) else None,
        "delta": figure(difference.delta),
        "size": None if difference.size is None else DeltaSize(difference.size),
        "sentence": sentence,
    }
