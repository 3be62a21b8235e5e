"""Sessions and series of them: when and where they are, for which cohorts, and who facilitates."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, validates

from domain.calendar import in_words, plausible
from domain.errors import Refused
from domain.sessions.clock import moment
from domain.tables import Tracked, words
from domain.text import line, optional_line, prose
from domain.web import web_address

LONGEST: Final = 24 * 60
"""The minutes that a session has at most: several days are several sessions."""


class SessionMode(StrEnum):
    """How people meet: by a link, in a room, or both at once."""

    VIRTUAL = "VIRTUAL"
    IN_PERSON = "IN_PERSON"
    HYBRID = "HYBRID"


class SessionSeries(Tracked):
    """Sessions that were planned together: the same people, at the same time of the day, every so many weeks.

    It is what they are called together. Each session has its own date, place and agenda, and can be moved by itself.
    """

    __tablename__ = "session_series"
    __table_args__ = (Index(None, "programme_id"),)

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programmes.id"))
    title: Mapped[str]
    every_weeks: Mapped[int]

    @validates("title")
    def _title_is_a_line(self, key: str, title: str) -> str:
        return line(title, key)


class Session(Tracked):
    """A workshop or meeting of one or more cohorts on a day.

    `held_on` and `begins` are what a calendar and a clock in London show; `starts_at` and `ends_at` follow from them.
    """

    __tablename__ = "sessions"
    __table_args__ = (
        Index(None, "programme_id", "starts_at"),
        Index(None, "series_id"),
        Index(None, "starts_at"),
        CheckConstraint("ends_at > starts_at", name="ends_after_it_starts"),
    )

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programmes.id"))
    series_id: Mapped[UUID | None] = mapped_column(ForeignKey("session_series.id"))
    title: Mapped[str]
    mode: Mapped[SessionMode] = mapped_column(words(SessionMode))
    held_on: Mapped[date]
    begins: Mapped[time]
    minutes: Mapped[int]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    place: Mapped[str | None]
    link: Mapped[str | None]
    cancelled_on: Mapped[date | None]
    cancelled_because: Mapped[str | None]

    @validates("title")
    def _title_is_a_line(self, key: str, title: str) -> str:
        return line(title, key)

    @validates("place")
    def _place_is_a_line(self, key: str, place: str | None) -> str | None:
        return optional_line(place, key)

    @validates("link")
    def _link_is_an_address(self, _key: str, link: str | None) -> str | None:
        return None if link is None or not link.strip() else web_address(link, code="BAD_LINK", field="link")

    @validates("cancelled_because")
    def _reason_is_prose(self, key: str, reason: str | None) -> str | None:
        return prose(reason, key)

    def schedule(self, *, held_on: date, begins: time, minutes: int) -> None:
        """Say when it is; its moments follow.

        Raises:
            Refused: BAD_DATE, BAD_TIME, NO_SUCH_TIME or BAD_LENGTH.
        """
        if not 1 <= minutes <= LONGEST:
            raise Refused(
                "BAD_LENGTH", f"A session lasts 1 to {LONGEST:,} minutes. Give its length.", field="minutes"
            )
        self.starts_at = moment(plausible(held_on, "held_on"), begins)
        self.ends_at = self.starts_at + timedelta(minutes=minutes)
        self.held_on, self.begins, self.minutes = held_on, begins, minutes

    def require_reachable(self) -> None:
        """Go on only if people know where to go: a place for those who come, a link for those who do not.

        Raises:
            Refused: PLACE_REQUIRED or LINK_REQUIRED.
        """
        if self.mode is not SessionMode.VIRTUAL and self.place is None:
            raise Refused("PLACE_REQUIRED", "People come in person: say where. Give a place.", field="place")
        if self.mode is not SessionMode.IN_PERSON and self.link is None:
            raise Refused(
                "LINK_REQUIRED", "People take part from elsewhere: say how. Give a link.", field="link"
            )

    def require_on(self) -> None:
        """Go on only if it has not been cancelled.

        Raises:
            Refused: SESSION_CANCELLED.
        """
        if self.cancelled_on is not None:
            raise Refused(
                "SESSION_CANCELLED",
                f"This session was cancelled on {in_words(self.cancelled_on)}. "
                "Reinstate it first if it is held after all.",
            )

    def require_not_begun(self, now: datetime) -> None:
        """Go on only if it has not begun.

        Raises:
            Refused: ALREADY_HELD.
        """
        if self.starts_at <= now:
            raise Refused(
                "ALREADY_HELD",
                f"This session began on {in_words(self.held_on)}. Plan another one for another day.",
            )

    def cancel(self, on: date, because: str) -> None:
        """Have it not take place, for a reason.

        Raises:
            Refused: SESSION_CANCELLED or EMPTY_BECAUSE.
        """
        self.require_on()
        if not because.strip():
            raise Refused(
                "EMPTY_BECAUSE", "Say why it is cancelled: people have kept the day free.", field="because"
            )
        self.cancelled_on, self.cancelled_because = on, because

    def reinstate(self) -> None:
        """Have it take place after all.

        Raises:
            Refused: NOT_CANCELLED.
        """
        if self.cancelled_on is None:
            raise Refused(
                "NOT_CANCELLED", "This session has not been cancelled. There is nothing to take back."
            )
        self.cancelled_on = self.cancelled_because = None


class SessionCohort(Tracked):
    """A cohort that a session is for."""

    __tablename__ = "session_cohorts"
    __table_args__ = (
        UniqueConstraint("session_id", "cohort_id"),
        Index(None, "programme_id", "session_id"),
        Index(None, "cohort_id", "session_id"),
    )

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programmes.id"))
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id"))
    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohorts.id"))


class SessionFacilitator(Tracked):
    """Somebody who facilitates a session, of whatever organisation."""

    __tablename__ = "session_facilitators"
    __table_args__ = (
        UniqueConstraint("session_id", "person_id"),
        Index(None, "programme_id", "session_id"),
        Index(None, "person_id"),
    )

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programmes.id"))
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
