"""What members propose for a session and what comes of it, in the schema."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain import models
from domain.sessions import rules
from domain.sessions.practice import ActionStatus, ProposalStatus
from graph.people import Person
from graph.reads import Connection, Node, column, computed, many, one, reads
from graph.sessions import VERSION, AgendaItem, Session

if TYPE_CHECKING:
    from graph.programmes import Programme

strawberry.enum(ProposalStatus, description="What became of a proposal.")
strawberry.enum(ActionStatus, description="Whether what was agreed has been done.")


@reads(
    models.Proposal,
    filters=("id", "question", "status", "vote_count", "person", "became", "session", "programme"),
    orders=("status", "question"),
)
class Proposal(Node):
    """A question that a member proposes for a session, and what became of it."""

    version: int = column(VERSION)
    question: str
    reason: str | None = column("Why they propose it.")
    status: ProposalStatus
    became: AgendaItem | None = one(
        "agenda_item_id", description="The question on the agenda that it is now."
    )
    answer: str | None = column("What its author was told.")
    vote_count: int = computed(rules.vote_count, description="How many members voted for it.")
    votes: Connection[ProposalVote] = many(
        "proposal_id", description="The votes that you may see: a sponsor sees their own."
    )
    person: Person | None = one("person_id", description="Who proposes it.")
    session: Session = one("session_id")
    programme: Annotated[Programme, strawberry.lazy("graph.programmes")] = one("programme_id")


@reads(models.ProposalVote, filters=("id", "person", "proposal"))
class ProposalVote(Node):
    """A member's vote for a proposal."""

    version: int = column(VERSION)
    person: Person | None = one("person_id")
    proposal: Proposal = one("proposal_id")


@reads(models.Decision, filters=("id", "text", "session", "item", "programme"), orders=("text",))
class Decision(Node):
    """What a session decided."""

    version: int = column(VERSION)
    text: str
    reason: str | None
    session: Session = one("session_id")
    item: AgendaItem | None = one("agenda_item_id", description="The question that it answers.")
    programme: Annotated[Programme, strawberry.lazy("graph.programmes")] = one("programme_id")


@reads(
    models.Action,
    filters=("id", "title", "due_on", "status", "closed_on", "is_overdue", "owner", "session", "programme"),
    orders=("due_on", "closed_on", "status", "title"),
)
class Action(Node):
    """Something that somebody will do by a day, agreed at a session."""

    version: int = column(VERSION)
    title: str
    due_on: date
    status: ActionStatus
    closed_on: date | None = column("When it was done or dropped.")
    note: str | None = column("How it went, or why it was dropped.")
    is_overdue: bool = computed(
        rules.is_overdue,
        description="Whether it is open on the date of the question, and was due before that.",
    )
    owner: Person | None = one("owner_id", description="Who does it.")
    session: Session = one("session_id", description="Where it was agreed.")
    item: AgendaItem | None = one("agenda_item_id", description="The question that it answers.")
    programme: Annotated[Programme, strawberry.lazy("graph.programmes")] = one("programme_id")


@reads(models.Feedback, filters=("id", "rating", "person", "session"), orders=("rating",))
class Feedback(Node):
    """What one person says of a session, under their name, to its organisers; a sponsor sees only their own.

    What is to be anonymous is asked in a round.
    """

    version: int = column(VERSION)
    rating: int = column("From 1 (not worth my time) to 5 (well worth it).")
    worked: str | None = column("What worked.")
    change: str | None = column("What to change.")
    person: Person | None = one("person_id")
    session: Session = one("session_id")
