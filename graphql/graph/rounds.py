"""Rounds in the schema, and what they have published. There is no type for an answer, and none for an invitation."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry.scalars import JSON

from domain import models
from domain.assessments.change import NotEstimable
from domain.assessments.result_models import ComparisonKind, DeltaSize, ResultKind
from domain.assessments.round_models import RoundState
from graph.instruments import Instrument, InstrumentBand, InstrumentDimension, InstrumentItem
from graph.organisations import Organisation
from graph.reads import Connection, Node, column, many, one, reads

if TYPE_CHECKING:
    from graph.cohorts import Team
    from graph.programmes import Programme

strawberry.enum(RoundState, description="How far a round has come.")
strawberry.enum(ResultKind, description="What a result is of.")
strawberry.enum(
    ComparisonKind,
    description="A change of one cell from an earlier round to a later one, or a gap between two groups of a round.",
)
strawberry.enum(DeltaSize, description="A word for the size of a Cliff's delta (Romano et al. 2006).")
strawberry.enum(
    NotEstimable,
    description="Why a difference has no interval: no spread on either side, too few people, or a spread withheld.",
)


@reads(
    models.Comparison,
    filters=(
        "id",
        "kind",
        "difference",
        "low",
        "high",
        "not_estimable",
        "delta",
        "size",
        "round",
        "first",
        "second",
    ),
    orders=("place", "difference", "delta"),
)
class Comparison(Node):
    """How far two published results are apart; worked out from them alone, so it tells nothing that they do not."""

    kind: ComparisonKind
    place: int = column(
        "Counts the comparisons of a kind, in the order of cells and of the instrument, from 0."
    )
    difference: Decimal = column("The second score minus the first, in their unit.")
    low: Decimal | None = column("The lower end of Welch's 95 % interval; null where it cannot be estimated.")
    high: Decimal | None = column("The upper end.")
    not_estimable: NotEstimable | None = column("Why there is no interval.")
    delta: Decimal | None = column(
        "Cliff's delta, -1 to 1; null where how many gave which score is not published."
    )
    size: DeltaSize | None = column("A word for the delta.")
    sentence: str = column("All of it in one sentence that does not overclaim.")
    first: Result = one("first_id")
    second: Result = one("second_id")
    round: Round = one("round_id", description="The later round of a change; the round of a gap.")


@reads(
    models.Result,
    filters=(
        "id", "kind", "key", "n", "score", "deviation", "agreement", "band", "cell", "round", "item", "dimension",
    ),
    orders=("place", "score", "deviation", "agreement", "n"),
)  # fmt: skip
class Result(Node):
    """What a round published of an item, a dimension or the total in one cell. What is not here is withheld.

    What is withheld carries no reason, so that what is too small looks as what protects something else.
    """

    kind: ResultKind
    key: str = column("Of the item or the dimension, as the instrument has it.")
    place: int = column("Counts what the instrument scores: the total, the dimensions, the items, from 0.")
    n: int = column("How many people it is about.")
    score: Decimal = column(
        "The mean of people's scores: points of the scale, their sum, or percent favourable."
    )
    deviation: Decimal | None = column(
        "The standard deviation; null where how far people differ is withheld."
    )
    agreement: Decimal | None = column("How far people agree (rwg): 0 as if by chance, 1 for all the same.")
    distribution: JSON | None = column(
        "How many gave each answer (after reversal), or are in each band; by key."
    )
    band: InstrumentBand | None = one("band_id", description="Of the score before it was rounded.")
    dimension: InstrumentDimension = one("dimension_id", description="With the benchmark, if there is one.")
    item: InstrumentItem | None = one("item_id", description="Null unless it is of an item.")
    cell: RoundCell = one("cell_id")
    round: Round = one("round_id")
    comparisons: Connection[Comparison] = many(
        "second_id",
        order=("kind", "place"),
        description="How it differs from an earlier round's, and from those of other groups of this round.",
    )


@reads(models.RoundComment, filters=("id", "text", "item"), orders=("place",))
class RoundComment(Node):
    """What somebody wrote beside an item, in an order that says nothing of who and when."""

    place: int = column("Counts the comments of a round, from 0.")
    text: str
    item: InstrumentItem = one("item_id")


@reads(
    models.RoundCell,
    filters=("id", "grouping", "title", "invited", "participants", "organisation", "round"),
    orders=("place", "title", "participants"),
)
class RoundCell(Node):
    """Those whom results can be about, fixed before the round opened: everybody, or a group of a grouping."""

    version: int = column("Counts the changes.")
    place: int = column("Counts the cells of a round, from 0 for everybody.")
    grouping: str | None = column("By what people are grouped; null for everybody.")
    title: str
    invited: int = column("How many people were asked.")
    participants: int | None = column(
        "How many took part; null until it is published, and where it is withheld."
    )
    organisation: Organisation | None = one(
        "organisation_id", description="The organisation that it is, if people are grouped by that."
    )
    round: Round = one("round_id")
    results: Connection[Result] = many(
        "cell_id",
        order=("place",),
        description="`filter: {kind: {eq: ITEM}}, orderBy: [{score: DESC}]` ranks the items; by `deviation`, "
        "where people differ most comes first.",
    )
    comments: Connection[RoundComment] = many(
        "cell_id", order=("place",), description="Apart from all scores."
    )


@reads(
    models.Round,
    filters=(
        "id",
        "title",
        "state",
        "k",
        "closes_on",
        "opened_on",
        "closed_on",
        "published_on",
        "team",
        "instrument",
        "programme",
        "cells",
        "results",
    ),
    orders=("title", "opened_on", "closed_on", "published_on", "state"),
)
class Round(Node):
    """One use of an instrument with one team. What it can publish is fixed before anybody is asked."""

    version: int = column("Counts the changes; give it as `expectedVersion` when you change the record.")
    title: str
    state: RoundState
    k: int = column("How many people a result is about at least.")
    by_organisation: bool = column("Whether people are grouped by the organisation that they belong to.")
    notice: str | None = column("What respondents are told can ever be published, and who will see it.")
    closes_on: date | None = column(
        "The last day on which it takes answers; a worker closes it then. Null if somebody closes it."
    )
    opened_on: date | None
    closed_on: date | None
    published_on: date | None
    team: Annotated[Team, strawberry.lazy("graph.cohorts")] = one("team_id")
    instrument: Instrument = one("instrument_id")
    programme: Annotated[Programme, strawberry.lazy("graph.programmes")] = one("programme_id")
    cells: Connection[RoundCell] = many("round_id", order=("place",), description="Everybody first.")
    results: Connection[Result] = many(
        "round_id", order=("place",), description="Of all cells, once published."
    )
    comparisons: Connection[Comparison] = many("round_id", order=("kind", "place"))
