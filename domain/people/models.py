"""People and the organisations they belong to, from a date to a date."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, validates

from domain import text
from domain.errors import Refused
from domain.periods import Period
from domain.tables import Tracked, words

_EMAIL = re.compile(r"[^@\s]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)*")
_LONGEST_EMAIL = 254


class SummaryFrequency(StrEnum):
    """How often a sponsor's summary is compiled without being asked for."""

    MONTHLY = "MONTHLY"
    QUARTERLY = "QUARTERLY"
    ON_REQUEST = "ON_REQUEST"


class Person(Tracked):
    """Somebody who takes part. A placeholder stands in a seat until it is known who sits there."""

    __tablename__ = "people"

    name: Mapped[str] = mapped_column(index=True)
    email: Mapped[str] = mapped_column(unique=True)
    is_placeholder: Mapped[bool] = mapped_column(default=False)
    summary_frequency: Mapped[SummaryFrequency] = mapped_column(
        words(SummaryFrequency), default=SummaryFrequency.QUARTERLY
    )

    @validates("name")
    def _name_is_a_line(self, key: str, name: str) -> str:
        return text.line(name, key)

    @validates("email")
    def _email_is_an_address(self, key: str, email: str) -> str:
        """Addresses that differ in capitals reach the same person, so they are kept without."""
        address = text.line(email, key, longest=_LONGEST_EMAIL).lower()
        if not _EMAIL.fullmatch(address):
            raise Refused(
                "BAD_EMAIL", "This is no e-mail address. Write it like ada.king@example.org.", field="email"
            )
        return address


class Affiliation(Period, Tracked):
    """A person's belonging to an organisation, from `starts_on` up to, not including, `ends_on`."""

    __tablename__ = "affiliations"
    __table_args__ = (CheckConstraint("ends_on >= starts_on", name="ends_after_it_starts"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    position: Mapped[str | None]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]

    @validates("position")
    def _position_is_a_line(self, key: str, position: str | None) -> str | None:
        return text.optional_line(position, key)
