"""Who came to a session, by which link they say so themselves, and who sat with whom."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.errors import Refused
from domain.sessions.models import Session, SessionMode
from domain.tables import Identified, Tracked, words


class AttendanceStatus(StrEnum):
    """Whether somebody was at a session; who said beforehand that they could not come is excused."""

    PRESENT = "PRESENT"
    ABSENT = "ABSENT"
    EXCUSED = "EXCUSED"


class AttendanceMode(StrEnum):
    """How somebody took part."""

    VIRTUAL = "VIRTUAL"
    IN_PERSON = "IN_PERSON"


ONLY: Final = {SessionMode.VIRTUAL: AttendanceMode.VIRTUAL, SessionMode.IN_PERSON: AttendanceMode.IN_PERSON}
"""How people take part in a session of that mode, where there is but one way."""


class Attendance(Tracked):
    """Whether a person was at a session, and how. They count for the organisation that they belonged to on that day."""

    __tablename__ = "attendances"
    __table_args__ = (
        UniqueConstraint("session_id", "person_id"),
        Index(None, "programme_id", "session_id"),
        Index(None, "person_id"),
        CheckConstraint("(mode IS NOT NULL) = (status = 'PRESENT')", name="mode_of_those_present"),
    )

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programmes.id"))
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    status: Mapped[AttendanceStatus] = mapped_column(words(AttendanceStatus))
    mode: Mapped[AttendanceMode | None] = mapped_column(words(AttendanceMode))
    checked_in_at: Mapped[datetime | None]

    def state(self, status: AttendanceStatus, mode: AttendanceMode | None) -> None:
        """Say whether they were there, and how; a correction replaces what was said before."""
        self.status, self.mode = status, mode
        if status is not AttendanceStatus.PRESENT:
            self.checked_in_at = None


def mode_in(session: Session, status: AttendanceStatus, mode: AttendanceMode | None) -> AttendanceMode | None:
    """How somebody took part in a session: as was said, or as the session leaves no other way.

    Raises:
        Refused: MODE_OF_NOBODY, MODE_REQUIRED or OTHER_MODE.
    """
    if status is not AttendanceStatus.PRESENT:
        if mode is not None:
            raise Refused(
                "MODE_OF_NOBODY", "Who was not there took part in no way. Leave the mode out.", field="mode"
            )
        return None
    only = ONLY.get(session.mode)
    if mode is None and only is None:
        raise Refused("MODE_REQUIRED", "Some come and some take part by link: say which it is.", field="mode")
    if mode is not None and only is not None and mode is not only:
        where = "by link alone" if only is AttendanceMode.VIRTUAL else "in person alone"
        raise Refused(
            "OTHER_MODE", f"People take part in this session {where}. Leave the mode out.", field="mode"
        )
    return mode or only


class CheckInLink(Identified):
    """The link by which one person checks in to one session, once. What makes it work is kept as its SHA-256 only."""

    __tablename__ = "check_in_links"
    __table_args__ = (UniqueConstraint("session_id", "person_id"), Index(None, "programme_id"))

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programmes.id"))
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    secret_hash: Mapped[str]
    issued_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class TablePlan(Tracked):
    """How people were spread over tables at a session, with what that means for who has met whom.

    `repeated_pairs` counts the pairs that share a table again, each time; `same_organisation_pairs` the pairs at a
    table that come from one organisation; `among_their_own` the people whose table has nobody of another organisation.
    Of the `possible_pairs` of these people, `met_pairs` have shared a table by the end of this session. What starts
    with `random_` is what spreading them by chance would give, on average.
    """

    __tablename__ = "table_plans"
    __table_args__ = (UniqueConstraint("session_id"), Index(None, "programme_id", "session_id"))

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programmes.id"))
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id"))
    seats_per_table: Mapped[int]
    tables: Mapped[int]
    rounds: Mapped[int]
    seed: Mapped[int]
    people: Mapped[int]
    repeated_pairs: Mapped[int]
    same_organisation_pairs: Mapped[int]
    among_their_own: Mapped[int]
    met_pairs: Mapped[int]
    possible_pairs: Mapped[int]
    random_repeated_pairs: Mapped[Decimal] = mapped_column(Numeric(12, 1))
    random_same_organisation_pairs: Mapped[Decimal] = mapped_column(Numeric(12, 1))
    random_met_pairs: Mapped[Decimal] = mapped_column(Numeric(12, 1))


class TableSeat(Tracked):
    """At which table a person sits in a round of a session; tables and rounds are counted from 1."""

    __tablename__ = "table_seats"
    __table_args__ = (
        UniqueConstraint("session_id", "round_number", "person_id"),
        Index(None, "programme_id", "session_id"),
        Index(None, "person_id"),
    )

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programmes.id"))
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("table_plans.id"), index=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    round_number: Mapped[int]
    table_number: Mapped[int]
