"""Proposals of members and what becomes of them; decisions, actions and feedback."""

from __future__ import annotations

from datetime import date

import strawberry

from domain.sessions import outcomes, proposals
from graph.mutations.inputs import Change, Request, asks, id_of, needed, optional, optional_id_of
from graph.mutations.performing import Payload, mutation
from graph.mutations.sessions import SessionPayload
from graph.outcomes import Action, Decision, Feedback, Proposal
from graph.reads import subject

_ITEM = "The id of the AgendaItem that it answers."
_CLOSED_ON = "The day; left out, the day from which the change holds."


@strawberry.type(description="What became of the proposal.")
class ProposalPayload(Payload):
    """The answer of every mutation that changes a proposal."""

    proposal: Proposal | None = subject()


@strawberry.type(description="What became of the decision.")
class DecisionPayload(Payload):
    """The answer of every mutation that changes a decision."""

    decision: Decision | None = subject()


@strawberry.type(description="What became of the action.")
class ActionPayload(Payload):
    """The answer of every mutation that changes an action."""

    action: Action | None = subject()


@strawberry.type(description="What became of the feedback.")
class FeedbackPayload(Payload):
    """The answer of the mutation that gives feedback."""

    feedback: Feedback | None = subject()


@asks
class ProposalMakeInput(Request):
    """What a member would have a session ask."""

    session_id: strawberry.ID = id_of("Session")
    person_id: strawberry.ID = id_of("Person", "The id of the Person who proposes it.")
    question: str = needed("It ends in a question mark.")
    reason: str | None = optional("Why they propose it.")


@asks
class ProposalVoteInput(Request):
    """Who votes for which proposal."""

    id: strawberry.ID = id_of("Proposal")
    person_id: strawberry.ID = id_of("Person", "The id of the Person who votes.")


@asks
class ProposalVoteWithdrawInput(Request):
    """Who takes their vote back, and from which proposal."""

    id: strawberry.ID = id_of("Proposal")
    person_id: strawberry.ID = id_of("Person", "The id of the Person who voted.")


@asks
class ProposalWithdrawInput(Change):
    """Which proposal is taken back."""

    id: strawberry.ID = id_of("Proposal")


@asks
class ProposalDeclineInput(Change):
    """Which proposal does not come on the agenda, and why."""

    id: strawberry.ID = id_of("Proposal")
    answer: str = needed("What its author is told.")


@asks
class ProposalAdoptInput(Change):
    """Which proposal comes on the agenda, and how the group works on it."""

    id: strawberry.ID = id_of("Proposal")
    minutes: int = needed("How long it takes.")
    purpose: str | None = optional("What it is asked for; left out, the reason of its author.")
    method_id: strawberry.ID | None = optional_id_of("Method")
    outcome: str | None = optional("What is to be there when it is answered.")
    position: int | None = optional("Its place on the agenda, from 1; left out, it comes last.")
    answer: str | None = optional("What its author is told.")


@asks
class SessionAgendaComposeInput(Request):
    """Which session's agenda is made of what its members proposed."""

    session_id: strawberry.ID = id_of("Session")
    minutes_each: int = needed("How long each question takes.")
    at_most: int | None = optional(
        "How many proposals are taken at most; left out, as many as there is time for."
    )


@asks
class DecisionRecordInput(Request):
    """What was decided at which session, and why."""

    session_id: strawberry.ID = id_of("Session")
    text: str = needed("The decision, in one line.")
    reason: str | None = optional()
    agenda_item_id: strawberry.ID | None = optional_id_of("AgendaItem", _ITEM)


@asks
class DecisionCorrectInput(Change):
    """What a record of a decision should say: what is left out stays as it is, null takes it away."""

    id: strawberry.ID = id_of("Decision")
    text: str | None = optional()
    reason: str | None = optional()


@asks
class ActionAgreeInput(Request):
    """What somebody will do by when, agreed at which session."""

    session_id: strawberry.ID = id_of("Session")
    title: str = needed("What will be done, in one line.")
    owner_id: strawberry.ID = id_of("Person", "The id of the Person who does it.")
    due_on: date = needed("The day by which it is done.")
    agenda_item_id: strawberry.ID | None = optional_id_of("AgendaItem", _ITEM)


@asks
class ActionUpdateInput(Change):
    """What an open action says: what is left out stays as it is, null takes it away."""

    id: strawberry.ID = id_of("Action")
    title: str | None = optional()
    owner_id: strawberry.ID | None = optional_id_of("Person", "The id of the Person who does it.")
    due_on: date | None = optional()
    note: str | None = optional("How it goes.")


@asks
class ActionFinishInput(Change):
    """Which action has been done, and when."""

    id: strawberry.ID = id_of("Action")
    closed_on: date | None = optional(_CLOSED_ON)
    note: str | None = optional("How it went.")


@asks
class ActionDropInput(Change):
    """Which action will not be done, and why."""

    id: strawberry.ID = id_of("Action")
    note: str = needed("Why it will not be done.")
    closed_on: date | None = optional(_CLOSED_ON)


@asks
class ActionReopenInput(Change):
    """Which action is to be done after all."""

    id: strawberry.ID = id_of("Action")


@asks
class SessionFeedbackGiveInput(Request):
    """What somebody says of which session."""

    session_id: strawberry.ID = id_of("Session")
    person_id: strawberry.ID = id_of(
        "Person", "The id of the Person who says it; it stands under their name."
    )
    rating: int = needed("From 1 (not worth my time) to 5 (well worth it).")
    worked: str | None = optional("What worked.")
    change: str | None = optional("What to change.")


@strawberry.type
class OutcomeMutations:
    """What can be done with proposals, decisions, actions and feedback."""

    proposal_make = mutation(proposals.make, ProposalMakeInput, ProposalPayload)
    proposal_vote = mutation(proposals.vote, ProposalVoteInput, ProposalPayload)
    proposal_vote_withdraw = mutation(proposals.withdraw_vote, ProposalVoteWithdrawInput, ProposalPayload)
    proposal_withdraw = mutation(proposals.withdraw, ProposalWithdrawInput, ProposalPayload)
    proposal_decline = mutation(proposals.decline, ProposalDeclineInput, ProposalPayload)
    proposal_adopt = mutation(proposals.adopt, ProposalAdoptInput, ProposalPayload)
    session_agenda_compose = mutation(proposals.compose, SessionAgendaComposeInput, SessionPayload)
    decision_record = mutation(outcomes.decide, DecisionRecordInput, DecisionPayload)
    decision_correct = mutation(outcomes.correct, DecisionCorrectInput, DecisionPayload)
    action_agree = mutation(outcomes.agree, ActionAgreeInput, ActionPayload)
    action_update = mutation(outcomes.update, ActionUpdateInput, ActionPayload)
    action_finish = mutation(outcomes.finish, ActionFinishInput, ActionPayload)
    action_drop = mutation(outcomes.drop, ActionDropInput, ActionPayload)
    action_reopen = mutation(outcomes.reopen, ActionReopenInput, ActionPayload)
    session_feedback_give = mutation(outcomes.give_feedback, SessionFeedbackGiveInput, FeedbackPayload)
