"""Strengths frameworks, people's profiles and consents, and what was counted of whole teams."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column, validates

from domain import text
from domain.calendar import in_words, plausible
from domain.errors import Refused
from domain.tables import Recorded, Tracked, words

NOTE = 1_000
"""How many characters a note may have."""


class ConsentLevel(StrEnum):
    """To whom a person shows their strengths; each level includes those before it."""

    NOBODY = "NOBODY"
    FACILITATOR = "FACILITATOR"
    TEAM = "TEAM"
    PROGRAMME = "PROGRAMME"

    @property
    def and_wider(self) -> tuple[ConsentLevel, ...]:
        """This level and those that include it."""
        levels = tuple(ConsentLevel)
        return levels[levels.index(self) :]


class StrengthsFramework(Recorded):
    """A framework in one version, as a licensee's file describes it; it never changes."""

    __tablename__ = "strengths_frameworks"
    __table_args__ = (UniqueConstraint("key", "version"),)

    key: Mapped[str]
    version: Mapped[int]
    name: Mapped[str] = mapped_column(index=True)
    description: Mapped[str | None]
    licence: Mapped[str]
    owner: Mapped[str]
    language: Mapped[str]
    most: Mapped[int]
    ranked: Mapped[bool]
    digest: Mapped[str]


class StrengthsCluster(Recorded):
    """Strengths of a framework that belong together; `place` counts from 1."""

    __tablename__ = "strengths_clusters"
    __table_args__ = (UniqueConstraint("framework_id", "key"),)

    framework_id: Mapped[UUID] = mapped_column(ForeignKey("strengths_frameworks.id"))
    place: Mapped[int]
    key: Mapped[str]
    name: Mapped[str]
    description: Mapped[str | None]


class Strength(Recorded):
    """Something that a person may be good at, by a framework; `place` counts within the framework from 1."""

    __tablename__ = "strengths"
    __table_args__ = (UniqueConstraint("framework_id", "key"),)

    framework_id: Mapped[UUID] = mapped_column(ForeignKey("strengths_frameworks.id"))
    cluster_id: Mapped[UUID] = mapped_column(ForeignKey("strengths_clusters.id"), index=True)
    place: Mapped[int]
    key: Mapped[str]
    name: Mapped[str]
    description: Mapped[str | None]


class StrengthsProfile(Tracked):
    """What one person was found to be good at on a day, by one framework. Its strengths are `ProfileStrength` rows."""

    __tablename__ = "strengths_profiles"
    __table_args__ = (
        UniqueConstraint("person_id", "framework_id", "assessed_on"),
        Index(None, "person_id", "framework_id"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    framework_id: Mapped[UUID] = mapped_column(ForeignKey("strengths_frameworks.id"), index=True)
    assessed_on: Mapped[date]

    @validates("assessed_on")
    def _date_is_plausible(self, key: str, day: date) -> date:
        return plausible(day, key)

    def require_assessed_by(self, on: date) -> None:
        """Go on only if it is not known before it was made.

        Raises:
            Refused: ASSESSED_LATER.
        """
        if self.assessed_on > on:
            raise Refused(
                "ASSESSED_LATER",
                f"This cannot be known on {in_words(on)}, before it was assessed. Correct one of the dates.",
                field="assessedOn",
            )


class ProfileStrength(Tracked):
    """A strength in a profile; `rank` counts from 1 where the framework has an order, and is null where it has none.

    The person of the profile stands here too: who may see a row is decided by it.
    """

    __tablename__ = "profile_strengths"
    __table_args__ = (
        UniqueConstraint("profile_id", "strength_id"),
        Index(None, "profile_id"),
    )

    profile_id: Mapped[UUID] = mapped_column(ForeignKey("strengths_profiles.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    strength_id: Mapped[UUID] = mapped_column(ForeignKey("strengths.id"), index=True)
    rank: Mapped[int | None]


class StrengthsConsent(Tracked):
    """To whom a person shows their strengths. Without a row, nobody has asked them: to nobody.

    `on_their_word` is an administrator's record of what the person said, with a note of how; otherwise they said so
    here themself.
    """

    __tablename__ = "strengths_consents"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), unique=True)
    level: Mapped[ConsentLevel] = mapped_column(words(ConsentLevel))
    on_their_word: Mapped[bool]
    note: Mapped[str | None]

    @validates("note")
    def _note_is_prose(self, key: str, note: str | None) -> str | None:
        return text.prose(note, key, longest=NOTE)


class StrengthsRelease(Recorded):
    """How many of a whole team or cohort had each strength on a day (`valid_from`), as far as k allowed it.

    It stays as it is. `released_at` is when the transaction began that told it.
    """

    __tablename__ = "strengths_releases"
    __table_args__ = (
        Index(None, "programme_id", "team_id"),
        Index(None, "programme_id", "cohort_id"),
        Index(None, "framework_id"),
        CheckConstraint("num_nonnulls(team_id, cohort_id) = 1", name="is_of_one_group"),
    )

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programmes.id"))
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("teams.id"), index=True)
    cohort_id: Mapped[UUID | None] = mapped_column(ForeignKey("cohorts.id"), index=True)
    framework_id: Mapped[UUID] = mapped_column(ForeignKey("strengths_frameworks.id"))
    k: Mapped[int]
    people: Mapped[int]
    released_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ReleasedStrength(Recorded):
    """How many had a strength. What is not told has no row."""

    __tablename__ = "released_strengths"
    __table_args__ = (Index(None, "programme_id", "release_id"),)

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programmes.id"))
    release_id: Mapped[UUID] = mapped_column(ForeignKey("strengths_releases.id"), index=True)
    strength_id: Mapped[UUID] = mapped_column(ForeignKey("strengths.id"))
    people: Mapped[int]


class ReleasedPerson(Recorded):
    """Whom a release counted. Nobody sees it: it is there so that later ones cannot be subtracted from it."""

    __tablename__ = "released_people"
    __table_args__ = (Index(None, "programme_id", "release_id"),)

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programmes.id"))
    release_id: Mapped[UUID] = mapped_column(ForeignKey("strengths_releases.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)


STRENGTHS_STAY = tuple(
    f"CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON {model.__tablename__} "
    "FOR EACH ROW EXECUTE FUNCTION stays()"
    for model in (
        *(StrengthsFramework, StrengthsCluster, Strength),
        *(StrengthsRelease, ReleasedStrength, ReleasedPerson),
    )
)
"""What the database refuses to change or take back, whoever is at it (the function is in `domain.history`)."""
