"""What somebody judges of a programme on a date."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import select

from domain.calendar import in_words
from domain.errors import Refused
from domain.people.models import Person
from domain.programmes.locks import programme_to_change
from domain.programmes.models import DeliveryConfidence, Programme, StatusReport
from domain.work import Work


async def report(
    work: Work,
    programme_id: UUID,
    *,
    delivery_confidence: DeliveryConfidence | None,
    reason: str | None = None,
    author_id: UUID | None = None,
    reported_on: date,
) -> StatusReport:
    """Judge whether a programme will deliver; without a rating, none is given from that date on.

    A second report of one date corrects the first.

    Raises:
        Refused: NOT_OPEN, REPORT_OLDER_THAN_KNOWN or REPORTED_IN_FUTURE.
    """
    programme = await programme_to_change(work, programme_id)
    programme.require_open()
    if author_id is not None:
        await work.find(Person, author_id, named="authorId")
    latest = await _latest(work, programme)
    _require_in_turn(work, latest, reported_on)
    given = latest if latest is not None and latest.reported_on == reported_on else None
    row = given or work.add(StatusReport(programme_id=programme.id, reported_on=reported_on))
    row.judge(delivery_confidence, reason=reason, author_id=author_id)
    programme.hear(reported_on, delivery_confidence)
    work.record("programme.reported" if given is None else "programme.report_corrected", row)
    await work.save()
    return row


async def _latest(work: Work, programme: Programme) -> StatusReport | None:
    return await work.session.scalar(
        select(StatusReport)
        .where(StatusReport.programme_id == programme.id)
        .order_by(StatusReport.reported_on.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )


def _require_in_turn(work: Work, latest: StatusReport | None, reported_on: date) -> None:
    if latest is not None and reported_on < latest.reported_on:
        raise Refused(
            "REPORT_OLDER_THAN_KNOWN",
            f"The latest report of this programme is of {in_words(latest.reported_on)}. "
            "Date yours on or after that day.",
            field="reportedOn",
        )
    if reported_on > work.on:
        raise Refused(
            "REPORTED_IN_FUTURE",
            f"{in_words(reported_on)} has yet to come. Report what is so today, or earlier.",
            field="reportedOn",
        )
