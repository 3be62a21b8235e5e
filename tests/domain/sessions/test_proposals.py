from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from sqlalchemy import select

from domain.access.viewers import ADMINISTRATOR
from domain.cohorts import members
from domain.cohorts.models import CohortRole
from domain.database import Database
from domain.people.models import Person
from domain.sessions import agenda, commands, proposals
from domain.sessions.models import Session
from domain.sessions.practice import AgendaItem, Proposal, ProposalStatus, ProposalVote
from domain.sessions.rules import vote_count
from domain.work import Work
from tests.domain.cohorts.scenes import asked
from tests.domain.sessions.scenes import DAY, Meeting, ask, meeting, plan
from tests.factories import START, TODAY, acting, as_sponsor
from tests.races import Act, race
from tests.refusals import Refusal, refused

Found = Mapping[str, Any]
"""What refusals are tried on, by name."""


async def _coming(work: Work) -> Meeting:
    return await meeting(work, held_on=TODAY + 7 * DAY)


async def _propose(
    work: Work, it: Meeting, who: str = "ada", question: str = "What is fair?", **given: Any
) -> Proposal:
    session = given.pop("session", it.session)
    return await proposals.make(work, session.id, person_id=getattr(it, who).id, question=question, **given)


async def _questions(work: Work, session: Session) -> list[str]:
    found = (
        select(AgendaItem.question).where(AgendaItem.session_id == session.id).order_by(AgendaItem.position)
    )
    return list(await work.session.scalars(found))


async def test_members_propose_vote_and_see_what_became_of_it(database: Database) -> None:
    async with acting(database) as work:
        it = await _coming(work)
        fair, who = (
            await _propose(work, it, reason="It was not."),
            await _propose(work, it, "ben", "Who decides?"),
        )
        for person in (it.ada, it.ben):
            await proposals.vote(work, who.id, person_id=person.id)
        await proposals.vote(work, fair.id, person_id=it.ada.id)
        await proposals.withdraw_vote(work, fair.id, person_id=it.ada.id)
        assert [await asked(work, vote_count, each, TODAY) for each in (fair, who)] == [0, 2]
        await proposals.adopt(work, who.id, minutes=20, answer="It comes first.", position=1)
        await proposals.decline(work, fair.id, answer="We asked that in March.")
        item = await work.session.get_one(AgendaItem, who.agenda_item_id)
        assert (item.question, item.minutes, item.session_id) == ("Who decides?", 20, it.session.id)
        assert (who.status, who.answer) == (ProposalStatus.ON_AGENDA, "It comes first.")
        assert (fair.status, fair.answer) == (ProposalStatus.DECLINED, "We asked that in March.")
        await agenda.remove(work, item.id)
        assert (who.status, who.agenda_item_id, who.answer) == (ProposalStatus.OPEN, None, None)
        await proposals.withdraw(work, who.id)
        assert who.status is ProposalStatus.WITHDRAWN


async def test_the_agenda_is_made_of_what_most_voted_for(database: Database) -> None:
    async with acting(database) as work:
        it = await _coming(work)
        await ask(work, it.session, "Who is here?", minutes=10)
        none, one, two = [await _propose(work, it, "ada", f"{name}?") for name in ("None", "One", "Two")]
        for proposal, voters in ((one, (it.ada,)), (two, (it.ada, it.ben))):
            for voter in voters:
                await proposals.vote(work, proposal.id, person_id=voter.id)
        await proposals.compose(work, it.session.id, minutes_each=40)
        assert await _questions(work, it.session) == ["Who is here?", "Two?", "One?"]
        assert none.status is ProposalStatus.OPEN
        assert {each.status for each in (one, two)} == {ProposalStatus.ON_AGENDA}
    async with refused(database, "AGENDA_TOO_LONG"), acting(database) as work:
        await proposals.compose(work, it.session.id, minutes_each=1)


async def test_no_more_is_taken_than_was_asked_for(database: Database) -> None:
    async with acting(database) as work:
        it = await _coming(work)
        for name in "ABC":
            await _propose(work, it, question=f"{name}?")
        await proposals.compose(work, it.session.id, minutes_each=10, at_most=2)
        assert await _questions(work, it.session) == ["A?", "B?"]


async def test_a_member_who_may_see_it_does_it_themself(database: Database) -> None:
    async with acting(database) as work:
        it = await _coming(work)
        seated = (await work.session.execute(select(Person).where(Person.name == "Ada hub"))).scalar_one()
        await members.join(
            work, it.cohort.id, person_id=seated.id, role=CohortRole.FACILITATOR, starts_on=START
        )
        theirs = await _propose(work, it)
    async with acting(database, on=TODAY, viewer=as_sponsor(seated)) as work:
        made = await proposals.make(work, it.session.id, person_id=seated.id, question="May I?")
        await proposals.vote(work, theirs.id, person_id=seated.id)
        await proposals.withdraw(work, made.id)
    tries: Sequence[Act] = (
        lambda work: proposals.make(work, it.session.id, person_id=it.ada.id, question="For her?"),
        lambda work: proposals.vote(work, theirs.id, person_id=it.ada.id),
        lambda work: proposals.withdraw(work, theirs.id),
        lambda work: proposals.adopt(work, theirs.id, minutes=5),
        lambda work: proposals.decline(work, theirs.id, answer="No"),
    )
    for attempt in tries:
        async with (
            refused(database, "FORBIDDEN"),
            acting(database, on=TODAY, viewer=as_sponsor(seated)) as work,
        ):
            await attempt(work)


REFUSALS: Sequence[Refusal[Found]] = [
    ("no question", lambda work, it: _propose(work, it["of"], question="Lunch"), "NOT_A_QUESTION"),
    ("of a stranger", lambda work, it: _propose(work, it["of"], "eve"), "NOT_EXPECTED"),
    ("for a session that has begun", lambda work, it: _propose(work, it["of"], session=it["past"]), "ALREADY_HELD"),
    ("for a cancelled session", lambda work, it: _propose(work, it["of"], session=it["off"]), "SESSION_CANCELLED"),
    ("twice", lambda work, it: proposals.vote(work, it["open"].id, person_id=it["of"].ben.id), "ALREADY_VOTED"),
    ("by a stranger", lambda work, it: proposals.vote(work, it["open"].id, person_id=it["of"].eve.id),
     "NOT_EXPECTED"),
    ("for what is settled", lambda work, it: proposals.vote(work, it["settled"].id, person_id=it["of"].ada.id),
     "PROPOSAL_SETTLED"),
    ("a vote that was not given", lambda work, it: proposals.withdraw_vote(
        work, it["open"].id, person_id=it["of"].ada.id), "NOT_VOTED"),
    ("a vote that counted", lambda work, it: proposals.withdraw_vote(
        work, it["settled"].id, person_id=it["of"].ada.id), "PROPOSAL_SETTLED"),
    ("declined without a word", lambda work, it: proposals.decline(work, it["open"].id, answer=" "), "EMPTY_ANSWER"),
    ("declined twice", lambda work, it: proposals.decline(work, it["settled"].id, answer="No"), "PROPOSAL_SETTLED"),
    ("withdrawn too late", lambda work, it: proposals.withdraw(work, it["settled"].id), "PROPOSAL_SETTLED"),
    ("adopted twice", lambda work, it: proposals.adopt(work, it["settled"].id, minutes=5), "PROPOSAL_SETTLED"),
    ("longer than there is time", lambda work, it: proposals.adopt(work, it["open"].id, minutes=91),
     "AGENDA_TOO_LONG"),
    ("an old version", lambda work, it: proposals.adopt(work, it["open"].id, minutes=1, expected_version=8), "STALE"),
    ("of nothing", lambda work, it: proposals.compose(work, it["past"].id, minutes_each=5), "NOTHING_PROPOSED"),
    ("in no time", lambda work, it: proposals.compose(work, it["of"].session.id, minutes_each=0), "BAD_LENGTH"),
]  # fmt: skip


async def test_refused(database: Database, subtests: pytest.Subtests) -> None:
    async with acting(database) as work:
        it = await _coming(work)
        found: Found = {
            "of": it,
            "open": await _propose(work, it),
            "settled": await _propose(work, it, question="Why?"),
            "past": await plan(work, it, held_on=TODAY - DAY),
            "off": await plan(work, it, held_on=TODAY + DAY),
        }
        await proposals.vote(work, found["open"].id, person_id=it.ben.id)
        await proposals.decline(work, found["settled"].id, answer="Because.")
        await commands.cancel(work, found["off"].id, because="Snow")
    for case, attempt, code in REFUSALS:
        with subtests.test(case):
            async with refused(database, code), acting(database, viewer=ADMINISTRATOR) as work:
                await attempt(work, found)


async def test_two_votes_of_one_person_at_once_are_one(database: Database) -> None:
    async with acting(database) as work:
        it = await _coming(work)
        fair = await _propose(work, it)
    cast = lambda work: proposals.vote(work, fair.id, person_id=it.ada.id)  # noqa: E731
    assert await race(database, cast, cast) == "ALREADY_VOTED"
    async with acting(database) as work:
        assert len(list(await work.session.scalars(select(ProposalVote)))) == 1
        assert (await work.find(Proposal, fair.id)).status is ProposalStatus.OPEN
