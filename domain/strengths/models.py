"""Strengths frameworks, people's profiles and consents, and what was counted of whole teams."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.tables import Recorded


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


STRENGTHS_STAY = tuple(
    f"CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON {model.__tablename__} "
    "FOR EACH ROW EXECUTE FUNCTION stays()"
    for model in (StrengthsFramework, StrengthsCluster, Strength)
)
"""What the database refuses to change or take back, whoever is at it (the function is in `domain.history`)."""
