"""Programmes, who takes part in them, who answers for them, and what was judged of them."""

from __future__ import annotations

import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, validates

from domain.calendar import in_words, plausible
from domain.errors import Refused
from domain.periods import Period
from domain.tables import Tracked, words
from domain.text import line, optional_line, prose

_REF = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,99}")
_PENCE = Decimal("0.01")
_COST_LIMIT = Decimal(10) ** 16


class ProgrammeStatus(StrEnum):
    """Where a programme is in its life."""

    PROPOSED = "PROPOSED"
    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"
    CLOSED = "CLOSED"


class DeliveryConfidence(StrEnum):
    """Somebody's judgement of whether a programme will deliver; RESET and EXEMPT are no grade."""

    GREEN = "GREEN"
    AMBER_GREEN = "AMBER_GREEN"
    AMBER = "AMBER"
    AMBER_RED = "AMBER_RED"
    RED = "RED"
    RESET = "RESET"
    EXEMPT = "EXEMPT"


class PartnerRole(StrEnum):
    """In what role an organisation takes part."""

    LEAD = "LEAD"
    PARTNER = "PARTNER"
    SPONSOR = "SPONSOR"
    DELIVERY = "DELIVERY"


class Programme(Tracked):
    """Several years of work that belong to all of their partners.

    `ends_on` is the forecast of the milestone that marks the end and moves only with it.
    `delivery_confidence` is the latest judgement given; `heard_on` the last date on which anybody reported.
    `whole_life_cost` is in millions of pounds.
    """

    __tablename__ = "programmes"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="ends_after_it_starts"),
        Index(None, "title", "id"),
    )

    ref: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    purpose: Mapped[str | None]
    status: Mapped[ProgrammeStatus] = mapped_column(words(ProgrammeStatus), index=True)
    category: Mapped[str | None]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None] = mapped_column(index=True)
    whole_life_cost: Mapped[Decimal | None] = mapped_column(Numeric(18, 2))
    delivery_confidence: Mapped[DeliveryConfidence | None] = mapped_column(words(DeliveryConfidence))
    heard_on: Mapped[date | None]

    @validates("ref")
    def _ref_is_short(self, _key: str, ref: str) -> str:
        if not _REF.fullmatch(ref):
            raise Refused(
                "BAD_REF",
                f"{ref[:40]!r} cannot be a reference. Use up to 100 letters and digits; - _ . / after the first.",
                field="ref",
            )
        return ref

    @validates("title")
    def _title_is_a_line(self, key: str, title: str) -> str:
        return line(title, key)

    @validates("category")
    def _category_is_a_line(self, key: str, category: str | None) -> str | None:
        return optional_line(category, key)

    @validates("purpose")
    def _purpose_is_prose(self, key: str, purpose: str | None) -> str | None:
        return prose(purpose, key)

    @validates("starts_on", "ends_on")
    def _date_is_plausible(self, key: str, day: date | None) -> date | None:
        return plausible(day, key)

    @validates("whole_life_cost")
    def _cost_is_an_amount(self, _key: str, cost: Decimal | None) -> Decimal | None:
        """Kept to the penny of a million. Less than nothing is possible: a sale brings money in."""
        if cost is None:
            return None
        # A penny less than the column holds, so that rounding does not reach its limit.
        if not cost.is_finite() or abs(cost) >= _COST_LIMIT - _PENCE:
            raise Refused(
                "BAD_COST",
                "Give the whole-life cost in millions of pounds, as a number.",
                field="wholeLifeCost",
            )
        return cost.quantize(_PENCE, ROUND_HALF_UP)

    def require_open(self) -> None:
        """Go on only if the programme is not closed.

        Raises:
            Refused: NOT_OPEN.
        """
        if self.status is ProgrammeStatus.CLOSED:
            raise Refused("NOT_OPEN", "This programme is closed. Reopen it before you change it.")

    def require_start_before_end(self) -> None:
        """Go on only if the programme does not end before it starts, as far as both are known.

        Raises:
            Refused: ENDS_BEFORE_START.
        """
        if self.starts_on is not None and self.ends_on is not None and self.ends_on < self.starts_on:
            raise Refused(
                "ENDS_BEFORE_START",
                f"The programme would start on {in_words(self.starts_on)} and end on {in_words(self.ends_on)}. "
                "Give a start on or before the end, or move the planned end first.",
                field="startsOn",
            )

    def activate(self) -> None:
        """Begin it, or go on after a pause.

        Raises:
            Refused: ALREADY_ACTIVE or NOT_OPEN.
        """
        self.require_open()
        if self.status is ProgrammeStatus.ACTIVE:
            raise Refused("ALREADY_ACTIVE", "This programme is active already. There is nothing left to do.")
        self.status = ProgrammeStatus.ACTIVE

    def pause(self) -> None:
        """Stop it for the time being.

        Raises:
            Refused: NOT_ACTIVE or NOT_OPEN.
        """
        self.require_open()
        if self.status is not ProgrammeStatus.ACTIVE:
            raise Refused("NOT_ACTIVE", "Only an active programme can be paused. Activate it first.")
        self.status = ProgrammeStatus.PAUSED

    def close(self) -> None:
        """End it, finished or not.

        Raises:
            Refused: ALREADY_CLOSED.
        """
        if self.status is ProgrammeStatus.CLOSED:
            raise Refused("ALREADY_CLOSED", "This programme is closed already. Reopen it if it goes on.")
        self.status = ProgrammeStatus.CLOSED

    def reopen(self) -> None:
        """Go on with it after it was closed: it is active again.

        Raises:
            Refused: NOT_CLOSED.
        """
        if self.status is not ProgrammeStatus.CLOSED:
            raise Refused("NOT_CLOSED", "This programme is not closed. Activate it if it is paused.")
        self.status = ProgrammeStatus.ACTIVE

    def hear(self, on: date, delivery_confidence: DeliveryConfidence | None) -> None:
        """Somebody reported on a date, and judged it so."""
        self.delivery_confidence = delivery_confidence
        self.heard_on = max(self.heard_on or on, on)


class Phase(Period, Tracked):
    """A named stretch of a programme, from `starts_on` up to, not including, `ends_on`."""

    __tablename__ = "phases"
    __table_args__ = (Index(None, "programme_id", "starts_on"),)

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programmes.id"))
    title: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]

    @validates("title")
    def _title_is_a_line(self, key: str, title: str) -> str:
        return line(title, key)


class Partner(Period, Tracked):
    """An organisation's part in a programme, in a role, from `starts_on` up to, not including, `ends_on`.

    `organisation_id` is the organisation as named at the start; who holds the part on a later date follows
    from the successions since (`domain.organisations.holders`).
    """

    __tablename__ = "partners"
    __table_args__ = (
        Index(None, "programme_id", "role"),
        Index(None, "organisation_id"),
        CheckConstraint("ends_on >= starts_on", name="ends_after_it_starts"),
        # One lead on any date. A range of one uuid stands for the uuid, since equality of uuids in an
        # exclusion constraint would need an extension.
        ExcludeConstraint(
            (text("uuid_range(programme_id, programme_id, '[]')"), "&&"),
            (text("daterange(starts_on, ends_on)"), "&&"),
            using="gist",
            where=text("role = 'LEAD'"),
            name="ex_partners_one_lead",
        ),
    )

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programmes.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    role: Mapped[PartnerRole] = mapped_column(words(PartnerRole))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]

    def end(self, ends_on: date) -> None:
        """End it, or end it earlier than was planned. A lead is not ended but succeeded by another.

        Raises:
            Refused: LEAD_REQUIRED, ALREADY_ENDED or ENDS_BEFORE_START.
        """
        if self.role is PartnerRole.LEAD:
            raise Refused(
                "LEAD_REQUIRED",
                "A programme has a lead on every day. Change the lead: this partnership ends with that.",
            )
        super().end(ends_on)

    def hand_over(self, on: date) -> None:
        """Lead no longer from a date on, which may be the very day it began: then it never led.

        Raises:
            Refused: LEAD_ALREADY_CHANGED.
        """
        if on < self.starts_on:
            raise Refused(
                "LEAD_ALREADY_CHANGED",
                f"It is settled who leads from {in_words(self.starts_on)}. Date the change on or after that day.",
                field="startsOn",
            )
        self.ends_on = on

    def require_covers(self, starts_on: date, ends_on: date | None) -> None:
        """Go on only if a seat of that period lies within this partnership.

        Raises:
            Refused: SEAT_OUTSIDE_PARTNERSHIP.
        """
        late = self.ends_on is not None and (ends_on is None or ends_on > self.ends_on)
        if late or starts_on < self.starts_on:
            until = "" if self.ends_on is None else f" and ends on {in_words(self.ends_on)}"
            raise Refused(
                "SEAT_OUTSIDE_PARTNERSHIP",
                f"The partnership starts on {in_words(self.starts_on)}{until}. Give the seat dates within that.",
                field="startsOn" if starts_on < self.starts_on else "endsOn",
            )


class Sponsor(Period, Tracked):
    """A person who answers for a programme on behalf of one partner, from `starts_on` up to `ends_on`, not included."""

    __tablename__ = "sponsors"
    __table_args__ = (
        Index(None, "programme_id"),
        Index(None, "person_id", "programme_id"),
        CheckConstraint("ends_on >= starts_on", name="ends_after_it_starts"),
    )

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programmes.id"))
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]

    def end_with_partnership(self, ends_on: date) -> bool:
        """End with the partnership that it belongs to, a seat to come before it begins; whether that changes it."""
        last = max(ends_on, self.starts_on)
        if self.ends_on is not None and self.ends_on <= last:
            return False
        self.ends_on = last
        return True


class StatusReport(Tracked):
    """What somebody judged of a programme on a date, and why. A rating may be withheld: then none was given."""

    __tablename__ = "status_reports"
    __table_args__ = (UniqueConstraint("programme_id", "reported_on"),)

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programmes.id"))
    reported_on: Mapped[date]
    delivery_confidence: Mapped[DeliveryConfidence | None] = mapped_column(words(DeliveryConfidence))
    reason: Mapped[str | None]
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))

    @validates("reported_on")
    def _date_is_plausible(self, key: str, day: date) -> date:
        return plausible(day, key)

    def judge(
        self, delivery_confidence: DeliveryConfidence | None, *, reason: str | None, author_id: UUID | None
    ) -> None:
        """Say what is judged, why and by whom: at first, or as a correction of the whole."""
        self.delivery_confidence = delivery_confidence
        self.reason = reason
        self.author_id = author_id

    @validates("reason")
    def _reason_is_prose(self, key: str, reason: str | None) -> str | None:
        return prose(reason, key)


class PortfolioReport(Tracked):
    """A complete report of a portfolio that was imported, so that an older one is not mistaken for news."""

    __tablename__ = "portfolio_reports"

    reported_on: Mapped[date] = mapped_column(unique=True)
    programmes: Mapped[int]
