"""An instrument from what its file says, once that is known to be right."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from domain.assessments.instrument import (
    Band,
    Benchmark,
    Dimension,
    Instrument,
    Item,
    Scale,
    Scoring,
    Theme,
)
from domain.assessments.meaning import TOTAL_KEY

Described = Mapping[str, Any]


def build(described: Described) -> Instrument:
    """The instrument. What the file gives must satisfy the schema and contradict nothing."""
    scale, scoring = _scale(described["scale"]), Scoring(described["scoring"])
    return Instrument(
        key=described["key"],
        version=described["version"],
        title=described["title"],
        description=_text(described.get("description")),
        licence=described["licence"],
        author=described["author"],
        language=described["language"],
        scale=scale,
        scoring=scoring,
        favourable_from=_favourable(described, scale, scoring),
        comments=described.get("comments", False),
        total=_dimension(TOTAL_KEY, described["total"]) if "total" in described else None,
        dimensions=tuple(_dimension(part["key"], part) for part in described["dimensions"]),
        items=tuple(_item(part, described) for part in described["items"]),
        themes=tuple(
            Theme(part["key"], part["title"], tuple(part["items"])) for part in described.get("themes", [])
        ),
    )


def _scale(described: Described) -> Scale:
    return Scale(described["minimum"], described["maximum"], _labels(described["labels"]))


def _labels(described: Mapping[str, str]) -> Mapping[int, str]:
    return MappingProxyType({int(point): " ".join(words.split()) for point, words in described.items()})


def _favourable(described: Described, scale: Scale, scoring: Scoring) -> int | None:
    if scoring is not Scoring.PERCENT_FAVOURABLE:
        return None
    # The top two points, as percent favourable is read everywhere unless an instrument says otherwise.
    top_two = max(scale.maximum - 1, scale.minimum + 1)
    favourable: int = described.get("favourable_from", top_two)
    return favourable


def _dimension(key: str, described: Described) -> Dimension:
    return Dimension(
        key=key,
        title=described["title"],
        description=_text(described.get("description")),
        bands=tuple(_band(band) for band in described.get("bands", [])),
        benchmark=_benchmark(described["benchmark"]) if "benchmark" in described else None,
    )


def _band(described: Described) -> Band:
    starts = described.get("from")
    return Band(described["key"], described["title"], None if starts is None else _exactly(starts))


def _benchmark(described: Described) -> Benchmark:
    return Benchmark(_exactly(described["value"]), described["source"], date.fromisoformat(described["date"]))


def _exactly(number: float) -> Fraction:
    """The decimal that the file shows, not its nearest binary fraction."""
    return Fraction(str(number))


def _item(described: Described, instrument: Described) -> Item:
    return Item(
        key=described["key"],
        text=" ".join(described["text"].split()),
        dimension=described["dimension"],
        reverse=described.get("reverse", False),
        labels=_labels(described["labels"]) if "labels" in described else None,
        author=described.get("author", instrument["author"]),
        licence=described.get("licence", instrument["licence"]),
    )


def _text(words: str | None) -> str | None:
    return None if words is None else " ".join(words.split())
