"""Instruments in the schema: what is asked, how it is scored, whose wording it is."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import strawberry
from sqlalchemy import any_
from strawberry.scalars import JSON

from domain import models
from domain.assessments.instrument import Scoring
from graph.reads import Connection, Node, column, many, one, reads

strawberry.enum(
    Scoring,
    description="How a person's answers become their score: the mean, the sum, or the share that is favourable.",
)


@reads(models.InstrumentBand, filters=("id", "key", "title"), orders=("place",))
class InstrumentBand(Node):
    """A stretch of scores with a name, compared before any rounding."""

    place: int = column("Counts the bands from the highest, from 0.")
    key: str
    title: str
    starts_at: Decimal | None = column("The lowest score in it; null for the lowest band.")


@reads(
    models.InstrumentItem,
    filters=("id", "key", "text", "reverse", "author", "licence", "dimension"),
    orders=("place", "key"),
)
class InstrumentItem(Node):
    """One statement or question."""

    place: int = column("Counts the items in the order in which they are asked, from 0.")
    key: str
    text: str
    author: str
    licence: str
    reverse: bool = column(
        "Whether a high answer speaks against the dimension; scores are turned round then."
    )
    labels: JSON | None = column("Its own words for points of the scale, by point.")
    dimension: InstrumentDimension = one("dimension_id")


@reads(
    models.InstrumentDimension,
    filters=("id", "key", "title", "is_total"),
    orders=("place", "key"),
)
class InstrumentDimension(Node):
    """Something that several items ask about, or all of them together."""

    place: int = column("Counts them in the order in which they are shown, from 0.")
    key: str
    title: str
    description: str | None
    is_total: bool = column("Whether it is the score over all items.")
    benchmark: Decimal | None = column("A published score to stand beside, where there is one.")
    benchmark_source: str | None = column("Where the benchmark was published.")
    benchmark_on: date | None = column("When the benchmark was published.")
    bands: Connection[InstrumentBand] = many(
        "dimension_id", order=("place",), description="The highest first."
    )
    items: Connection[InstrumentItem] = many(
        "dimension_id",
        order=("place",),
        description="In the order in which they are asked; none of the total.",
    )


@reads(models.InstrumentTheme, filters=("id", "key", "title"), orders=("place",))
class InstrumentTheme(Node):
    """Items that a team may take up together, across dimensions."""

    place: int = column("Counts the themes, from 0.")
    key: str
    title: str
    items: Connection[InstrumentItem] = many(
        lambda row, other, at: (
            (other.instrument_id == row.instrument_id) & (other.key == any_(row.item_keys))
        ),
        order=("place",),
    )


@reads(
    models.Instrument,
    filters=(
        "id",
        "key",
        "version",
        "title",
        "language",
        "scoring",
        "comments",
        "licence",
        "author",
        "items",
    ),
    orders=("title", "key", "version"),
)
class Instrument(Node):
    """A questionnaire in one version. It never changes: a new version is a new instrument."""

    key: str = column("What all of its versions share.")
    version: int = column("The version of the questionnaire.")
    title: str
    description: str | None = column("What respondents read before the first item.")
    licence: str
    author: str
    language: str
    scoring: Scoring
    scale_minimum: int
    scale_maximum: int
    scale_labels: JSON = column("Words for points of the scale, by point.")
    favourable_from: int | None = column(
        "The lowest favourable answer, where the score is the share of these."
    )
    comments: bool = column("Whether a comment may be written beside each item.")
    file: str = column("The file that it was taken from, in YAML.")
    dimensions: Connection[InstrumentDimension] = many(
        "instrument_id", order=("place",), description="The total first, if there is one."
    )
    items: Connection[InstrumentItem] = many(
        "instrument_id", order=("place",), description="In the order in which they are asked."
    )
    themes: Connection[InstrumentTheme] = many("instrument_id", order=("place",))
