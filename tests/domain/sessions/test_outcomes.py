from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import literal, select

from domain.cohorts import commands as cohorts
from domain.database import Database
from domain.moment import Moment
from domain.people.models import Person
from domain.sessions import commands, outcomes
from domain.sessions.models import Session
from domain.sessions.practice import Action, ActionStatus, Feedback
from domain.sessions.rules import is_overdue, opens_with
from domain.work import Work
from tests import factories
from tests.domain.cohorts.scenes import asked, ids
from tests.domain.sessions.scenes import DAY, Meeting, ask, meeting, plan
from tests.factories import START, TODAY, acting, as_sponsor
from tests.refusals import Refusal, refused

DUE = TODAY + 7 * DAY

Found = Mapping[str, Any]
"""What refusals are tried on, by name."""


async def _agree(work: Work, it: Meeting, title: str = "Write it down", **given: Any) -> Action:
    session = given.pop("session", it.session)
    usual: dict[str, Any] = {"title": title, "owner_id": it.ada.id, "due_on": DUE}
    return await outcomes.agree(work, session.id, **(usual | given))


async def _opening(work: Work, session: Session, *, past: bool = False, on: date = TODAY) -> set[UUID]:
    """The actions that open the agenda of a session."""
    at = Moment(on=literal(on), past=past)
    one, action = at.rows(Session), at.rows(Action)
    found = await work.session.scalars(
        select(action.id).where(one.id == session.id, opens_with(one, action, at))
    )
    return set(found)


async def test_decisions_are_recorded_and_corrected(database: Database) -> None:
    async with acting(database) as work:
        it = await meeting(work)
        item = await ask(work, it.session)
        made = await outcomes.decide(
            work, it.session.id, text=" Weekly ", reason="It is due", agenda_item_id=item.id
        )
        assert (made.text, made.reason, made.agenda_item_id) == ("Weekly", "It is due", item.id)
        await outcomes.correct(work, made.id, text="Monthly", reason=None, expected_version=1)
        assert (made.text, made.reason) == ("Monthly", None)
    assert [entry.command for entry in work.entries[-2:]] == ["decision.recorded", "decision.corrected"]


async def test_an_action_is_agreed_changed_done_and_reopened(database: Database) -> None:
    async with acting(database) as work:
        it = await meeting(work)
        action = await _agree(work, it)
        assert (action.status, action.closed_on, action.due_on) == (ActionStatus.OPEN, None, DUE)
        assert [await asked(work, is_overdue, action, day) for day in (DUE, DUE + DAY)] == [False, True]
        await outcomes.update(
            work, action.id, title="Print it", owner_id=it.ben.id, due_on=TODAY, note="Soon"
        )
        await outcomes.finish(work, action.id, closed_on=TODAY, note="Done")
        assert (action.status, action.closed_on, action.note) == (ActionStatus.DONE, TODAY, "Done")
        assert not await asked(work, is_overdue, action, DUE + DAY)
        await outcomes.reopen(work, action.id)
        assert (action.status, action.closed_on) == (ActionStatus.OPEN, None)
        await outcomes.drop(work, action.id, note="No paper", closed_on=TODAY)
        assert (action.status, action.note) == (ActionStatus.DROPPED, "No paper")
    assert [entry.command for entry in work.entries[-4:]] == [
        "action.updated",
        "action.done",
        "action.reopened",
        "action.dropped",
    ]


async def test_unfinished_actions_open_the_next_agenda_by_themselves(database: Database) -> None:
    async with acting(database) as work:
        it = await meeting(work)
        second, third = [await plan(work, it, held_on=TODAY + days * DAY) for days in (7, 14)]
        others = await cohorts.create(work, it.programme.id, name="Others", starts_on=START)
        elsewhere = await plan(work, it, cohort_ids=[others.id], held_on=TODAY + 8 * DAY)
        one, two = await _agree(work, it), await _agree(work, it, "Ring them")
        at_second = await _agree(work, it, "Ask", session=second, due_on=third.held_on)
        assert await _opening(work, it.session) == set()
        assert await _opening(work, second) == ids(one, two)
        assert await _opening(work, third) == ids(one, two, at_second)
        assert await _opening(work, elsewhere) == set()
    async with acting(database, on=TODAY + 7 * DAY, now=datetime(2026, 6, 8, 12, tzinfo=UTC)) as work:
        # What was done on the very day was still open when people met.
        await outcomes.finish(work, one.id, closed_on=second.held_on)
        await outcomes.finish(work, two.id, closed_on=TODAY)
        assert await _opening(work, second) == ids(one)
        assert await _opening(work, third) == ids(at_second)
        # As of the day before, nobody had done anything yet.
        assert await _opening(work, second, past=True, on=TODAY + 6 * DAY) == ids(one, two)


async def test_an_owner_says_themself_that_it_is_done(database: Database) -> None:
    async with acting(database) as work:
        it = await meeting(work)
        seated = (await work.session.execute(select(Person).where(Person.name == "Ada hub"))).scalar_one()
        own, other = await _agree(work, it, owner_id=seated.id), await _agree(work, it)
    async with acting(database, on=TODAY, viewer=as_sponsor(seated)) as work:
        assert (await outcomes.finish(work, own.id)).closed_on == TODAY
    for attempt in (
        lambda work: outcomes.finish(work, other.id),
        lambda work: outcomes.reopen(work, own.id),
        lambda work: outcomes.give_feedback(work, it.session.id, person_id=it.ada.id, rating=3),
    ):
        async with (
            refused(database, "FORBIDDEN"),
            acting(database, on=TODAY, viewer=as_sponsor(seated)) as work,
        ):
            await attempt(work)


async def test_feedback_is_given_once_and_then_replaced(database: Database) -> None:
    async with acting(database) as work:
        it = await meeting(work)
        await outcomes.give_feedback(
            work, it.session.id, person_id=it.ada.id, rating=2, worked="Tea", change="Chairs"
        )
        await outcomes.give_feedback(work, it.session.id, person_id=it.ada.id, rating=5)
        [found] = await work.session.scalars(select(Feedback))
        assert (found.person_id, found.rating, found.worked, found.change) == (it.ada.id, 5, None, None)


REFUSALS: Sequence[Refusal[Found]] = [
    ("nothing decided", lambda work, it: outcomes.decide(work, it["session"].id, text=" "), "EMPTY_TEXT"),
    ("under a question of another session", lambda work, it: outcomes.decide(
        work, it["session"].id, text="T", agenda_item_id=it["item"].id), "ITEM_OF_ANOTHER_SESSION"),
    ("under no question", lambda work, it: outcomes.decide(
        work, it["session"].id, text="T", agenda_item_id=factories.NOBODY), "NOT_FOUND"),
    ("at a cancelled session", lambda work, it: outcomes.decide(work, it["off"].id, text="T"), "SESSION_CANCELLED"),
    ("corrected to nothing", lambda work, it: outcomes.correct(work, it["decision"].id, text=""), "EMPTY_TEXT"),
    ("an old version", lambda work, it: outcomes.correct(work, it["decision"].id, text="N", expected_version=4),
     "STALE"),
    ("nothing to do", lambda work, it: _agree(work, it["of"], " "), "EMPTY_TITLE"),
    ("done by nobody", lambda work, it: _agree(work, it["of"], owner_id=factories.NOBODY), "NOT_FOUND"),
    ("due before it was agreed", lambda work, it: _agree(work, it["of"], due_on=TODAY - DAY), "DUE_BEFORE_AGREED"),
    ("due in another age", lambda work, it: _agree(work, it["of"], due_on=TODAY.replace(year=26)), "BAD_DATE"),
    ("agreed at a cancelled session", lambda work, it: _agree(work, it["of"], session=it["off"]),
     "SESSION_CANCELLED"),
    ("under another's question", lambda work, it: _agree(work, it["of"], agenda_item_id=it["item"].id),
     "ITEM_OF_ANOTHER_SESSION"),
    ("moved before it was agreed", lambda work, it: outcomes.update(work, it["action"].id, due_on=TODAY - DAY),
     "DUE_BEFORE_AGREED"),
    ("given to nobody", lambda work, it: outcomes.update(work, it["action"].id, owner_id=factories.NOBODY),
     "NOT_FOUND"),
    ("changed when it is done", lambda work, it: outcomes.update(work, it["done"].id, title="N"), "ACTION_CLOSED"),
    ("done twice", lambda work, it: outcomes.finish(work, it["done"].id), "ACTION_CLOSED"),
    ("done before it was agreed", lambda work, it: outcomes.finish(work, it["action"].id, closed_on=TODAY - DAY),
     "CLOSED_BEFORE_AGREED"),
    ("done tomorrow", lambda work, it: outcomes.finish(work, it["action"].id, closed_on=TODAY + DAY),
     "CLOSED_IN_FUTURE"),
    ("dropped without a word", lambda work, it: outcomes.drop(work, it["action"].id, note=" "), "EMPTY_NOTE"),
    ("reopened for nothing", lambda work, it: outcomes.reopen(work, it["action"].id), "ACTION_OPEN"),
    ("rated beyond the scale", lambda work, it: outcomes.give_feedback(
        work, it["session"].id, person_id=it["of"].ada.id, rating=6), "BAD_RATING"),
    ("rated below the scale", lambda work, it: outcomes.give_feedback(
        work, it["session"].id, person_id=it["of"].ada.id, rating=0), "BAD_RATING"),
    ("feedback of a stranger", lambda work, it: outcomes.give_feedback(
        work, it["session"].id, person_id=it["of"].eve.id, rating=3), "NOT_EXPECTED"),
    ("feedback in advance", lambda work, it: outcomes.give_feedback(
        work, it["coming"].id, person_id=it["of"].ada.id, rating=3), "NOT_YET"),
]  # fmt: skip


async def test_refused(database: Database, subtests: pytest.Subtests) -> None:
    async with acting(database) as work:
        it = await meeting(work)
        coming = await plan(work, it, held_on=TODAY + DAY)
        found: Found = {
            "of": it,
            "session": it.session,
            "coming": coming,
            "item": await ask(work, coming),
            "off": await plan(work, it),
            "decision": await outcomes.decide(work, it.session.id, text="T"),
            "action": await _agree(work, it),
            "done": await _agree(work, it),
        }
        await outcomes.finish(work, found["done"].id, closed_on=TODAY)
        await commands.cancel(work, found["off"].id, because="Snow")
    for case, attempt, code in REFUSALS:
        with subtests.test(case):
            async with refused(database, code), acting(database, on=TODAY) as work:
                await attempt(work, found)
