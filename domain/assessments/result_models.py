"""What rounds have published: results, comments, and comparisons of results. None of it ever changes."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Numeric, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from domain.assessments.change import NotEstimable
from domain.tables import Recorded, words

FIGURE = Numeric(12, 6)
"""Scores and what is worked out of them: six decimals, which no display needs."""


class ResultKind(StrEnum):
    """What a result is of."""

    TOTAL = "TOTAL"
    DIMENSION = "DIMENSION"
    ITEM = "ITEM"


class ComparisonKind(StrEnum):
    """What two results are compared for."""

    CHANGE = "CHANGE"  # of one cell, from an earlier round to a later one
    GAP = "GAP"  # between two groups of one grouping in one round


class DeltaSize(StrEnum):
    """A word for the size of a Cliff's delta (Romano et al. 2006)."""

    NEGLIGIBLE = "NEGLIGIBLE"
    SMALL = "SMALL"
    MEDIUM = "MEDIUM"
    LARGE = "LARGE"


class Result(Recorded):
    """What a round published of an item, a dimension or the total in one cell.

    `score` is the mean of people's scores in the instrument's unit, `n` how many people it is about. `deviation` and
    `agreement` are null where how far people differ is not published, `distribution` where that is not: how many gave
    each answer, or are in each band. `scores` has with it how many people have each score.
    """

    __tablename__ = "results"
    __table_args__ = (
        UniqueConstraint("round_id", "cell_id", "key"),
        Index(None, "programme_id", "round_id"),
        Index(None, "cell_id"),
    )

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programmes.id"))
    round_id: Mapped[UUID] = mapped_column(ForeignKey("rounds.id"))
    cell_id: Mapped[UUID] = mapped_column(ForeignKey("round_cells.id"))
    dimension_id: Mapped[UUID] = mapped_column(ForeignKey("instrument_dimensions.id"))
    item_id: Mapped[UUID | None] = mapped_column(ForeignKey("instrument_items.id"))
    kind: Mapped[ResultKind] = mapped_column(words(ResultKind))
    key: Mapped[str]
    place: Mapped[int]
    n: Mapped[int]
    score: Mapped[Decimal] = mapped_column(FIGURE)
    band_id: Mapped[UUID | None] = mapped_column(ForeignKey("instrument_bands.id"))
    deviation: Mapped[Decimal | None] = mapped_column(FIGURE)
    agreement: Mapped[Decimal | None] = mapped_column(FIGURE)
    distribution: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    scores: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))


class RoundComment(Recorded):
    """What somebody wrote beside an item, apart from all scores; `place` follows from the words alone."""

    __tablename__ = "round_comments"
    __table_args__ = (Index(None, "programme_id", "round_id"), Index(None, "cell_id"))

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programmes.id"))
    round_id: Mapped[UUID] = mapped_column(ForeignKey("rounds.id"))
    cell_id: Mapped[UUID] = mapped_column(ForeignKey("round_cells.id"))
    item_id: Mapped[UUID] = mapped_column(ForeignKey("instrument_items.id"))
    place: Mapped[int]
    text: Mapped[str]


class Comparison(Recorded):
    """How far two published results are apart, `second` minus `first`; worked out from them alone.

    `low` and `high` are the ends of Welch's 95 % interval, or null, and then `not_estimable` says why. `delta` is
    Cliff's, where how people's scores are spread is published on both sides.
    """

    __tablename__ = "comparisons"
    __table_args__ = (
        UniqueConstraint("first_id", "second_id"),
        Index(None, "programme_id", "round_id"),
        Index(None, "second_id"),
    )

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programmes.id"))
    round_id: Mapped[UUID] = mapped_column(ForeignKey("rounds.id"))
    kind: Mapped[ComparisonKind] = mapped_column(words(ComparisonKind))
    first_id: Mapped[UUID] = mapped_column(ForeignKey("results.id"))
    second_id: Mapped[UUID] = mapped_column(ForeignKey("results.id"))
    place: Mapped[int]
    difference: Mapped[Decimal] = mapped_column(FIGURE)
    low: Mapped[Decimal | None] = mapped_column(FIGURE)
    high: Mapped[Decimal | None] = mapped_column(FIGURE)
    not_estimable: Mapped[NotEstimable | None] = mapped_column(words(NotEstimable))
    delta: Mapped[Decimal | None] = mapped_column(FIGURE)
    size: Mapped[DeltaSize | None] = mapped_column(words(DeltaSize))
    sentence: Mapped[str]
