"""Closing a round: no more answers, and a worker decides once what of them is published."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from domain.assessments.round_models import Round
from domain.assessments.rounds import round_to_change
from domain.work import Work

PUBLISH: Final = "publish_round"
"""The name of the job."""


async def close(work: Work, round_id: UUID, *, expected_version: int | None = None) -> Round:
    """Take no more answers, and have a worker publish what may be published.

    Raises:
        Refused: ROUND_NOT_OPEN.
    """
    row = await round_to_change(work, round_id, expected_version=expected_version)
    row.close(on=work.on)
    work.record("round.closed", row)
    await work.enqueue(PUBLISH, f"round:{row.id}", round_id=str(row.id))
    await work.save()
    return row
