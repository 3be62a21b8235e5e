"""What a session is made of and what comes of it: questions, proposals, decisions, actions and feedback."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, validates

from domain.calendar import in_words, plausible
from domain.errors import Refused
from domain.tables import Tracked, words
from domain.text import line, prose
from domain.web import web_address

BEST: Final = 5
"""Feedback goes from 1 to this."""


class MethodSource(StrEnum):
    """Where a method comes from."""

    LIBERATING_STRUCTURES = "LIBERATING_STRUCTURES"
    OWN = "OWN"


class Method(Tracked):
    """A way in which a group works on a question: a Liberating Structure, or a method of one's own."""

    __tablename__ = "methods"
    __table_args__ = (UniqueConstraint("name"),)

    name: Mapped[str]
    source: Mapped[MethodSource] = mapped_column(words(MethodSource))
    description: Mapped[str]
    url: Mapped[str | None]

    @validates("name", "description")
    def _is_a_line(self, key: str, value: str) -> str:
        return line(value, key)

    @validates("url")
    def _url_is_an_address(self, _key: str, url: str | None) -> str | None:
        return None if url is None or not url.strip() else web_address(url, code="BAD_URL", field="url")

    def require_own(self) -> None:
        """Go on only if it is a method of one's own.

        Raises:
            Refused: SHIPPED_METHOD.
        """
        if self.source is not MethodSource.OWN:
            raise Refused(
                "SHIPPED_METHOD",
                f"{self.name} comes with Tandem and stays as it is. Add a method of your own instead.",
            )


def question(value: str, key: str = "question") -> str:
    """One line that asks something.

    Raises:
        Refused: EMPTY_QUESTION, TOO_LONG, BAD_CHARACTERS or NOT_A_QUESTION.
    """
    text = line(value, key)
    if not text.endswith("?"):
        raise Refused(
            "NOT_A_QUESTION",
            "An agenda is made of questions, because a question says when it is answered. "
            "Write it as one, ending in a question mark.",
            field=key,
        )
    return text


def _minutes(minutes: int) -> int:
    if minutes < 1:
        raise Refused("BAD_LENGTH", "A question takes at least a minute. Say how many.", field="minutes")
    return minutes


class AgendaItem(Tracked):
    """A question on the agenda of a session: what it is for, how it is worked on, for how long, and what comes of it.

    `position` orders the items of a session, from 1 without gaps.
    """

    __tablename__ = "agenda_items"
    __table_args__ = (
        Index(None, "programme_id", "session_id"),
        Index(None, "session_id", "position"),
        CheckConstraint("minutes > 0", name="takes_time"),
        CheckConstraint("question LIKE '%?'", name="asks"),
    )

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programmes.id"))
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id"))
    position: Mapped[int]
    question: Mapped[str]
    purpose: Mapped[str | None]
    method_id: Mapped[UUID | None] = mapped_column(ForeignKey("methods.id"), index=True)
    minutes: Mapped[int]
    outcome: Mapped[str | None]

    @validates("question")
    def _question_asks(self, key: str, value: str) -> str:
        return question(value, key)

    @validates("minutes")
    def _takes_time(self, _key: str, minutes: int) -> int:
        return _minutes(minutes)

    @validates("purpose", "outcome")
    def _is_prose(self, key: str, value: str | None) -> str | None:
        return prose(value, key)


class ProposalStatus(StrEnum):
    """What became of a proposal."""

    OPEN = "OPEN"
    ON_AGENDA = "ON_AGENDA"
    DECLINED = "DECLINED"
    WITHDRAWN = "WITHDRAWN"


class Proposal(Tracked):
    """A question that a member proposes for a session, and what became of it, with the answer given to them."""

    __tablename__ = "proposals"
    __table_args__ = (
        Index(None, "programme_id", "session_id"),
        CheckConstraint("(agenda_item_id IS NOT NULL) = (status = 'ON_AGENDA')", name="item_of_those_on_it"),
    )

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programmes.id"))
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    question: Mapped[str]
    reason: Mapped[str | None]
    status: Mapped[ProposalStatus] = mapped_column(words(ProposalStatus), default=ProposalStatus.OPEN)
    agenda_item_id: Mapped[UUID | None] = mapped_column(ForeignKey("agenda_items.id"))
    answer: Mapped[str | None]

    @validates("question")
    def _question_asks(self, key: str, value: str) -> str:
        return question(value, key)

    @validates("reason", "answer")
    def _is_prose(self, key: str, value: str | None) -> str | None:
        return prose(value, key)

    def require_open(self) -> None:
        """Go on only if nothing has become of it yet.

        Raises:
            Refused: PROPOSAL_SETTLED.
        """
        if self.status is not ProposalStatus.OPEN:
            became = self.status.value.replace("_", " ").lower()
            raise Refused("PROPOSAL_SETTLED", f"This proposal is {became} already. Choose one that is open.")

    def adopt(self, item_id: UUID, answer: str | None) -> None:
        """It is a question on the agenda now.

        Raises:
            Refused: PROPOSAL_SETTLED.
        """
        self.require_open()
        self.status, self.agenda_item_id, self.answer = ProposalStatus.ON_AGENDA, item_id, answer

    def decline(self, answer: str) -> None:
        """It does not come on the agenda, for a reason that its author is told.

        Raises:
            Refused: PROPOSAL_SETTLED or EMPTY_ANSWER.
        """
        self.require_open()
        if not answer.strip():
            raise Refused("EMPTY_ANSWER", "Say why: whoever proposed it will want to know.", field="answer")
        self.status, self.answer = ProposalStatus.DECLINED, answer

    def withdraw(self) -> None:
        """Its author takes it back.

        Raises:
            Refused: PROPOSAL_SETTLED.
        """
        self.require_open()
        self.status = ProposalStatus.WITHDRAWN

    def release(self) -> None:
        """The agenda item that it became is gone: it is open again."""
        self.status, self.agenda_item_id, self.answer = ProposalStatus.OPEN, None, None


class ProposalVote(Tracked):
    """A member's vote for a proposal: one for each proposal, for as many proposals as they like."""

    __tablename__ = "proposal_votes"
    __table_args__ = (
        UniqueConstraint("proposal_id", "person_id"),
        Index(None, "programme_id", "proposal_id"),
    )

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programmes.id"))
    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)


class Decision(Tracked):
    """What was decided at a session, and why."""

    __tablename__ = "decisions"
    __table_args__ = (Index(None, "programme_id", "session_id"),)

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programmes.id"))
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id"), index=True)
    agenda_item_id: Mapped[UUID | None] = mapped_column(ForeignKey("agenda_items.id"), index=True)
    text: Mapped[str]
    reason: Mapped[str | None]

    @validates("text")
    def _text_is_a_line(self, key: str, value: str) -> str:
        return line(value, key)

    @validates("reason")
    def _reason_is_prose(self, key: str, value: str | None) -> str | None:
        return prose(value, key)


class ActionStatus(StrEnum):
    """Whether what was agreed has been done."""

    OPEN = "OPEN"
    DONE = "DONE"
    DROPPED = "DROPPED"


class Action(Tracked):
    """Something that somebody will do by a day, agreed at a session. `closed_on` is when it was done or dropped."""

    __tablename__ = "actions"
    __table_args__ = (
        Index(None, "programme_id", "session_id"),
        Index(None, "due_on"),
        CheckConstraint("(closed_on IS NULL) = (status = 'OPEN')", name="closed_with_a_date"),
    )

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programmes.id"))
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id"), index=True)
    agenda_item_id: Mapped[UUID | None] = mapped_column(ForeignKey("agenda_items.id"), index=True)
    title: Mapped[str]
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    due_on: Mapped[date]
    status: Mapped[ActionStatus] = mapped_column(words(ActionStatus), default=ActionStatus.OPEN)
    closed_on: Mapped[date | None]
    note: Mapped[str | None]

    @validates("title")
    def _title_is_a_line(self, key: str, value: str) -> str:
        return line(value, key)

    @validates("note")
    def _note_is_prose(self, key: str, value: str | None) -> str | None:
        return prose(value, key)

    @validates("due_on")
    def _date_is_plausible(self, key: str, day: date) -> date:
        return plausible(day, key)

    def require_open(self) -> None:
        """Go on only if it is still to be done.

        Raises:
            Refused: ACTION_CLOSED.
        """
        if self.closed_on is not None:
            became = self.status.value.lower()
            raise Refused(
                "ACTION_CLOSED", f"This was {became} on {in_words(self.closed_on)}. Reopen it first."
            )

    def close(self, status: ActionStatus, *, on: date, note: str | None, held_on: date) -> None:
        """It was done, or will not be, from a day on which is not before the session that agreed it.

        Raises:
            Refused: ACTION_CLOSED or CLOSED_BEFORE_AGREED.
        """
        self.require_open()
        if on < held_on:
            raise Refused(
                "CLOSED_BEFORE_AGREED",
                f"This was agreed on {in_words(held_on)}. Give that day or a later one.",
                field="closedOn",
            )
        self.status, self.closed_on, self.note = status, plausible(on, "closed_on"), note

    def reopen(self) -> None:
        """It is to be done after all.

        Raises:
            Refused: ACTION_OPEN.
        """
        if self.closed_on is None:
            raise Refused("ACTION_OPEN", "This action is open. There is nothing to take back.")
        self.status, self.closed_on = ActionStatus.OPEN, None


class Feedback(Tracked):
    """What one person says of a session afterwards, under their name. What is to be anonymous is asked in a round."""

    __tablename__ = "feedback"
    __table_args__ = (
        UniqueConstraint("session_id", "person_id"),
        Index(None, "programme_id", "session_id"),
        CheckConstraint("rating BETWEEN 1 AND 5", name="rating_on_the_scale"),
    )

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programmes.id"))
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    rating: Mapped[int]
    worked: Mapped[str | None]
    change: Mapped[str | None]

    @validates("rating")
    def _is_on_the_scale(self, _key: str, rating: int) -> int:
        if not 1 <= rating <= BEST:
            raise Refused(
                "BAD_RATING", f"Rate from 1 (not worth my time) to {BEST} (well worth it).", field="rating"
            )
        return rating

    @validates("worked", "change")
    def _is_prose(self, key: str, value: str | None) -> str | None:
        return prose(value, key)
