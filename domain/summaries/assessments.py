"""What rounds published in a period, as far as it was published: about everybody who was asked, never about who."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from domain.summaries.people import Change, Dimension, Result, Round
from domain.summaries.reading import Reading

Item = dict[str, Any]


def assessments(reading: Reading) -> list[Item]:
    """The rounds that were published, the latest first, each with its dimensions in the instrument's order."""
    ordered = sorted(reading.rounds.values(), key=lambda each: (each.programme.ref, each.title, each.id))
    return [_item(each) for each in sorted(ordered, key=lambda each: each.published_on, reverse=True)]


def _item(row: Round) -> Item:
    owner, asked, [turnout] = row.programme, row.instrument, row.cells.nodes
    results = {result.key: result for result in row.results.nodes}
    return {
        "id": row.id,
        "title": row.title,
        "publishedOn": row.published_on.isoformat(),
        "team": row.team.name,
        "programme": {"id": owner.id, "ref": owner.ref, "title": owner.title},
        "instrument": {
            "title": asked.title,
            "version": asked.version,
            "scoring": asked.scoring,
            "scale": {"minimum": asked.scale_minimum, "maximum": asked.scale_maximum},
        },
        "invited": turnout.invited,
        "answered": turnout.participants,
        "results": [_result(each, results.get(each.key)) for each in asked.dimensions.nodes],
    }


def _result(dimension: Dimension, result: Result | None) -> Item:
    """What was published of a dimension; all of it is null where that is withheld, for whatever reason."""
    change = _latest(result) if result else None
    return {
        "key": dimension.key,
        "title": dimension.title,
        "isTotal": dimension.is_total,
        "n": result.n if result else None,
        "score": _text(result.score) if result else None,
        "band": result.band.title if result and result.band else None,
        "change": {
            "difference": _text(change.difference),
            "sentence": change.sentence,
            "since": {
                "title": change.first.round.title,
                "closedOn": change.first.round.closed_on.isoformat(),
            },
        }
        if change
        else None,
    }


def _latest(result: Result) -> Change | None:
    """The change since the latest of the earlier rounds with which it was compared."""
    return max(
        result.comparisons.nodes,
        key=lambda each: (each.first.round.closed_on, each.first.round.title),
        default=None,
    )


def _text(figure: Decimal) -> str:
    """As few decimals as say all of it: `6.02`, and not `6.020000`."""
    return f"{figure.normalize():f}"
