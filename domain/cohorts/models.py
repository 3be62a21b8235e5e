"""Cohorts and teams, and who is in them from a date to a date."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, validates

from domain.calendar import in_order, in_words
from domain.errors import Refused
from domain.periods import Period
from domain.tables import Tracked, words
from domain.text import line


class CohortRole(StrEnum):
    """In what role somebody is in a cohort."""

    PARTICIPANT = "PARTICIPANT"
    FACILITATOR = "FACILITATOR"


class Group(Period):
    """What a cohort and a team have in common: a name, a period, and members who are in it for a part of that."""

    if TYPE_CHECKING:
        name: Mapped[str]

    @validates("name")
    def _name_is_a_line(self, key: str, name: str) -> str:
        return line(name, key)

    def require_covers(self, starts_on: date, ends_on: date | None) -> None:
        """Go on only if what begins and ends then lies within the time of this group; without an end, it ends with it.

        Raises:
            Refused: OUTSIDE_COHORT or OUTSIDE_TEAM.
        """
        early = starts_on < self.starts_on
        over = self.ends_on is not None and starts_on >= self.ends_on
        late = self.ends_on is not None and ends_on is not None and ends_on > self.ends_on
        if early or over or late:
            until = "" if self.ends_on is None else f" and ends on {in_words(self.ends_on)}"
            raise Refused(
                f"OUTSIDE_{type(self).__name__.upper()}",
                f"{self.name} starts on {in_words(self.starts_on)}{until}. Give dates within that, "
                f"or change the dates of the {type(self).__name__.lower()} first.",
                field="startsOn" if early or over else "endsOn",
            )

    def require_begins_before(self, first_on: date | None) -> None:
        """Go on only if it ends after it starts, and starts no later than the first of what is in it.

        Raises:
            Refused: ENDS_BEFORE_START or STARTS_AFTER_MEMBERS.
        """
        in_order(self.starts_on, self.ends_on)
        if first_on is not None and first_on < self.starts_on:
            raise Refused(
                "STARTS_AFTER_MEMBERS",
                f"What is in {self.name} begins on {in_words(first_on)}. Give that date or an earlier one.",
                field="startsOn",
            )


class Cohort(Group, Tracked):
    """People of several partners who go through a programme together, up to, not including, `ends_on`."""

    __tablename__ = "cohorts"
    __table_args__ = (
        UniqueConstraint("programme_id", "name"),
        CheckConstraint("ends_on > starts_on", name="ends_after_it_starts"),
    )

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programmes.id"))
    name: Mapped[str] = mapped_column(index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]


class CohortMember(Period, Tracked):
    """A person's part in a cohort; without an end, it lasts as long as the cohort."""

    __tablename__ = "cohort_members"
    __table_args__ = (
        Index(None, "programme_id", "cohort_id"),
        Index(None, "cohort_id", "person_id"),
        CheckConstraint("ends_on > starts_on", name="ends_after_it_starts"),
    )

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programmes.id"))
    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohorts.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    role: Mapped[CohortRole] = mapped_column(words(CohortRole))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]


class Team(Group, Tracked):
    """A group that works together in a programme: in one of its cohorts or not, of one organisation or across several.

    Without an end, a team of a cohort lasts as long as the cohort. `organisation_id` is the organisation as named at
    the start; null is a team across organisations.
    """

    __tablename__ = "teams"
    __table_args__ = (
        UniqueConstraint("programme_id", "name"),
        CheckConstraint("ends_on > starts_on", name="ends_after_it_starts"),
    )

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programmes.id"))
    cohort_id: Mapped[UUID | None] = mapped_column(ForeignKey("cohorts.id"), index=True)
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    name: Mapped[str] = mapped_column(index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]


class TeamMember(Period, Tracked):
    """A person's part in a team; without an end, it lasts as long as the team."""

    __tablename__ = "team_members"
    __table_args__ = (
        Index(None, "programme_id", "team_id"),
        Index(None, "team_id", "person_id"),
        CheckConstraint("ends_on >= starts_on", name="ends_after_it_starts"),
    )

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programmes.id"))
    team_id: Mapped[UUID] = mapped_column(ForeignKey("teams.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]

    def end_with_cohort(self, ends_on: date) -> bool:
        """End as the person leaves the team's cohort, a part to come before it begins; whether that changes it."""
        last = max(ends_on, self.starts_on)
        if self.ends_on is not None and self.ends_on <= last:
            return False
        self.ends_on = last
        return True
