"""One person's answers as scores, in whole steps so that sums are exact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from domain.assessments.instrument import Instrument, Item, Scoring

Answers = Mapping[str, int | None]
"""One person's answers by item; None, or not there, is an item skipped."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What gets a score: an item, a dimension, or the total. `key` is unique within an instrument."""

    key: str
    items: tuple[str, ...]

    @property
    def is_item(self) -> bool:
        """Whether it is a single item, and not a dimension that has a single one."""
        return self.items == (self.key,)


def subjects(instrument: Instrument) -> tuple[Subject, ...]:
    """All that an instrument scores: the total if it has one, its dimensions, its items."""
    dimensions = [*([instrument.total] if instrument.total else []), *instrument.dimensions]
    return (
        *(Subject(d.key, tuple(item.key for item in instrument.items_of(d.key))) for d in dimensions),
        *(Subject(item.key, (item.key,)) for item in instrument.items),
    )


def scored_answer(instrument: Instrument, item: Item, answer: int) -> int:
    """The answer as a point of the scale that speaks for the dimension: turned round where the item is reversed."""
    return instrument.scale.minimum + instrument.scale.maximum - answer if item.reverse else answer


def steps_of_point(instrument: Instrument, point: int) -> int:
    """What a scored answer adds to a score: its point, or for PERCENT_FAVOURABLE 1 if it is favourable, else 0."""
    return point if instrument.favourable_from is None else int(point >= instrument.favourable_from)


def _steps(instrument: Instrument, item: str, answer: int) -> int:
    return steps_of_point(instrument, scored_answer(instrument, instrument.by_key[item], answer))


def extremes_of_steps(instrument: Instrument) -> tuple[int, int]:
    """The least and the most that an answer can add."""
    if instrument.favourable_from is not None:
        return 0, 1
    return instrument.scale.minimum, instrument.scale.maximum


def per_step(instrument: Instrument, items: int) -> Fraction:
    """How much of a score one step is, where the score is of so many items."""
    return {
        Scoring.SUM: Fraction(1),
        Scoring.MEAN: Fraction(1, items),
        Scoring.PERCENT_FAVOURABLE: Fraction(100, items),
    }[instrument.scoring]


def has_answered(answers: Answers, items: Iterable[str]) -> bool:
    """Whether all of the items are answered."""
    return all(answers.get(item) is not None for item in items)


def steps_of(instrument: Instrument, answers: Answers, items: Sequence[str]) -> int:
    """One person's steps over items that are all answered."""
    return sum(_steps(instrument, item, answer) for item in items if (answer := answers[item]) is not None)


def score_of(instrument: Instrument, answers: Answers, items: Sequence[str]) -> Fraction | None:
    """One person's score over items; None unless all of them are answered.

    In points of the scale for MEAN and SUM; 0 to 100 for PERCENT_FAVOURABLE.
    """
    if not has_answered(answers, items):
        return None
    return steps_of(instrument, answers, items) * per_step(instrument, len(items))
