"""Who was at a session: what facilitators say of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select

from domain.calendar import LONDON, in_words
from domain.errors import Refused
from domain.sessions.locks import part_to_change
from domain.sessions.models import Session
from domain.sessions.people import require_expected
from domain.sessions.presence import Attendance, AttendanceMode, AttendanceStatus, mode_in
from domain.work import Work

MARGIN: Final = timedelta(minutes=30)
"""How long before its start and after its end people can check in to a session themselves."""


async def take(
    work: Work,
    session_id: UUID,
    *,
    person_ids: Sequence[UUID],
    status: AttendanceStatus,
    mode: AttendanceMode | None = None,
) -> Session:
    """Say of people whether they were at a session, and how; what was said of them before is corrected.

    Who sends apologies can be excused beforehand; who was there is known half an hour before it begins at the earliest.

    Raises:
        Refused: NOT_OPEN, SESSION_CANCELLED, NOT_YET, MODE_REQUIRED, OTHER_MODE, MODE_OF_NOBODY, NOBODY or
            NOT_EXPECTED.
    """
    _, session = await part_to_change(work, Session, session_id)
    session.require_on()
    if status is not AttendanceStatus.EXCUSED:
        require_begun(session, work.now)
    how = mode_in(session, status, mode)
    people = list(dict.fromkeys(person_ids))
    if not people:
        raise Refused("NOBODY", "Say of whom: give at least one person.", field="personIds")
    await require_expected(work, session, *people, named="personIds")
    for row in await rows_of(work, session, people):
        row.state(status, how)
    work.record(
        "session.attendance_taken",
        session,
        person_ids=[str(each) for each in people],
        status=status.value,
        **({} if how is None else {"mode": how.value}),
    )
    await work.save()
    return session


async def rows_of(work: Work, session: Session, person_ids: Sequence[UUID]) -> list[Attendance]:
    """What is known of people's attendance, or new rows for it. The session is locked, so there are no others."""
    found = select(Attendance).where(
        Attendance.session_id == session.id, Attendance.person_id.in_(person_ids)
    )
    known = {row.person_id: row for row in await work.session.scalars(found)}
    return [
        known.get(each)
        or work.add(Attendance(programme_id=session.programme_id, session_id=session.id, person_id=each))
        for each in person_ids
    ]


def require_begun(session: Session, now: datetime) -> None:
    """Go on only from half an hour before a session begins.

    Raises:
        Refused: NOT_YET.
    """
    opens = session.starts_at - MARGIN
    if now < opens:
        raise Refused(
            "NOT_YET",
            f"Nobody can be at this session yet: come back on {in_words(session.held_on)} "
            f"from {opens.astimezone(LONDON):%H:%M}.",
        )
