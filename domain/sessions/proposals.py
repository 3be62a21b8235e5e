"""Co-design: members propose questions for a session and vote; the organiser makes the agenda of them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select

from domain.errors import Refused
from domain.sessions import agenda
from domain.sessions.locks import done, part_to_change
from domain.sessions.models import Session
from domain.sessions.people import require_expected
from domain.sessions.practice import Proposal, ProposalStatus, ProposalVote
from domain.work import Work


async def make(
    work: Work, session_id: UUID, *, person_id: UUID, question: str, reason: str | None = None
) -> Proposal:
    """A member proposes a question for a session that has not begun; or somebody enters it for them.

    Raises:
        Refused: NOT_OPEN, SESSION_CANCELLED, ALREADY_HELD, NOT_EXPECTED, EMPTY_QUESTION or NOT_A_QUESTION.
    """
    _, session = await part_to_change(work, Session, session_id, by=person_id)
    session.require_on()
    session.require_not_begun(work.now)
    await require_expected(work, session, person_id, named="personId")
    proposal = work.add(
        Proposal(
            programme_id=session.programme_id,
            session_id=session.id,
            person_id=person_id,
            question=question,
            reason=reason,
        )
    )
    return await done(work, proposal, "proposal.made")


async def vote(work: Work, proposal_id: UUID, *, person_id: UUID) -> Proposal:
    """A member votes for a proposal that is open: once for each, for as many as they like.

    Raises:
        Refused: NOT_OPEN, PROPOSAL_SETTLED, NOT_EXPECTED or ALREADY_VOTED.
    """
    _, proposal = await part_to_change(work, Proposal, proposal_id, by=person_id)
    proposal.require_open()
    session = await work.find(Session, proposal.session_id)
    await require_expected(work, session, person_id, named="personId")
    if await _vote_of(work, proposal, person_id) is not None:
        raise Refused(
            "ALREADY_VOTED", "They have voted for this already. One vote each is counted.", field="personId"
        )
    work.add(ProposalVote(programme_id=proposal.programme_id, proposal_id=proposal.id, person_id=person_id))
    return await done(work, proposal, "proposal.voted_for")


async def withdraw_vote(work: Work, proposal_id: UUID, *, person_id: UUID) -> Proposal:
    """A member takes their vote back, as long as the proposal is open.

    Raises:
        Refused: NOT_OPEN, PROPOSAL_SETTLED or NOT_VOTED.
    """
    _, proposal = await part_to_change(work, Proposal, proposal_id, by=person_id)
    proposal.require_open()
    given = await _vote_of(work, proposal, person_id)
    if given is None:
        raise Refused(
            "NOT_VOTED", "They have not voted for this. There is nothing to take back.", field="personId"
        )
    work.record("proposal.vote_withdrawn", proposal)
    await work.remove(given)
    return proposal


async def withdraw(work: Work, proposal_id: UUID, *, expected_version: int | None = None) -> Proposal:
    """Take a proposal back; its author may do so themself.

    Raises:
        Refused: NOT_OPEN or PROPOSAL_SETTLED.
    """
    author_id = (await work.find(Proposal, proposal_id)).person_id
    _, proposal = await part_to_change(
        work, Proposal, proposal_id, expected_version=expected_version, by=author_id
    )
    proposal.withdraw()
    return await done(work, proposal, "proposal.withdrawn")


async def decline(
    work: Work, proposal_id: UUID, *, answer: str, expected_version: int | None = None
) -> Proposal:
    """Keep a proposal off the agenda, and tell its author why.

    Raises:
        Refused: NOT_OPEN, PROPOSAL_SETTLED or EMPTY_ANSWER.
    """
    _, proposal = await part_to_change(work, Proposal, proposal_id, expected_version=expected_version)
    proposal.decline(answer)
    return await done(work, proposal, "proposal.declined")


async def adopt(
    work: Work,
    proposal_id: UUID,
    *,
    minutes: int,
    purpose: str | None = None,
    method_id: UUID | None = None,
    outcome: str | None = None,
    position: int | None = None,
    answer: str | None = None,
    expected_version: int | None = None,
) -> Proposal:
    """Put a proposal on the agenda of its session as a question of so many minutes, and answer its author.

    Raises:
        Refused: NOT_OPEN, PROPOSAL_SETTLED, SESSION_CANCELLED, BAD_LENGTH, AGENDA_TOO_LONG or BAD_POSITION.
    """
    _, proposal = await part_to_change(work, Proposal, proposal_id, expected_version=expected_version)
    proposal.require_open()
    item = await agenda.add(
        work,
        proposal.session_id,
        question=proposal.question,
        minutes=minutes,
        purpose=purpose or proposal.reason,
        method_id=method_id,
        outcome=outcome,
        position=position,
    )
    proposal.adopt(item.id, answer)
    return await done(work, proposal, "proposal.adopted")


async def compose(work: Work, session_id: UUID, *, minutes_each: int, at_most: int | None = None) -> Session:
    """Put the open proposals with the most votes on the agenda of their session, as many as there is time for.

    Of equals the earlier proposal comes first. The others stay open, to be adopted or declined one by one.

    Raises:
        Refused: NOT_OPEN, SESSION_CANCELLED, BAD_LENGTH, NOTHING_PROPOSED or AGENDA_TOO_LONG.
    """
    _, session = await part_to_change(work, Session, session_id)
    planned = sum(item.minutes for item in await agenda.items_of(work, session))
    fitting = (session.minutes - planned) // max(minutes_each, 1)
    ranked = await _ranked(work, session)
    if not ranked:
        raise Refused("NOTHING_PROPOSED", "No proposal for this session is open. Ask its members for some.")
    for proposal in ranked[: max(1, min(fitting, at_most or fitting))]:
        await adopt(work, proposal.id, minutes=minutes_each)
    work.record("session.agenda_composed", session, minutes_each=minutes_each)
    return session


async def _ranked(work: Work, session: Session) -> list[Proposal]:
    votes = select(func.count()).where(ProposalVote.proposal_id == Proposal.id).scalar_subquery()
    proposals = (
        select(Proposal)
        .where(Proposal.session_id == session.id, Proposal.status == ProposalStatus.OPEN)
        .order_by(votes.desc(), Proposal.id)
    )
    return list(await work.session.scalars(proposals))


async def _vote_of(work: Work, proposal: Proposal, person_id: UUID) -> ProposalVote | None:
    given = select(ProposalVote).where(
        ProposalVote.proposal_id == proposal.id, ProposalVote.person_id == person_id
    )
    found: ProposalVote | None = await work.session.scalar(given)
    return found
