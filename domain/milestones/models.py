"""Milestones: what was promised for when, what is expected now, and every move in between."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    UniqueConstraint,
    type_coerce,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, validates

from domain.calendar import in_words, plausible
from domain.errors import Refused
from domain.tables import Recorded, Tracked, words
from domain.text import line, prose


class Criticality(StrEnum):
    """How much depends on a milestone."""

    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"
    CRITICAL = "CRITICAL"


class ReasonCode(StrEnum):
    """Why a date moved."""

    SCOPE = "SCOPE"
    FUNDING = "FUNDING"
    DEPENDENCY = "DEPENDENCY"
    RESOURCE = "RESOURCE"
    PROCUREMENT = "PROCUREMENT"
    APPROVAL = "APPROVAL"
    TECHNICAL = "TECHNICAL"
    EXTERNAL = "EXTERNAL"
    ESTIMATE = "ESTIMATE"
    REPORTED = "REPORTED"  # a report brought the new date and no reason
    REBASELINED = "REBASELINED"
    OTHER = "OTHER"


class Milestone(Tracked):
    """A promised point of a programme: what was agreed, what is expected now, what happened.

    `owner_organisation_id` has owned it since `owned_from`; who holds it later follows from successions. Its
    dates move through `reforecast` and `rebaseline` alone, each of which gives the ledger entry of its move.
    """

    __tablename__ = "milestones"
    __table_args__ = (
        Index(None, "programme_id", "forecast_on", "id"),
        Index(None, "forecast_on", "id"),
        Index("uq_milestones_marks_end", "programme_id", unique=True, postgresql_where="marks_end"),
    )

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programmes.id"))
    title: Mapped[str]
    baseline_on: Mapped[date]
    forecast_on: Mapped[date]
    achieved_on: Mapped[date | None]
    cancelled_on: Mapped[date | None]
    criticality: Mapped[Criticality] = mapped_column(words(Criticality), default=Criticality.MEDIUM)
    owner_organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    owned_from: Mapped[date | None]
    owner_person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), index=True)
    evidence_required: Mapped[bool] = mapped_column(default=False)
    marks_end: Mapped[bool] = mapped_column(default=False)

    @validates("title")
    def _title_is_a_line(self, key: str, title: str) -> str:
        return line(title, key)

    @validates("baseline_on", "forecast_on", "achieved_on")
    def _date_is_plausible(self, key: str, day: date | None) -> date | None:
        return plausible(day, key)

    @hybrid_property
    def slip_days(self) -> int:
        """Days between baseline and forecast; negative when it is early."""
        return (self.forecast_on - self.baseline_on).days

    @slip_days.inplace.expression
    @classmethod
    def _slip_days(cls) -> ColumnElement[int]:
        # A date minus a date is whole days in Postgres; SQLAlchemy takes it for an interval.
        return type_coerce(cls.forecast_on - cls.baseline_on, Integer)

    @property
    def is_open(self) -> bool:
        """Whether it is still to be achieved."""
        return self.achieved_on is None and self.cancelled_on is None

    def reforecast(self, forecast_on: date, reason: ReasonCode, note: str | None) -> LedgerEntry:
        """Expect it on another date, for a reason; what the move adds to the slip is the entry's days.

        Raises:
            Refused: CANCELLED, ALREADY_ACHIEVED, DATE_UNCHANGED, BAD_DATE; NOTE_REQUIRED for OTHER.
        """
        self._require_open()
        if forecast_on == self.forecast_on:
            raise _unchanged("forecast", forecast_on, "forecastOn")
        note = prose(note, "note")
        if reason is ReasonCode.OTHER:
            note = required_note(note, "say what the reason is, since none of the reason codes does.")
        before, self.forecast_on = self.forecast_on, forecast_on
        return self._moved(before, forecast_on, (forecast_on - before).days, reason, note)

    def rebaseline(self, baseline_on: date, note: str | None) -> LedgerEntry:
        """Agree on another date; a later baseline takes its days away from the slip.

        Raises:
            Refused: CANCELLED, ALREADY_ACHIEVED, DATE_UNCHANGED, BAD_DATE or NOTE_REQUIRED.
        """
        self._require_open()
        if baseline_on == self.baseline_on:
            raise _unchanged("baseline", baseline_on, "baselineOn")
        note = required_note(note, "say why a new date was agreed.")
        before, self.baseline_on = self.baseline_on, baseline_on
        return self._moved(before, baseline_on, (before - baseline_on).days, ReasonCode.REBASELINED, note)

    def achieve(self, achieved_on: date, *, known_on: date, has_evidence: bool) -> None:
        """It was reached on that date, as is known on `known_on`.

        Raises:
            Refused: CANCELLED, ALREADY_ACHIEVED, ACHIEVED_IN_FUTURE, BAD_DATE or EVIDENCE_REQUIRED.
        """
        self._require_open()
        if achieved_on > known_on:
            raise Refused(
                "ACHIEVED_IN_FUTURE",
                f"{in_words(achieved_on)} is after {in_words(known_on)}: give the date on which it was "
                "achieved, or move the forecast instead.",
                field="achievedOn",
            )
        if self.evidence_required and not has_evidence:
            raise Refused(
                "EVIDENCE_REQUIRED",
                "This milestone needs evidence: say where it can be seen before you mark this achieved.",
                field="evidenceUrl",
            )
        self.achieved_on = achieved_on

    def withdraw_achievement(self) -> None:
        """It was not achieved after all.

        Raises:
            Refused: NOT_ACHIEVED.
        """
        if self.achieved_on is None:
            raise Refused(
                "NOT_ACHIEVED", "This milestone is not marked achieved, so there is nothing to withdraw."
            )
        self.achieved_on = None

    def cancel(self, on: date) -> None:
        """It will not be needed any more, from that date on.

        Raises:
            Refused: CANCELLED, ALREADY_ACHIEVED, or MARKS_END for the planned end of a programme.
        """
        self._require_open()
        if self.marks_end:
            raise Refused(
                "MARKS_END",
                "This milestone is the planned end of its programme, which every programme keeps. "
                "Close the programme instead.",
            )
        self.cancelled_on = on

    def reinstate(self) -> None:
        """It is needed after all.

        Raises:
            Refused: NOT_CANCELLED.
        """
        if self.cancelled_on is None:
            raise Refused(
                "NOT_CANCELLED", "This milestone is not cancelled, so there is nothing to reinstate."
            )
        self.cancelled_on = None

    def _require_open(self) -> None:
        if self.cancelled_on is not None:
            raise Refused(
                "CANCELLED",
                f"This milestone was cancelled on {in_words(self.cancelled_on)}. Reinstate it first.",
            )
        if self.achieved_on is not None:
            raise Refused(
                "ALREADY_ACHIEVED",
                f"This milestone was achieved on {in_words(self.achieved_on)}. "
                "If that is wrong, withdraw the achievement first.",
            )

    def _moved(
        self, from_on: date, to_on: date, days: int, reason: ReasonCode, note: str | None
    ) -> LedgerEntry:
        return LedgerEntry(
            programme_id=self.programme_id,
            milestone_id=self.id,
            from_on=from_on,
            to_on=to_on,
            days=days,
            reason=reason,
            note=note,
        )


class LedgerEntry(Recorded):
    """One move of a milestone's forecast or baseline; `valid_from` is the date from which it holds.

    `days` is what the move adds to the slip: later forecasts add, later baselines take away.
    """

    __tablename__ = "ledger_entries"
    __table_args__ = (Index(None, "milestone_id", "valid_from"), Index(None, "programme_id", "valid_from"))

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programmes.id"))
    milestone_id: Mapped[UUID] = mapped_column(ForeignKey("milestones.id"))
    from_on: Mapped[date]
    to_on: Mapped[date]
    days: Mapped[int]
    reason: Mapped[ReasonCode] = mapped_column(words(ReasonCode))
    note: Mapped[str | None]
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))


class Baseline(Recorded):
    """A date that was agreed for a milestone, who approved it, and why; agreed on `valid_from`.

    The first is the one that it was created with, which nobody approved by name.
    """

    __tablename__ = "baselines"
    __table_args__ = (Index(None, "milestone_id", "valid_from"), Index(None, "programme_id"))

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programmes.id"))
    milestone_id: Mapped[UUID] = mapped_column(ForeignKey("milestones.id"))
    baseline_on: Mapped[date]
    approved_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    note: Mapped[str | None]


class Dependency(Tracked):
    """A milestone that waits for another, of the same programme or of a different one.

    It is a plan and no lock: if the later one was achieved first, that can be said.
    """

    __tablename__ = "dependencies"
    __table_args__ = (
        UniqueConstraint("milestone_id", "depends_on_id"),
        CheckConstraint("milestone_id <> depends_on_id", name="two_milestones"),
    )

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programmes.id"))
    milestone_id: Mapped[UUID] = mapped_column(ForeignKey("milestones.id"))
    depends_on_id: Mapped[UUID] = mapped_column(ForeignKey("milestones.id"), index=True)


class Evidence(Tracked):
    """Where it can be seen that a milestone was achieved."""

    __tablename__ = "evidence"
    __table_args__ = (Index(None, "milestone_id"),)

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programmes.id"))
    milestone_id: Mapped[UUID] = mapped_column(ForeignKey("milestones.id"))
    title: Mapped[str]
    url: Mapped[str]


def required_note(note: str | None, request: str) -> str:
    """The note, which has to say something; `request` is what it is asked to say.

    Raises:
        Refused: NOTE_REQUIRED, TOO_LONG or BAD_CHARACTERS.
    """
    written = prose(note, "note")
    if written is None:
        raise Refused("NOTE_REQUIRED", f"Add a note: {request}", field="note")
    return written


def _unchanged(name: str, day: date, field: str) -> Refused:
    return Refused(
        "DATE_UNCHANGED",
        f"The {name} is {in_words(day)} already. Give another date, or leave it as it is.",
        field=field,
    )
