from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from sqlalchemy import select

from domain.database import Database
from domain.errors import Refused
from domain.sessions import agenda, commands, methods, outcomes
from domain.sessions.models import Session
from domain.sessions.practice import AgendaItem, Method, MethodSource
from domain.work import Work
from tests import factories
from tests.domain.sessions.scenes import Meeting, ask, meeting, plan
from tests.factories import TODAY, acting
from tests.races import race
from tests.refusals import Refusal, refused

Found = Mapping[str, Any]
"""What refusals are tried on, by name."""


async def _order(work: Work, session: Session) -> str:
    await work.session.flush()
    found = select(AgendaItem).where(AgendaItem.session_id == session.id).order_by(AgendaItem.position)
    items = list(await work.session.scalars(found))
    assert [item.position for item in items] == list(range(1, len(items) + 1))
    return "".join(item.question[0] for item in items)


async def test_an_agenda_is_put_together_and_in_another_order(database: Database) -> None:
    async with acting(database) as work:
        it = await meeting(work)
        method = (await work.session.scalars(select(Method).where(Method.name == "1-2-4-All"))).one()
        a = await ask(
            work, it.session, "A?", purpose=" To begin ", method_id=method.id, outcome="One line each"
        )
        assert (a.purpose, a.method_id, a.outcome, a.minutes) == ("To begin", method.id, "One line each", 30)
        b, c = [await ask(work, it.session, f"{name}?") for name in "BC"]
        assert await _order(work, it.session) == "ABC"
        await agenda.update(work, c.id, position=1)
        assert await _order(work, it.session) == "CAB"
        await agenda.update(work, c.id, minutes=10, question="D?")
        await ask(work, it.session, "E?", position=2, minutes=20)
        assert await _order(work, it.session) == "DEAB"
        await agenda.remove(work, a.id)
        assert await _order(work, it.session) == "DEB"
        await agenda.update(work, b.id, method_id=None, purpose=None)
    assert [entry.command for entry in work.entries[-3:]] == [
        "agenda.item_added",
        "agenda.item_removed",
        "agenda.item_updated",
    ]


def test_a_title_that_asks_nothing_is_told_so() -> None:
    with pytest.raises(Refused, match="ending in a question mark") as refusal:
        AgendaItem(question="Welcome")
    assert (refusal.value.code, refusal.value.field) == ("NOT_A_QUESTION", "question")


REFUSALS: Sequence[Refusal[Found]] = [
    ("no question", lambda work, it: ask(work, it["session"], "Budget"), "NOT_A_QUESTION"),
    ("nothing", lambda work, it: ask(work, it["session"], " "), "EMPTY_QUESTION"),
    ("no time", lambda work, it: ask(work, it["session"], minutes=0), "BAD_LENGTH"),
    ("more than the session has", lambda work, it: ask(work, it["session"], minutes=61), "AGENDA_TOO_LONG"),
    ("a place beyond the end", lambda work, it: ask(work, it["session"], position=3), "BAD_POSITION"),
    ("a place before the first", lambda work, it: ask(work, it["session"], position=0), "BAD_POSITION"),
    ("a method that is none", lambda work, it: ask(work, it["session"], method_id=factories.NOBODY), "NOT_FOUND"),
    ("no session", lambda work, _: agenda.add(work, factories.NOBODY, question="A?", minutes=1), "NOT_FOUND"),
    ("a cancelled session", lambda work, it: ask(work, it["off"]), "SESSION_CANCELLED"),
    ("changed to no question", lambda work, it: agenda.update(work, it["item"].id, question="A"), "NOT_A_QUESTION"),
    ("changed to too long", lambda work, it: agenda.update(work, it["item"].id, minutes=91), "AGENDA_TOO_LONG"),
    ("moved nowhere", lambda work, it: agenda.update(work, it["item"].id, position=2), "BAD_POSITION"),
    ("an old version", lambda work, it: agenda.update(work, it["item"].id, minutes=1, expected_version=7), "STALE"),
    ("by a method that is none", lambda work, it: agenda.update(work, it["item"].id, method_id=factories.NOBODY),
     "NOT_FOUND"),
    ("removed with its decisions", lambda work, it: agenda.remove(work, it["decided"].id), "ITEM_HAS_RESULTS"),
    ("a method without a name", lambda work, _: methods.add(work, name="", description="d"), "EMPTY_NAME"),
    ("a method that says nothing", lambda work, _: methods.add(work, name="M", description=" "), "EMPTY_DESCRIPTION"),
    ("a method that exists", lambda work, _: methods.add(work, name="TRIZ", description="d"), "NAME_TAKEN"),
    ("a method at no address", lambda work, _: methods.add(work, name="M", description="d", url="x"), "BAD_URL"),
    ("a shipped method changed", lambda work, it: methods.update(work, it["triz"].id, name="N"), "SHIPPED_METHOD"),
    ("a name in use", lambda work, it: methods.update(work, it["own"].id, name="TRIZ"), "NAME_TAKEN"),
]  # fmt: skip


async def test_refused(database: Database, subtests: pytest.Subtests) -> None:
    async with acting(database) as work:
        it = await meeting(work)
        found: Found = {
            "session": it.session,
            "item": await ask(work, it.session),
            "off": await _cancelled(work, it),
            "decided": (await _decided(work, it)),
            "triz": await work.session.scalar(select(Method).where(Method.name == "TRIZ")),
            "own": await methods.add(work, name="Bingo", description="Find who can ride a unicycle."),
        }
    for case, attempt, code in REFUSALS:
        with subtests.test(case):
            async with refused(database, code), acting(database) as work:
                await attempt(work, found)


async def _cancelled(work: Work, it: Meeting) -> Session:
    off = await plan(work, it)
    await commands.cancel(work, off.id, because="Snow")
    return off


async def _decided(work: Work, it: Meeting) -> AgendaItem:
    session = await plan(work, it)
    item = await ask(work, session)
    await outcomes.decide(work, session.id, text="Weekly", agenda_item_id=item.id)
    return item


async def test_two_questions_at_once_do_not_overfill_it(database: Database) -> None:
    async with acting(database) as work:
        it = await meeting(work)
    added = lambda work: ask(work, it.session, minutes=60)  # noqa: E731
    assert await race(database, added, added) == "AGENDA_TOO_LONG"


async def test_the_catalogue_is_the_file_and_nothing_else(database: Database) -> None:
    shipped = methods.shipped()
    assert len(shipped) == len({each.name for each in shipped}) == len({each.url for each in shipped}) == 33
    async with acting(database, on=TODAY) as work:
        found = await work.session.scalars(select(Method))
        rows = {row.id: (row.name, row.url, row.description, row.source) for row in found}
        assert rows == {
            each.id: (each.name, each.url, each.description, MethodSource.LIBERATING_STRUCTURES)
            for each in shipped
        }
        own = await methods.add(work, name="Bingo", description="Find out.", url="https://example.org/b")
        await methods.update(work, own.id, description="Find somebody who …", url=None)
        assert (own.source, own.url) == (MethodSource.OWN, None)


@pytest.mark.parametrize("method", methods.shipped(), ids=lambda method: method.name)
def test_each_has_a_link_and_a_line_of_our_own(method: methods.ShippedMethod) -> None:
    assert method.url.startswith("https://www.liberatingstructures.com/")
    assert method.url.endswith("/")
    assert 20 <= len(method.description) <= 120
    assert method.description.endswith(".")
