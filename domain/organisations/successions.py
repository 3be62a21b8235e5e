"""What became of organisations: recording it, and working out who stands where they stood."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import CTE, delete, exists, select, text

from domain.access.viewers import Permission
from domain.calendar import UNTIL_FURTHER_NOTICE, in_words, plausible
from domain.errors import Refused
from domain.organisations.models import Continuation, Organisation, Succession
from domain.work import Work


class Step(NamedTuple):
    """On a date a successor took over from its predecessor, alone or with others."""

    predecessor_id: UUID
    successor_id: UUID
    on: date


class Stand(NamedTuple):
    """From a date up to another a holder stands where an organisation stood."""

    organisation_id: UUID
    holder_id: UUID
    from_on: date
    until_on: date


def stands(steps: Iterable[Step]) -> list[Stand]:
    """Who stands where, for every organisation that somebody took over alone; a split ends a chain."""
    after: dict[UUID, list[Step]] = defaultdict(list)
    for step in steps:
        after[step.predecessor_id].append(step)
    return [stand for organisation_id in after for stand in _chain(organisation_id, after)]


def _chain(organisation_id: UUID, after: dict[UUID, list[Step]]) -> list[Stand]:
    steps: list[Step] = []
    following = after[organisation_id]
    while len(following) == 1 and (not steps or following[0].on > steps[-1].on):
        steps += following
        following = after.get(following[0].successor_id, [])
    untils = [*(step.on for step in steps[1:]), UNTIL_FURTHER_NOTICE]
    return [
        Stand(organisation_id, step.successor_id, step.on, until)
        for step, until in zip(steps, untils, strict=False)
    ]


async def succeed(work: Work, predecessor_id: UUID, *, successor_id: UUID, on: date) -> Succession:
    """On a date an organisation closed and another took over from it, alone or with others.

    What the predecessor held passes to a single successor from that date on. A second successor makes it a
    split: then it stays with the predecessor until somebody decides (`domain.programmes.partners.assign`).

    Raises:
        Refused: SUCCESSION_CIRCLE, ALREADY_SUCCEEDED, SUCCESSION_DATE_DIFFERS, SUCCESSOR_NOT_OPEN or
            CLOSES_BEFORE_IT_OPENS.
    """
    await work.alone("successions of organisations")
    # Who leads programmes is counted by who holds the place of whom: nobody changes either while the other changes.
    await work.session.execute(text("LOCK TABLE continuations IN EXCLUSIVE MODE"))
    predecessor = await work.find(Organisation, predecessor_id, for_update=True)
    work.require(Permission.EDIT_ORGANISATIONS)
    successor = await work.find(Organisation, successor_id, named="successorId")
    plausible(on, "on")
    await _require_no_circle(work, predecessor, successor)
    _require_open(successor, on)
    await _require_one_date(work, predecessor, on)
    succession = work.add(Succession(predecessor_id=predecessor.id, successor_id=successor.id, valid_from=on))
    work.record("organisation.succeeded", succession, **_closing(predecessor, on))
    await work.save({"uq_successions_predecessor_id_successor_id": _repeated(predecessor, successor)})
    await _rewrite_continuations(work, predecessor.id)
    return succession


def _closing(predecessor: Organisation, on: date) -> dict[str, date]:
    """Close the predecessor on the date, unless it is known to have closed then; what is to be recorded of that."""
    if predecessor.closed_on is not None:
        return {}
    predecessor.close(on, named="on")
    return {"closed_on": on}


def _repeated(predecessor: Organisation, successor: Organisation) -> Refused:
    return Refused(
        "ALREADY_SUCCEEDED",
        f"It is known already that {successor.name} took over from {predecessor.name}. "
        "Choose another successor, if there is one.",
        field="successorId",
    )


def _require_open(successor: Organisation, on: date) -> None:
    opened, closed = successor.opened_on, successor.closed_on
    if (opened is not None and opened > on) or (closed is not None and closed <= on):
        raise Refused(
            "SUCCESSOR_NOT_OPEN",
            f"{successor.name} is not open on {in_words(on)}. Check the date, and when it opened and closed.",
            field="successorId",
        )


async def _require_one_date(work: Work, predecessor: Organisation, on: date) -> None:
    """An organisation ends once: on the day it closes, all of its successors take over, and nobody hands over to it."""
    known = await work.session.scalar(
        select(Succession.valid_from).where(Succession.predecessor_id == predecessor.id).limit(1)
    )
    closes = known or predecessor.closed_on
    if closes is not None and closes != on:
        raise Refused(
            "SUCCESSION_DATE_DIFFERS",
            f"{predecessor.name} closed on {in_words(closes)}, and others take over on that day. Give that date.",
            field="on",
        )
    if await work.session.scalar(
        select(exists().where(Succession.successor_id == predecessor.id, Succession.valid_from >= on))
    ):
        raise Refused(
            "CLOSES_BEFORE_IT_TOOK_OVER",
            f"{predecessor.name} takes over from another organisation later than {in_words(on)}. Check the date.",
            field="on",
        )


async def _require_no_circle(work: Work, predecessor: Organisation, successor: Organisation) -> None:
    later = _following(successor.id)
    circle = successor.id == predecessor.id or await work.session.scalar(
        select(exists().where(later.c.id == predecessor.id))
    )
    if circle:
        raise Refused(
            "SUCCESSION_CIRCLE",
            f"{predecessor.name} took over from {successor.name} itself, directly or through others. "
            "Check which of them came first.",
            field="successorId",
        )


def _following(organisation_id: UUID) -> CTE:
    """The ids of all that took over from an organisation, directly or through others."""
    steps = select(Succession.successor_id.label("id")).where(Succession.predecessor_id == organisation_id)
    found = steps.cte(recursive=True)
    return found.union(select(Succession.successor_id).where(Succession.predecessor_id == found.c.id))


def _preceding(organisation_id: UUID) -> CTE:
    """The ids of all that an organisation took over from, directly or through others."""
    steps = select(Succession.predecessor_id.label("id")).where(Succession.successor_id == organisation_id)
    found = steps.cte(recursive=True)
    return found.union(select(Succession.predecessor_id).where(Succession.successor_id == found.c.id))


async def _rewrite_continuations(work: Work, predecessor_id: UUID) -> None:
    """Work the chains out anew that lead through an organisation, from all the successions that bear on them."""
    before, after = _preceding(predecessor_id), _following(predecessor_id)
    ids = await work.session.scalars(select(before.c.id))
    touched = {predecessor_id, *ids}
    bearing = {*touched, *(await work.session.scalars(select(after.c.id)))}
    rows = await work.session.execute(
        select(Succession.predecessor_id, Succession.successor_id, Succession.valid_from).where(
            Succession.predecessor_id.in_(bearing)
        )
    )
    found = stands(Step(*row) for row in rows)
    await work.session.execute(delete(Continuation).where(Continuation.organisation_id.in_(touched)))
    work.session.add_all(Continuation(**s._asdict()) for s in found if s.organisation_id in touched)
    await work.save()
