"""Closing a round: no more answers, and a worker decides once what of them is published."""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import exists, select

from domain.access.viewers import Permission
from domain.assessments.round_models import Round, RoundInvitation, RoundState
from domain.assessments.rounds import round_to_change
from domain.calendar import in_words, today
from domain.errors import Refused
from domain.work import Work

PUBLISH: Final = "publish_round"
"""The name of the job."""


async def close(work: Work, round_id: UUID, *, expected_version: int | None = None) -> Round:
    """Take no more answers, and have a worker publish what may be published.

    Raises:
        Refused: ROUND_NOT_OPEN or DATED_BACK.
    """
    row = await round_to_change(work, round_id, expected_version=expected_version)
    await _require_not_dated_back(work, row)
    return await _close(work, row, on=work.on)


async def _require_not_dated_back(work: Work, row: Round) -> None:
    """Go on only where people could not answer after the day on which the round is to have closed."""
    linked = exists().where(RoundInvitation.round_id == row.id, RoundInvitation.token_hash.is_not(None))
    if work.on < today(work.now) and await work.session.scalar(select(linked)):
        raise Refused(
            "DATED_BACK",
            f"People have links to this round and could answer until now, so it cannot have closed on "
            f"{in_words(work.on)}. Leave the date out, and it closes today.",
            field="effectiveOn",
        )


async def close_due(work: Work) -> int:
    """Close the open rounds whose last day has passed; how many. Done again, it finds none of them."""
    work.require(Permission.EDIT_ROUNDS)
    due = select(Round).where(Round.state == RoundState.OPEN, Round.closes_on < work.on).order_by(Round.id)
    rows = (await work.session.scalars(due.with_for_update(skip_locked=True))).all()
    for row in rows:
        assert row.closes_on is not None
        # No answer was taken after that day, whenever a worker comes to it.
        await _close(work, row, on=row.closes_on)
    return len(rows)


async def _close(work: Work, row: Round, *, on: date) -> Round:
    row.close(on=on)
    work.record("round.closed", row)
    await work.enqueue(PUBLISH, f"round:{row.id}", round_id=str(row.id))
    await work.save()
    return row
