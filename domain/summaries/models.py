"""What one sponsor is told about one period."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from domain.errors import Refused
from domain.tables import Tracked, words


class SummaryState(StrEnum):
    """How far a summary has come: compiled, read by somebody, sent and frozen."""

    DRAFT = "DRAFT"
    REVIEWED = "REVIEWED"
    ISSUED = "ISSUED"


class Summary(Tracked):
    """What one sponsor is told about the period between two dates.

    `content` is everything it says, `hash` the SHA-256 of its canonical JSON, `html` the page made from it. A
    summary that was issued never changes; compiled again from other facts, it gets the next `revision`.
    """

    __tablename__ = "summaries"
    __table_args__ = (
        UniqueConstraint("person_id", "period_from", "period_to", "revision"),
        CheckConstraint("period_to > period_from", name="period_has_days"),
        Index(None, "compiled_at", "id"),
        Index(None, "period_to", "compiled_at", "id"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    period_from: Mapped[date]
    period_to: Mapped[date]
    revision: Mapped[int] = mapped_column(default=1)
    state: Mapped[SummaryState] = mapped_column(words(SummaryState), default=SummaryState.DRAFT)
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    hash: Mapped[str]
    html: Mapped[str]
    compiled_at: Mapped[datetime]
    reviewed_at: Mapped[datetime | None]
    reviewed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    issued_at: Mapped[datetime | None]
    issued_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))

    def compiled(self, content: dict[str, Any], *, hash_: str, html: str, at: datetime) -> None:
        """Take over what a later compile found; whoever read the former content has to read again.

        Raises:
            Refused: ALREADY_ISSUED.
        """
        self._not_issued()
        self.content, self.hash, self.html, self.compiled_at = content, hash_, html, at
        self.state, self.reviewed_at, self.reviewed_by_id = SummaryState.DRAFT, None, None

    def review(self, *, at: datetime, by: UUID | None) -> None:
        """Note that somebody has read it and stands by it.

        Raises:
            Refused: ALREADY_ISSUED, ALREADY_REVIEWED.
        """
        self._not_issued()
        if self.state is SummaryState.REVIEWED:
            raise Refused(
                "ALREADY_REVIEWED", "This summary was reviewed already. Issue it, or compile it again first."
            )
        self.state, self.reviewed_at, self.reviewed_by_id = SummaryState.REVIEWED, at, by

    def issue(self, *, at: datetime, by: UUID | None) -> None:
        """Send and freeze it.

        Raises:
            Refused: ALREADY_ISSUED, NOT_REVIEWED.
        """
        self._not_issued()
        if self.state is not SummaryState.REVIEWED:
            raise Refused("NOT_REVIEWED", "This summary is a draft. Read and review it before you issue it.")
        self.state, self.issued_at, self.issued_by_id = SummaryState.ISSUED, at, by

    def _not_issued(self) -> None:
        if self.state is SummaryState.ISSUED:
            raise Refused(
                "ALREADY_ISSUED",
                "This summary was issued and does not change any more. Compile the period again: if anything "
                "is different by now, that makes the next revision.",
            )
