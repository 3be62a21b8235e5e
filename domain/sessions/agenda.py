"""The agenda of a session: questions in an order, which together take no longer than the session lasts."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import exists, select

from domain.errors import Refused
from domain.keep import KEEP, Keep, change
from domain.sessions.commands import require_time_for_agenda
from domain.sessions.locks import done, part_to_change
from domain.sessions.models import Session
from domain.sessions.practice import Action, AgendaItem, Decision, Method, Proposal
from domain.work import Work


async def add(
    work: Work,
    session_id: UUID,
    *,
    question: str,
    minutes: int,
    purpose: str | None = None,
    method_id: UUID | None = None,
    outcome: str | None = None,
    position: int | None = None,
) -> AgendaItem:
    """A question comes on the agenda of a session: at its end, or at a place before what is there now.

    Raises:
        Refused: NOT_OPEN, SESSION_CANCELLED, EMPTY_QUESTION, NOT_A_QUESTION, BAD_LENGTH, AGENDA_TOO_LONG or
            BAD_POSITION.
    """
    _, session = await part_to_change(work, Session, session_id)
    session.require_on()
    if method_id is not None:
        await work.find(Method, method_id, named="methodId")
    item = AgendaItem(
        programme_id=session.programme_id,
        session_id=session.id,
        question=question,
        minutes=minutes,
        purpose=purpose,
        method_id=method_id,
        outcome=outcome,
    )
    await require_time_for_agenda(work, session, more=item.minutes)
    items = await items_of(work, session)
    place = len(items) + 1 if position is None else _place(position, len(items) + 1)
    work.add(item)
    number([*items[: place - 1], item, *items[place - 1 :]])
    return await done(work, item, "agenda.item_added")


async def update(
    work: Work,
    item_id: UUID,
    *,
    expected_version: int | None = None,
    question: str | Keep = KEEP,
    purpose: str | Keep | None = KEEP,
    method_id: UUID | Keep | None = KEEP,
    minutes: int | Keep = KEEP,
    outcome: str | Keep | None = KEEP,
    position: int | Keep = KEEP,
) -> AgendaItem:
    """Change a question of an agenda, how it is worked on, for how long, or what comes of it; or move it.

    Raises:
        Refused: NOT_OPEN, EMPTY_QUESTION, NOT_A_QUESTION, BAD_LENGTH, AGENDA_TOO_LONG or BAD_POSITION.
    """
    _, item = await part_to_change(work, AgendaItem, item_id, expected_version=expected_version)
    session = await work.find(Session, item.session_id, for_update=True)
    if isinstance(method_id, UUID):
        await work.find(Method, method_id, named="methodId")
    before = item.minutes
    change(item, question=question, purpose=purpose, method_id=method_id, minutes=minutes, outcome=outcome)
    await require_time_for_agenda(work, session, more=item.minutes - before)
    if not isinstance(position, Keep):
        others = [each for each in await items_of(work, session) if each.id != item.id]
        place = _place(position, len(others) + 1)
        number([*others[: place - 1], item, *others[place - 1 :]])
    return await done(work, item, "agenda.item_updated")


async def remove(work: Work, item_id: UUID) -> AgendaItem:
    """Take a question off an agenda; the past keeps it. A proposal that it came from is open again.

    Raises:
        Refused: NOT_OPEN or ITEM_HAS_RESULTS.
    """
    _, item = await part_to_change(work, AgendaItem, item_id)
    session = await work.find(Session, item.session_id, for_update=True)
    await _require_without_results(work, item)
    for proposal in await work.session.scalars(select(Proposal).where(Proposal.agenda_item_id == item.id)):
        proposal.release()
    number([each for each in await items_of(work, session) if each.id != item.id])
    work.record_removal("agenda.item_removed", item)
    await work.save()
    await work.remove(item)
    return item


async def items_of(work: Work, session: Session) -> list[AgendaItem]:
    """The questions of a session in their order, locked."""
    found = (
        select(AgendaItem)
        .where(AgendaItem.session_id == session.id)
        .order_by(AgendaItem.position, AgendaItem.id)
    )
    with work.session.no_autoflush:
        return list(await work.session.scalars(found.with_for_update(key_share=True)))


def number(items: list[AgendaItem]) -> None:
    """Give the items of an agenda their places, from 1 without gaps."""
    for place, item in enumerate(items, start=1):
        if item.position != place:
            item.position = place


async def _require_without_results(work: Work, item: AgendaItem) -> None:
    """What was decided or agreed under a question needs it."""
    found = [exists().where(model.agenda_item_id == item.id) for model in (Decision, Action)]
    if (await work.session.execute(select(found[0] | found[1]))).scalar_one():
        raise Refused(
            "ITEM_HAS_RESULTS",
            "Decisions or actions came of this question, so it stays on the agenda. Change it instead.",
        )


def _place(position: int, last: int) -> int:
    if not 1 <= position <= last:
        raise Refused(
            "BAD_POSITION", f"The agenda has places from 1 to {last}. Give one of them.", field="position"
        )
    return position
