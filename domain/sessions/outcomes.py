"""What comes of a session: decisions, actions that somebody owns, and what people thought of it."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import select

from domain.calendar import in_words, today
from domain.errors import Refused
from domain.keep import KEEP, Keep, change
from domain.people.models import Person
from domain.sessions.attendance import require_begun
from domain.sessions.locks import done, part_to_change
from domain.sessions.models import Session
from domain.sessions.people import require_expected
from domain.sessions.practice import Action, ActionStatus, AgendaItem, Decision, Feedback
from domain.work import Work


async def decide(
    work: Work, session_id: UUID, *, text: str, reason: str | None = None, agenda_item_id: UUID | None = None
) -> Decision:
    """Record what a session decided, and why, under a question of its agenda or under none.

    Raises:
        Refused: NOT_OPEN, SESSION_CANCELLED, EMPTY_TEXT or ITEM_OF_ANOTHER_SESSION.
    """
    _, session = await part_to_change(work, Session, session_id)
    session.require_on()
    await _require_of_session(work, session, agenda_item_id)
    decision = work.add(
        Decision(
            programme_id=session.programme_id,
            session_id=session.id,
            agenda_item_id=agenda_item_id,
            text=text,
            reason=reason,
        )
    )
    return await done(work, decision, "decision.recorded")


async def correct(
    work: Work,
    decision_id: UUID,
    *,
    expected_version: int | None = None,
    text: str | Keep = KEEP,
    reason: str | Keep | None = KEEP,
) -> Decision:
    """Correct the record of what was decided; the past keeps what it said before.

    Raises:
        Refused: NOT_OPEN or EMPTY_TEXT.
    """
    _, decision = await part_to_change(work, Decision, decision_id, expected_version=expected_version)
    change(decision, text=text, reason=reason)
    return await done(work, decision, "decision.corrected")


async def agree(
    work: Work,
    session_id: UUID,
    *,
    title: str,
    owner_id: UUID,
    due_on: date,
    agenda_item_id: UUID | None = None,
) -> Action:
    """Somebody will do something by a day. Until it is closed it opens the agendas of the sessions that follow.

    Raises:
        Refused: NOT_OPEN, SESSION_CANCELLED, EMPTY_TITLE, BAD_DATE, DUE_BEFORE_AGREED or ITEM_OF_ANOTHER_SESSION.
    """
    _, session = await part_to_change(work, Session, session_id)
    session.require_on()
    await work.find(Person, owner_id, named="ownerId")
    await _require_of_session(work, session, agenda_item_id)
    action = Action(
        programme_id=session.programme_id,
        session_id=session.id,
        agenda_item_id=agenda_item_id,
        title=title,
        owner_id=owner_id,
        due_on=due_on,
    )
    _require_due_after(session, action.due_on)
    work.add(action)
    return await done(work, action, "action.agreed")


async def update(
    work: Work,
    action_id: UUID,
    *,
    expected_version: int | None = None,
    title: str | Keep = KEEP,
    owner_id: UUID | Keep = KEEP,
    due_on: date | Keep = KEEP,
    note: str | Keep | None = KEEP,
) -> Action:
    """Change what an open action says, who owns it or by when it is due; or note how it goes.

    Raises:
        Refused: NOT_OPEN, ACTION_CLOSED, EMPTY_TITLE, BAD_DATE or DUE_BEFORE_AGREED.
    """
    _, action = await part_to_change(work, Action, action_id, expected_version=expected_version)
    action.require_open()
    if not isinstance(owner_id, Keep):
        await work.find(Person, owner_id, named="ownerId")
    change(action, title=title, owner_id=owner_id, due_on=due_on, note=note)
    _require_due_after(await work.find(Session, action.session_id), action.due_on)
    return await done(work, action, "action.updated")


async def finish(
    work: Work,
    action_id: UUID,
    *,
    closed_on: date | None = None,
    note: str | None = None,
    expected_version: int | None = None,
) -> Action:
    """An action has been done, on a day or today. Its owner may say so themself.

    Raises:
        Refused: NOT_OPEN, ACTION_CLOSED, CLOSED_BEFORE_AGREED or CLOSED_IN_FUTURE.
    """
    return await _close(work, action_id, ActionStatus.DONE, closed_on, note=note, version=expected_version)


async def drop(
    work: Work,
    action_id: UUID,
    *,
    note: str,
    closed_on: date | None = None,
    expected_version: int | None = None,
) -> Action:
    """An action will not be done after all, for a reason. Its owner may say so themself.

    Raises:
        Refused: NOT_OPEN, EMPTY_NOTE, ACTION_CLOSED, CLOSED_BEFORE_AGREED or CLOSED_IN_FUTURE.
    """
    if not note.strip():
        raise Refused("EMPTY_NOTE", "Say why it will not be done: it was agreed.", field="note")
    return await _close(work, action_id, ActionStatus.DROPPED, closed_on, note=note, version=expected_version)


async def reopen(work: Work, action_id: UUID, *, expected_version: int | None = None) -> Action:
    """An action is to be done after all, or is not done yet.

    Raises:
        Refused: NOT_OPEN or ACTION_OPEN.
    """
    _, action = await part_to_change(work, Action, action_id, expected_version=expected_version)
    action.reopen()
    return await done(work, action, "action.reopened")


async def give_feedback(
    work: Work,
    session_id: UUID,
    *,
    person_id: UUID,
    rating: int,
    worked: str | None = None,
    change: str | None = None,
) -> Feedback:
    """Somebody says under their name what a session was worth to them; said again, it replaces what they said before.

    Raises:
        Refused: NOT_OPEN, SESSION_CANCELLED, NOT_YET, NOT_EXPECTED or BAD_RATING.
    """
    _, session = await part_to_change(work, Session, session_id, by=person_id)
    session.require_on()
    require_begun(session, work.now)
    await require_expected(work, session, person_id, named="personId")
    known = select(Feedback).where(Feedback.session_id == session.id, Feedback.person_id == person_id)
    feedback = await work.session.scalar(known) or Feedback(
        programme_id=session.programme_id, session_id=session.id, person_id=person_id
    )
    feedback.rating, feedback.worked, feedback.change = rating, worked, change
    work.add(feedback)
    # Who may read the journal of a programme need not be whom it was said to.
    work.record("session.feedback_given", session)
    await work.save()
    return feedback


async def _close(
    work: Work,
    action_id: UUID,
    status: ActionStatus,
    on: date | None,
    *,
    note: str | None,
    version: int | None,
) -> Action:
    owner_id = (await work.find(Action, action_id)).owner_id
    _, action = await part_to_change(work, Action, action_id, expected_version=version, by=owner_id)
    session = await work.find(Session, action.session_id)
    day = on or work.on
    if day > today(work.now):
        raise Refused(
            "CLOSED_IN_FUTURE", f"{in_words(day)} has not come yet: give a day up to today.", field="closedOn"
        )
    action.close(status, on=day, note=note, held_on=session.held_on)
    return await done(work, action, f"action.{status.value.lower()}")


async def _require_of_session(work: Work, session: Session, agenda_item_id: UUID | None) -> None:
    if agenda_item_id is None:
        return
    item = await work.find(AgendaItem, agenda_item_id, named="agendaItemId")
    if item.session_id != session.id:
        raise Refused(
            "ITEM_OF_ANOTHER_SESSION",
            "This question is on the agenda of another session. Choose one of this session, or leave it out.",
            field="agendaItemId",
        )


def _require_due_after(session: Session, due_on: date) -> None:
    if due_on < session.held_on:
        raise Refused(
            "DUE_BEFORE_AGREED",
            f"This is agreed on {in_words(session.held_on)}. Have it due on that day or later.",
            field="dueOn",
        )
