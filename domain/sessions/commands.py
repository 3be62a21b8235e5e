"""What can be done with a session as a whole: plan it, change it, move it, call it off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from uuid import UUID

from sqlalchemy import exists, func, select

from domain.calendar import in_words
from domain.errors import Refused
from domain.keep import KEEP, Keep, change
from domain.sessions.locks import done, part_to_change, programme_of_sessions
from domain.sessions.models import Session, SessionMode
from domain.sessions.people import assign_facilitators, facilitators_of, invite, invited_of
from domain.sessions.practice import AgendaItem
from domain.sessions.presence import Attendance
from domain.work import Work


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
    place: str | None = None,
    link: str | None = None,
    facilitator_ids: Sequence[UUID] = (),
) -> Session:
    """Cohorts of a programme will meet on a day, at a time on a London clock, for so many minutes.

    Raises:
        Refused: NOT_OPEN, EMPTY_TITLE, NO_COHORTS, COHORT_OF_ANOTHER_PROGRAMME, OUTSIDE_COHORT, BAD_DATE, BAD_TIME,
            NO_SUCH_TIME, BAD_LENGTH, BAD_LINK, PLACE_REQUIRED or LINK_REQUIRED.
    """
    programme = await programme_of_sessions(work, programme_id)
    session = Session(programme_id=programme.id, title=title, mode=mode, place=place, link=link)
    session.schedule(held_on=held_on, begins=begins, minutes=minutes)
    session.require_reachable()
    work.add(session)
    work.record(
        "session.planned", session, cohort_ids=_texts(cohort_ids), facilitator_ids=_texts(facilitator_ids)
    )
    await work.save()
    await invite(work, session, cohort_ids)
    await assign_facilitators(work, session, facilitator_ids)
    return session


async def update(
    work: Work,
    session_id: UUID,
    *,
    expected_version: int | None = None,
    title: str | Keep = KEEP,
    mode: SessionMode | Keep = KEEP,
    place: str | Keep | None = KEEP,
    link: str | Keep | None = KEEP,
    cohort_ids: Sequence[UUID] | Keep = KEEP,
    facilitator_ids: Sequence[UUID] | Keep = KEEP,
) -> Session:
    """Change what a session is called, how people take part and where, for whom it is, or who facilitates it.

    Raises:
        Refused: NOT_OPEN, SESSION_CANCELLED, EMPTY_TITLE, BAD_LINK, PLACE_REQUIRED, LINK_REQUIRED, NO_COHORTS,
            COHORT_OF_ANOTHER_PROGRAMME, OUTSIDE_COHORT or ATTENDANCE_TAKEN.
    """
    _, session = await part_to_change(work, Session, session_id, expected_version=expected_version)
    session.require_on()
    if mode is not KEEP and mode is not session.mode:
        await _require_nobody_came(work, session)
    change(session, title=title, mode=mode, place=place, link=link)
    session.require_reachable()
    details = {}
    if not isinstance(cohort_ids, Keep) and set(cohort_ids) != await invited_of(work, session):
        await _require_nobody_came(work, session)
        details["cohort_ids"] = _texts(cohort_ids)
    if not isinstance(facilitator_ids, Keep) and set(facilitator_ids) != await facilitators_of(work, session):
        details["facilitator_ids"] = _texts(facilitator_ids)
    work.record("session.updated", session, **details)
    await work.save()
    if not isinstance(cohort_ids, Keep) and "cohort_ids" in details:
        await invite(work, session, cohort_ids)
    if not isinstance(facilitator_ids, Keep) and "facilitator_ids" in details:
        await assign_facilitators(work, session, facilitator_ids)
    return session


async def move(
    work: Work,
    session_id: UUID,
    *,
    expected_version: int | None = None,
    held_on: date | Keep = KEEP,
    begins: time | Keep = KEEP,
    minutes: int | Keep = KEEP,
) -> Session:
    """Hold a session on another day, at another time, or for longer or shorter; what is left out stays as it is.

    Raises:
        Refused: NOT_OPEN, SESSION_CANCELLED, ATTENDANCE_TAKEN, BAD_DATE, BAD_TIME, NO_SUCH_TIME, BAD_LENGTH,
            OUTSIDE_COHORT or AGENDA_TOO_LONG.
    """
    _, session = await part_to_change(work, Session, session_id, expected_version=expected_version)
    session.require_on()
    await _require_nobody_came(work, session)
    session.schedule(
        held_on=session.held_on if isinstance(held_on, Keep) else held_on,
        begins=session.begins if isinstance(begins, Keep) else begins,
        minutes=session.minutes if isinstance(minutes, Keep) else minutes,
    )
    await require_time_for_agenda(work, session)
    work.record("session.moved", session)
    await work.save()
    await invite(work, session, await invited_of(work, session))
    return session


async def cancel(
    work: Work, session_id: UUID, *, because: str, expected_version: int | None = None
) -> Session:
    """A session is not held, for a reason. It stays in the list, so that people see why.

    Raises:
        Refused: NOT_OPEN, SESSION_CANCELLED, EMPTY_BECAUSE or ATTENDANCE_TAKEN.
    """
    _, session = await part_to_change(work, Session, session_id, expected_version=expected_version)
    await _require_nobody_came(work, session)
    session.cancel(work.on, because)
    return await done(work, session, "session.cancelled")


async def reinstate(work: Work, session_id: UUID, *, expected_version: int | None = None) -> Session:
    """A session that was cancelled is held after all, as it was planned.

    Raises:
        Refused: NOT_OPEN or NOT_CANCELLED.
    """
    _, session = await part_to_change(work, Session, session_id, expected_version=expected_version)
    session.reinstate()
    return await done(work, session, "session.reinstated")


async def require_time_for_agenda(work: Work, session: Session, *, more: int = 0) -> None:
    """Go on only if the questions on the agenda, and so many minutes more, fit into the session.

    Raises:
        Refused: AGENDA_TOO_LONG.
    """
    total = select(func.coalesce(func.sum(AgendaItem.minutes), 0)).where(AgendaItem.session_id == session.id)
    with work.session.no_autoflush:
        planned = int((await work.session.execute(total)).scalar_one()) + more
    if planned > session.minutes:
        raise Refused(
            "AGENDA_TOO_LONG",
            f"The agenda would take {planned:,} minutes, and the session lasts {session.minutes:,}. "
            "Give questions less time, take one out, or have the session last longer.",
            field="minutes",
        )


async def _require_nobody_came(work: Work, session: Session) -> None:
    """What was planned can be changed, what has happened cannot."""
    taken = exists().where(Attendance.session_id == session.id, Attendance.mode.is_not(None))
    with work.session.no_autoflush:
        found = (await work.session.execute(select(taken))).scalar_one()
    if found:
        raise Refused(
            "ATTENDANCE_TAKEN",
            f"People were at this session on {in_words(session.held_on)}: it stays as it was held. "
            "Correct their attendance first if that is wrong.",
        )


def _texts(ids: Sequence[UUID]) -> list[str]:
    """Ids as the journal keeps them."""
    return [str(each) for each in ids]
