"""What respondents are told before they answer: everything that can ever be published, and who will see it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from domain.assessments.guarding import DISTRIBUTION_FACTOR, FEWEST_FOR_COMMENTS
from domain.assessments.instrument import Instrument, Scoring
from domain.calendar import in_words

SEEN_BY: Final = (
    "Results are seen by the sponsors of this programme and by its administrators, and by whomever they show them "
    "to. All of them see the same; nobody, administrators included, is given more."
)

_SCORES: Final = {
    Scoring.MEAN: "the average",
    Scoring.SUM: "the average, of a dimension that of the sums",
    Scoring.PERCENT_FAVOURABLE: "the share of favourable answers",
}
"""What is told of an item or a dimension."""


def notice_of(
    instrument: Instrument,
    *,
    team: str,
    k: int,
    groups: Sequence[tuple[str, Sequence[str]]],
    closes_on: date | None = None,
) -> str:
    """What a round's respondents are told, in paragraphs; `groups` has the groups of each grouping by their titles.

    Titles say how many people were invited: who finds that too many or too few can ask, or leave it.
    """
    return "\n\n".join(
        [
            f"{team} is asked “{instrument.title}”, version {instrument.version}. Taking part is up to you, and you "
            f"may leave out any question.{_until(closes_on)}",
            _groups(k, groups),
            f"A result is about at least {k} people who answered the question, or it is left out. It has the number "
            f"of people, {_SCORES[instrument.scoring]}, and how far people differ; how many gave which answer only "
            f"where at least {DISTRIBUTION_FACTOR * k} people answered. No result can be worked out by subtracting "
            f"others from each other that would be about fewer than {k} people.",
            *_comments(instrument, k),
            SEEN_BY,
            "Your link works once. Tandem keeps that you answered, so as not to remind you, and not which answers "
            "are yours, when they came or in which order. The answers themselves are deleted when the results are "
            "published. Nothing is shown before the round is closed, and what is published then stays.",
            f"What cannot be prevented: if all but one or two of a group of {k} tell each other what they answered, "
            "they can work out much about the rest.",
        ]
    )


def _until(closes_on: date | None) -> str:
    return "" if closes_on is None else f" Answers are taken until the end of {in_words(closes_on)}."


def _groups(k: int, groups: Sequence[tuple[str, Sequence[str]]]) -> str:
    if not groups:
        return "Results can be published for everybody together, and for no smaller group."
    named = "; ".join(f"{grouping}: {', '.join(titles)}" for grouping, titles in groups)
    return (
        f"Results can be published for everybody together, and for these groups, each of at least {k} people who "
        f"were invited: {named}. There will be no others."
    )


def _comments(instrument: Instrument, k: int) -> list[str]:
    if not instrument.comments:
        return []
    return [
        "Comments are shown as you wrote them, apart from all scores and in an order that says nothing of who and "
        f"when, for groups of at least {max(k, FEWEST_FOR_COMMENTS)} people. Leave out what would give you away."
    ]
