"""Sessions that are planned together, and changed together from a day on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from typing import Final
from uuid import UUID

from sqlalchemy import exists, select

from domain.errors import Refused
from domain.keep import KEEP, Keep, change
from domain.sessions import commands
from domain.sessions.clock import every
from domain.sessions.locks import part_to_change, programme_of_sessions
from domain.sessions.models import Session, SessionMode, SessionSeries
from domain.sessions.people import assign_facilitators, invite
from domain.sessions.presence import Attendance
from domain.work import Work

MOST: Final = 104
"""Sessions that a series has at most: two years of weeks."""


async def plan(
    work: Work,
    programme_id: UUID,
    *,
    title: str,
    cohort_ids: Sequence[UUID],
    mode: SessionMode,
    held_on: date,
    begins: time,
    minutes: int,
    every_weeks: int = 1,
    times: int,
    place: str | None = None,
    link: str | None = None,
    facilitator_ids: Sequence[UUID] = (),
) -> SessionSeries:
    """Several sessions at the same time on a London clock: the first on a day, then one every so many weeks.

    Raises:
        Refused: NOT_OPEN, EMPTY_TITLE, BAD_SERIES, NO_COHORTS, COHORT_OF_ANOTHER_PROGRAMME, OUTSIDE_COHORT, BAD_DATE,
            BAD_TIME, NO_SUCH_TIME, BAD_LENGTH, BAD_LINK, PLACE_REQUIRED or LINK_REQUIRED.
    """
    programme = await programme_of_sessions(work, programme_id)
    _require_moderate(every_weeks, times)
    series = work.add(SessionSeries(programme_id=programme.id, title=title, every_weeks=every_weeks))
    work.record("series.planned", series, held_on=held_on, times=times)
    await work.save()
    for day in every(held_on, weeks=every_weeks, times=times):
        session = Session(
            programme_id=programme.id, series_id=series.id, title=title, mode=mode, place=place, link=link
        )
        session.schedule(held_on=day, begins=begins, minutes=minutes)
        session.require_reachable()
        work.add(session)
        await work.save()
        await invite(work, session, cohort_ids)
        await assign_facilitators(work, session, facilitator_ids)
    return series


async def update(
    work: Work,
    series_id: UUID,
    *,
    from_on: date,
    expected_version: int | None = None,
    title: str | Keep = KEEP,
    mode: SessionMode | Keep = KEEP,
    begins: time | Keep = KEEP,
    minutes: int | Keep = KEEP,
    place: str | Keep | None = KEEP,
    link: str | Keep | None = KEEP,
) -> SessionSeries:
    """Change all sessions of a series from a day on that are still to be held; those before stay as they were.

    Raises:
        Refused: NOT_OPEN, NOTHING_LEFT, EMPTY_TITLE, BAD_TIME, NO_SUCH_TIME, BAD_LENGTH, AGENDA_TOO_LONG, BAD_LINK,
            PLACE_REQUIRED or LINK_REQUIRED.
    """
    _, series = await part_to_change(work, SessionSeries, series_id, expected_version=expected_version)
    sessions = await _left(work, series, from_on)
    change(series, title=title)
    work.record("series.updated", series, from_on=from_on, sessions=len(sessions))
    for session in sessions:
        change(session, title=title, mode=mode, place=place, link=link)
        session.schedule(
            held_on=session.held_on,
            begins=session.begins if isinstance(begins, Keep) else begins,
            minutes=session.minutes if isinstance(minutes, Keep) else minutes,
        )
        session.require_reachable()
        await commands.require_time_for_agenda(work, session)
    await work.save()
    return series


async def cancel(
    work: Work, series_id: UUID, *, from_on: date, because: str, expected_version: int | None = None
) -> SessionSeries:
    """Cancel all sessions of a series from a day on that are still to be held, for a reason.

    Raises:
        Refused: NOT_OPEN, NOTHING_LEFT or EMPTY_BECAUSE.
    """
    _, series = await part_to_change(work, SessionSeries, series_id, expected_version=expected_version)
    sessions = await _left(work, series, from_on)
    for session in sessions:
        session.cancel(work.on, because)
    work.record("series.cancelled", series, from_on=from_on, because=because, sessions=len(sessions))
    await work.save()
    return series


async def _left(work: Work, series: SessionSeries, from_on: date) -> list[Session]:
    """The sessions of a series from a day on that are not cancelled and at which nobody was, locked."""
    held = exists().where(Attendance.session_id == Session.id, Attendance.mode.is_not(None))
    left = (
        select(Session)
        .where(
            Session.series_id == series.id, Session.held_on >= from_on, Session.cancelled_on.is_(None), ~held
        )
        .order_by(Session.starts_at, Session.id)
        .with_for_update(key_share=True)
    )
    found = list(await work.session.scalars(left))
    if not found:
        raise Refused(
            "NOTHING_LEFT", "No session of this series from that day on is still to be held.", field="fromOn"
        )
    return found


def _require_moderate(every_weeks: int, times: int) -> None:
    if not 1 <= times <= MOST:
        raise Refused("BAD_SERIES", f"A series has 1 to {MOST} sessions. Say how many.", field="times")
    if not 1 <= every_weeks <= MOST:
        raise Refused(
            "BAD_SERIES", f"A series goes on every 1 to {MOST} weeks. Say how often.", field="everyWeeks"
        )
