"""Rounds, the cells that they may publish, invitations and answers.

Nothing leads from an invitation to an answer: `domain.assessments.answering` says how that is kept so, and
docs/anonymity.md where it ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, validates

from domain.assessments.cells import DEFAULT_K, LOWEST_K, OVERALL, Cell
from domain.calendar import in_words, plausible
from domain.errors import Refused
from domain.tables import Base, Identified, Tracked, words
from domain.text import line

ORGANISATION = "organisation"
"""The grouping by the organisation that somebody belongs to on the day when the round opens."""
ANONYMITY_LOCKED = "ANONYMITY_LOCKED"

Groupings = dict[str, dict[str, list[str]]]
"""Who is in which declared group: ids of people by group, by grouping."""


class RoundState(StrEnum):
    """How far a round has come."""

    DRAFT = "DRAFT"
    OPEN = "OPEN"
    CLOSED = "CLOSED"
    PUBLISHED = "PUBLISHED"


class Round(Tracked):
    """One use of an instrument with one team. What it can publish is fixed as it opens: `k`, and its cells.

    `groupings` has the declared groups of a draft; `notice` what respondents are told, from the opening on; `closes_on`
    the last day on which answers are taken, if a worker is to close it then.
    """

    __tablename__ = "rounds"
    __table_args__ = (
        UniqueConstraint("programme_id", "title"),
        Index(None, "programme_id", "team_id"),
        CheckConstraint(f"k >= {LOWEST_K}", name="k_is_not_too_low"),
    )

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programmes.id"))
    team_id: Mapped[UUID] = mapped_column(ForeignKey("teams.id"), index=True)
    instrument_id: Mapped[UUID] = mapped_column(ForeignKey("instruments.id"), index=True)
    title: Mapped[str]
    state: Mapped[RoundState] = mapped_column(words(RoundState), default=RoundState.DRAFT)
    k: Mapped[int] = mapped_column(default=DEFAULT_K)
    by_organisation: Mapped[bool]
    groupings: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    notice: Mapped[str | None]
    closes_on: Mapped[date | None]
    opened_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    published_on: Mapped[date | None]

    @validates("title")
    def _title_is_a_line(self, key: str, title: str) -> str:
        return line(title, key)

    @validates("k")
    def _k_is_high_enough(self, _key: str, k: int) -> int:
        if k < LOWEST_K:
            raise Refused(
                "K_TOO_LOW",
                f"Results about {k} people can be traced to them. Choose a k of {LOWEST_K} or more.",
                field="k",
            )
        return k

    @validates("closes_on")
    def _closing_is_plausible(self, key: str, day: date | None) -> date | None:
        return plausible(day, key)

    def require_draft(self, *, answered: bool) -> None:
        """Go on only while what the round can publish may still be changed.

        Raises:
            Refused: ANONYMITY_LOCKED once somebody has answered, or else ROUND_OPEN.
        """
        if self.state is RoundState.DRAFT:
            return
        if answered or self.state is not RoundState.OPEN:
            raise _locked()
        raise Refused(
            "ROUND_OPEN",
            "This round is open, and people may have read what it can publish. Withdraw it first; that is "
            "possible until somebody answers.",
        )

    def open(self, *, on: date, notice: str) -> None:
        """Open it for answers; from now on what it can publish is fixed.

        Raises:
            Refused: NOT_A_DRAFT or CLOSES_BEFORE_IT_OPENS.
        """
        if self.state is not RoundState.DRAFT:
            raise Refused("NOT_A_DRAFT", "This round was opened before. Create another one.")
        if self.closes_on is not None and self.closes_on < on:
            raise Refused(
                "CLOSES_BEFORE_IT_OPENS",
                f"The last day for answers would be {in_words(self.closes_on)}, and it opens on {in_words(on)}. "
                "Give the draft a later day, or none.",
                field="closesOn",
            )
        self.state, self.opened_on, self.notice = RoundState.OPEN, on, notice

    def withdraw(self, *, answered: bool) -> None:
        """Make it a draft again, which is possible until somebody has answered.

        Raises:
            Refused: ANONYMITY_LOCKED or ROUND_NOT_OPEN.
        """
        if self.state is RoundState.DRAFT:
            raise _not_open()
        if answered or self.state is not RoundState.OPEN:
            raise _locked()
        self.state, self.opened_on, self.notice = RoundState.DRAFT, None, None

    def lose_answers(self) -> None:
        """Make it a draft again, whoever has answered: its answers are lost, and nothing was published of them.

        Raises:
            Refused: ROUND_NOT_OPEN.
        """
        if self.state not in {RoundState.OPEN, RoundState.CLOSED}:
            raise _not_open()
        self.state, self.opened_on, self.closed_on, self.notice = RoundState.DRAFT, None, None, None

    def close(self, *, on: date) -> None:
        """Take no more answers.

        Raises:
            Refused: ROUND_NOT_OPEN.
        """
        if self.state is not RoundState.OPEN:
            raise _not_open()
        self.state, self.closed_on = RoundState.CLOSED, on

    def publish(self, *, on: date) -> None:
        """Note that everything is published that ever will be.

        Raises:
            Refused: ROUND_NOT_CLOSED.
        """
        self.require_closed()
        self.state, self.published_on = RoundState.PUBLISHED, on

    def takes_answers(self, on: date) -> bool:
        """Whether it is open, and its last day has not passed, though no worker may have closed it yet."""
        return self.state is RoundState.OPEN and (self.closes_on is None or on <= self.closes_on)

    def require_open(self, on: date) -> None:
        """Go on only while the round takes answers.

        Raises:
            Refused: ROUND_NOT_OPEN.
        """
        if not self.takes_answers(on):
            raise _not_open()

    def require_closed(self) -> None:
        """Go on only with a round that takes no more answers and is not published.

        Raises:
            Refused: ROUND_NOT_CLOSED.
        """
        if self.state is not RoundState.CLOSED:
            raise Refused("ROUND_NOT_CLOSED", "Only a round that is closed can be published. Close it first.")

    def require_published(self) -> None:
        """Go on only with a round that has results.

        Raises:
            Refused: ROUND_NOT_PUBLISHED.
        """
        if self.state is not RoundState.PUBLISHED:
            raise Refused(
                "ROUND_NOT_PUBLISHED",
                f"“{self.title}” has no results yet. Close it, and wait until a worker has published it.",
            )


def _not_open() -> Refused:
    return Refused(
        "ROUND_NOT_OPEN", "This round is not open. It takes answers from its opening to its close."
    )


def _locked() -> Refused:
    return Refused(
        ANONYMITY_LOCKED,
        "Somebody has answered on what they were told can be published, so it stays as it is. Create another round.",
    )


class RoundCell(Tracked):
    """Those whom results can be about, fixed as the round opens; without a grouping, everybody.

    `participants` is how many took part, where that is published; it is null until then, and where it is not told.
    """

    __tablename__ = "round_cells"
    __table_args__ = (
        UniqueConstraint("round_id", "grouping", "group_key", postgresql_nulls_not_distinct=True),
        Index(None, "programme_id", "round_id"),
    )

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programmes.id"))
    round_id: Mapped[UUID] = mapped_column(ForeignKey("rounds.id"))
    place: Mapped[int]
    grouping: Mapped[str | None]
    group_key: Mapped[str | None]
    title: Mapped[str]
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"))
    invited: Mapped[int]
    participants: Mapped[int | None]

    @property
    def pure(self) -> Cell:
        """The cell as calculations know it."""
        return OVERALL if self.grouping is None else Cell(self.grouping, self.group_key or "")


class RoundInvitation(Identified):
    """That a person may answer once, and whether they have. It says nothing of when, and keeps no past.

    `token_hash` is the SHA-256 of the latest link's token; `groups` are those of the round's cells that they are in.
    """

    __tablename__ = "round_invitations"
    __table_args__ = (
        UniqueConstraint("round_id", "person_id"),
        UniqueConstraint("token_hash"),
        Index(None, "programme_id", "round_id"),
    )

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programmes.id"))
    round_id: Mapped[UUID] = mapped_column(ForeignKey("rounds.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    groups: Mapped[dict[str, Any]] = mapped_column(JSONB)
    token_hash: Mapped[str | None]
    answered: Mapped[bool]

    def is_in(self, cell: Cell) -> bool:
        """Whether results of the cell are about this person, if they took part."""
        groups: Mapping[str, str] = self.groups
        return not cell.grouping or groups.get(cell.grouping) == cell.group


class RoundAnswer(Base):
    """What somebody answered to an open or closed round, until it is published; never whose it is, nor when it came.

    The id is random, since one that sorts by time would tell the order. Rows are written by
    `domain.assessments.answering` alone, all of a round at once, into the table of the round
    (`domain.assessments.partitions`). A question to this one is a question to all of those.
    """

    __tablename__ = "round_answers"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("gen_random_uuid()"))
    programme_id: Mapped[UUID]
    round_id: Mapped[UUID]
    groups: Mapped[dict[str, Any]] = mapped_column(JSONB)
    answers: Mapped[dict[str, Any]] = mapped_column(JSONB)
    comments: Mapped[dict[str, Any]] = mapped_column(JSONB)
