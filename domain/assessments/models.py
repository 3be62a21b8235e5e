"""Instruments as they are kept: a file that was taken in once, and what it says in rows. They never change."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import lru_cache
from uuid import UUID

from sqlalchemy import ARRAY, ForeignKey, Numeric, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from domain.assessments import instrument as pure
from domain.assessments.instrument import Scoring
from domain.assessments.reading import read_instrument
from domain.tables import Recorded, words


class Instrument(Recorded):
    """A questionnaire in one version. `file` is its YAML, `hash` the SHA-256 of what that says."""

    __tablename__ = "instruments"
    __table_args__ = (UniqueConstraint("key", "version"),)

    key: Mapped[str]
    version: Mapped[int]
    title: Mapped[str]
    description: Mapped[str | None]
    licence: Mapped[str]
    author: Mapped[str]
    language: Mapped[str]
    scoring: Mapped[Scoring] = mapped_column(words(Scoring))
    scale_minimum: Mapped[int]
    scale_maximum: Mapped[int]
    scale_labels: Mapped[dict[str, str]] = mapped_column(JSONB)
    favourable_from: Mapped[int | None]
    comments: Mapped[bool]
    file: Mapped[str]
    hash: Mapped[str]

    def read(self) -> pure.Instrument:
        """The instrument that the file describes, for calculations."""
        return _read(self.file)


@lru_cache(maxsize=64)
def _read(file: str) -> pure.Instrument:
    return read_instrument(file)


class InstrumentDimension(Recorded):
    """Something that several items ask about, or all of them (`is_total`), with its benchmark if it has one."""

    __tablename__ = "instrument_dimensions"
    __table_args__ = (UniqueConstraint("instrument_id", "key"),)

    instrument_id: Mapped[UUID] = mapped_column(ForeignKey("instruments.id"))
    place: Mapped[int]
    key: Mapped[str]
    title: Mapped[str]
    description: Mapped[str | None]
    is_total: Mapped[bool]
    benchmark: Mapped[Decimal | None] = mapped_column(Numeric(12, 6))
    benchmark_source: Mapped[str | None]
    benchmark_on: Mapped[date | None]


class InstrumentBand(Recorded):
    """A stretch of scores of a dimension with a name; `starts_at` is its lowest score, null for the lowest band."""

    __tablename__ = "instrument_bands"
    __table_args__ = (UniqueConstraint("dimension_id", "key"),)

    dimension_id: Mapped[UUID] = mapped_column(ForeignKey("instrument_dimensions.id"))
    place: Mapped[int]
    key: Mapped[str]
    title: Mapped[str]
    starts_at: Mapped[Decimal | None] = mapped_column(Numeric(12, 6))


class InstrumentItem(Recorded):
    """One statement or question; `labels` are its own words for points of the scale, where it has them."""

    __tablename__ = "instrument_items"
    __table_args__ = (UniqueConstraint("instrument_id", "key"),)

    instrument_id: Mapped[UUID] = mapped_column(ForeignKey("instruments.id"))
    dimension_id: Mapped[UUID] = mapped_column(ForeignKey("instrument_dimensions.id"), index=True)
    place: Mapped[int]
    key: Mapped[str]
    text: Mapped[str]
    author: Mapped[str]
    licence: Mapped[str]
    reverse: Mapped[bool]
    labels: Mapped[dict[str, str] | None] = mapped_column(JSONB(none_as_null=True))


class InstrumentTheme(Recorded):
    """Items that a team may take up together, across dimensions, by their keys."""

    __tablename__ = "instrument_themes"
    __table_args__ = (UniqueConstraint("instrument_id", "key"),)

    instrument_id: Mapped[UUID] = mapped_column(ForeignKey("instruments.id"))
    place: Mapped[int]
    key: Mapped[str]
    title: Mapped[str]
    item_keys: Mapped[list[str]] = mapped_column(ARRAY(Text))
