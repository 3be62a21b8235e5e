"""What all tables share: ids, versions, and rows that keep their past.

A *tracked* row carries the date from which it has been so (`valid_from`). A trigger of the database (see
`domain.history`) keeps each of its versions in `<table>_history`, with the date until which it was so. A
*recorded* row is a fact that never changes: it is known from its `valid_from` on. A *derived* row follows from tracked
ones by a trigger, and has a history like theirs.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Date, DateTime, Enum, MetaData
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column
from uuid_utils.compat import uuid7


class Base(DeclarativeBase):
    """The declarative base of every table."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: DateTime(timezone=True),
        date: Date(),
        dict[str, Any]: JSONB(),
    }


def words(kind: type[StrEnum]) -> Enum:
    """The column type of a closed list of words: text with a check, so that a word can be added without a lock."""
    name = "".join("_" + c.lower() if c.isupper() else c for c in kind.__name__).lstrip("_")
    return Enum(kind, native_enum=False, create_constraint=True, length=40, name=name, validate_strings=True)


class Gathered(DeclarativeBase):
    """A row that no table has, gathered from several for a question; its metadata are apart, so nothing creates it."""

    metadata = MetaData()


class Identified(Base):
    """A row with an id that sorts by the time of its making (UUID version 7)."""

    __abstract__ = True

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)


class Recorded(Identified):
    """A fact that never changes, known from the date `valid_from` on."""

    __abstract__ = True

    valid_from: Mapped[date]


class Derived(Base):
    """What the database derives from tracked rows, from `valid_from` on; `<table>_history` has it for every date."""

    __abstract__ = True

    id: Mapped[UUID] = mapped_column(primary_key=True)
    valid_from: Mapped[date]


class Tracked(Identified):
    """A row that keeps its past: `version` counts its changes, `valid_from` dates the present one."""

    __abstract__ = True

    version: Mapped[int]
    valid_from: Mapped[date]

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}
