"""Organisations, what they are called elsewhere, and what became of them."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, validates

from domain import text
from domain.calendar import UNTIL_FURTHER_NOTICE, in_words, plausible
from domain.errors import Refused
from domain.tables import Identified, Recorded, Tracked, words

_CODE = re.compile(r"[A-Z0-9][A-Z0-9&_-]{0,19}")


class OrganisationKind(StrEnum):
    """What sort of body an organisation is."""

    NHS_TRUST = "NHS_TRUST"
    INTEGRATED_CARE_BOARD = "INTEGRATED_CARE_BOARD"
    COUNCIL = "COUNCIL"
    TRADE_UNION = "TRADE_UNION"
    GOVERNMENT_DEPARTMENT = "GOVERNMENT_DEPARTMENT"
    CHARITY = "CHARITY"
    COMPANY = "COMPANY"
    UNIVERSITY = "UNIVERSITY"
    OTHER = "OTHER"


class Organisation(Tracked):
    """A body that can take part in programmes; open from `opened_on` up to, not including, `closed_on`."""

    __tablename__ = "organisations"
    __table_args__ = (CheckConstraint("closed_on > opened_on", name="closes_after_it_opens"),)

    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(index=True)
    kind: Mapped[OrganisationKind] = mapped_column(words(OrganisationKind))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    opened_on: Mapped[date | None]
    closed_on: Mapped[date | None]

    @validates("code")
    def _code_is_short(self, _key: str, code: str) -> str:
        if not _CODE.fullmatch(code):
            raise Refused(
                "BAD_CODE",
                f"{code[:40]!r} cannot be a code. Use up to 20 capital letters and digits; - _ & after the first.",
                field="code",
            )
        return code

    @validates("name")
    def _name_is_a_line(self, key: str, name: str) -> str:
        return text.line(name, key)

    @validates("opened_on", "closed_on")
    def _date_is_plausible(self, key: str, day: date | None) -> date | None:
        return plausible(day, key)

    def require_open(self, on: date, *, named: str = "organisationId") -> None:
        """Go on only if the organisation is open on a date; `named` is the input field that gave it.

        Raises:
            Refused: ORGANISATION_CLOSED or ORGANISATION_NOT_OPEN_YET.
        """
        if self.closed_on is not None and self.closed_on <= on:
            raise Refused(
                "ORGANISATION_CLOSED",
                f"{self.name} closed on {in_words(self.closed_on)}. Name the organisation that took over from it.",
                field=named,
            )
        if self.opened_on is not None and self.opened_on > on:
            raise Refused(
                "ORGANISATION_NOT_OPEN_YET",
                f"{self.name} opens on {in_words(self.opened_on)}. Give that date or a later one.",
                field=named,
            )

    def close(self, closed_on: date, *, named: str = "closedOn") -> None:
        """Close it from a date on; `named` is the input field that gave the date.

        Raises:
            Refused: ALREADY_CLOSED or CLOSES_BEFORE_IT_OPENS.
        """
        if self.closed_on is not None:
            raise Refused(
                "ALREADY_CLOSED",
                f"{self.name} closed on {in_words(self.closed_on)} already. Reopen it first if that date is wrong.",
            )
        self.closed_on = closed_on
        self.require_opened_before_closed(named=named)

    def require_opened_before_closed(self, *, named: str = "closedOn") -> None:
        """Go on only if it is open on at least one day, as far as that is known.

        Raises:
            Refused: CLOSES_BEFORE_IT_OPENS.
        """
        if self.opened_on is not None and self.closed_on is not None and self.closed_on <= self.opened_on:
            raise Refused(
                "CLOSES_BEFORE_IT_OPENS",
                f"{self.name} opens on {in_words(self.opened_on)}: it can close only after that day.",
                field=named,
            )

    def reopen(self) -> None:
        """Take its closing back.

        Raises:
            Refused: NOT_CLOSED.
        """
        if self.closed_on is None:
            raise Refused("NOT_CLOSED", f"{self.name} is not closed, so there is nothing to take back.")
        self.closed_on = None


class OrganisationIdentifier(Tracked):
    """What a scheme outside Tandem calls an organisation, for example ODS `RX4` or GSS `E06000047`."""

    __tablename__ = "organisation_identifiers"
    __table_args__ = (UniqueConstraint("scheme", "value"),)

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    scheme: Mapped[str]
    value: Mapped[str]

    @validates("scheme", "value")
    def _is_a_short_line(self, key: str, given: str) -> str:
        return text.line(given, key, longest=100)


class Succession(Recorded):
    """On its `valid_from` date the predecessor closed and this successor took over, whole or with others (a split)."""

    __tablename__ = "successions"
    __table_args__ = (
        UniqueConstraint("predecessor_id", "successor_id"),
        CheckConstraint("predecessor_id <> successor_id", name="two_organisations"),
    )

    predecessor_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    successor_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)


class Continuation(Identified):
    """Who stands where an organisation stood: worked out from the successions with one successor.

    From `from_on` up to, not including, `until_on` the holder has whatever the organisation held the day
    before its own succession. It is derived: `domain.organisations.commands` writes it anew with every
    succession.
    """

    __tablename__ = "continuations"
    __table_args__ = (Index(None, "organisation_id", "from_on"),)

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    holder_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    from_on: Mapped[date]
    until_on: Mapped[date] = mapped_column(default=UNTIL_FURTHER_NOTICE)
