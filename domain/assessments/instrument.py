"""What an instrument is: a questionnaire in one version, read from a file and never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import cached_property

from domain.errors import Refused

ANSWER_OUT_OF_SCALE = "ANSWER_OUT_OF_SCALE"
UNKNOWN_ITEM = "UNKNOWN_ITEM"


class Scoring(StrEnum):
    """How one person's answers become that person's score of a dimension."""

    MEAN = "MEAN"  # the mean of the answers, in points of the scale
    SUM = "SUM"  # their sum
    PERCENT_FAVOURABLE = "PERCENT_FAVOURABLE"  # the share that is favourable, 0 to 100


@dataclass(frozen=True, slots=True)
class Scale:
    """The points that an answer may have: whole numbers from `minimum` to `maximum`, some with words."""

    minimum: int
    maximum: int
    labels: Mapping[int, str]

    @property
    def points(self) -> range:
        """Every answer that may be given."""
        return range(self.minimum, self.maximum + 1)


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of scores with a name; `starts` is the lowest score in it, None for the lowest band."""

    key: str
    title: str
    starts: Fraction | None


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A published score to stand beside, with where it was published and when."""

    value: Fraction
    source: str
    published_on: date


@dataclass(frozen=True, slots=True)
class Dimension:
    """Something that several items ask about. `bands` go from the highest down; there may be none."""

    key: str
    title: str
    description: str | None = None
    bands: tuple[Band, ...] = ()
    benchmark: Benchmark | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One statement or question. `labels` are its own words for points of the scale, where it has them."""

    key: str
    text: str
    dimension: str
    author: str
    licence: str
    reverse: bool = False
    labels: Mapping[int, str] | None = None


@dataclass(frozen=True, slots=True)
class Theme:
    """Items that a team may take up together, across dimensions."""

    key: str
    title: str
    items: tuple[str, ...]


@dataclass(frozen=True)
class Instrument:
    """A questionnaire in one version. `key` is what its versions share; `total` is there if it has one score.

    `favourable_from` is the lowest favourable answer and None unless the scoring is PERCENT_FAVOURABLE.
    """

    key: str
    version: int
    title: str
    licence: str
    author: str
    language: str
    scale: Scale
    scoring: Scoring
    dimensions: tuple[Dimension, ...]
    items: tuple[Item, ...]
    description: str | None = None
    favourable_from: int | None = None
    comments: bool = False
    total: Dimension | None = None
    themes: tuple[Theme, ...] = ()

    @property
    def identity(self) -> tuple[str, int]:
        """What makes two rounds comparable: the same instrument in the same version."""
        return self.key, self.version

    @cached_property
    def by_key(self) -> Mapping[str, Item]:
        """The items by key."""
        return {item.key: item for item in self.items}

    def items_of(self, dimension: str) -> tuple[Item, ...]:
        """The items of a dimension, in order; of the total they are all items."""
        if self.total is not None and dimension == self.total.key:
            return self.items
        return tuple(item for item in self.items if item.dimension == dimension)

    def check_answers(self, answers: Mapping[str, int | None]) -> None:
        """Make sure that answers are to items of this instrument and on its scale; None is an item skipped.

        Raises:
            Refused: UNKNOWN_ITEM or ANSWER_OUT_OF_SCALE.
        """
        for key, answer in answers.items():
            if key not in self.by_key:
                raise Refused(
                    UNKNOWN_ITEM,
                    f"“{self.title}” has no item “{key}”. Take that answer out.",
                    field="answers",
                )
            if answer is not None and answer not in self.scale.points:
                raise Refused(
                    ANSWER_OUT_OF_SCALE,
                    f"The answer to “{key}” is {answer}. Give a whole number from {self.scale.minimum} "
                    f"to {self.scale.maximum}, or none.",
                    field="answers",
                )


def band_of(score: Fraction, bands: tuple[Band, ...]) -> Band | None:
    """The band of a score that has not been rounded: 2.995 is below 3. None where there are no bands."""
    return next((band for band in bands if band.starts is None or score >= band.starts), None)


def bands_of(instrument: Instrument, key: str) -> tuple[Band, ...]:
    """The bands of a dimension or of the total; an item has none."""
    scored = [*instrument.dimensions, *([instrument.total] if instrument.total else [])]
    return next((dimension.bands for dimension in scored if dimension.key == key), ())
