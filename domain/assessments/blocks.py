"""Which items are counted over the same people, so that their results cannot be subtracted from each other.

Suppose that nine of ten answered all of a dimension, and the tenth left one item out. The sum of the items, each over
all who answered it, minus the sum of the dimension over the nine would be what the tenth answered to the rest. So
the items of a dimension that is scored for people are counted over those people.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from domain.assessments.cells import Respondent
from domain.assessments.instrument import Instrument
from domain.assessments.scoring import Subject, has_answered, subjects

COMPLETE_ENOUGH: Final = Fraction(4, 5)
"""The share of those who began a dimension that must have finished it, for it to be scored person by person."""


@dataclass(frozen=True, slots=True)
class Block:
    """Items that are counted over the same people: those who answered all of them."""

    items: tuple[str, ...]

    def counts(self, respondent: Respondent) -> bool:
        """Whether this respondent's answers to these items count."""
        return has_answered(respondent.answers, self.items)

    def scores(self, subject: Subject) -> bool:
        """Whether the subject can be scored person by person over the people of this block."""
        return set(subject.items) <= set(self.items)


def blocks_of(instrument: Instrument, respondents: Sequence[Respondent], k: int) -> tuple[Block, ...]:
    """The blocks of a round: as wide as an instrument's total, else its dimensions, else each item by itself.

    A wide one is taken where at least k people, and four in five of those who began it, answered all of it. Where it
    is not, its score is worked out from the results of its items, without a spread.
    """
    return tuple(_blocks(instrument, respondents, k))


def _blocks(instrument: Instrument, respondents: Sequence[Respondent], k: int) -> Iterator[Block]:
    remaining = [item.key for item in instrument.items]
    for subject in subjects(instrument):
        if set(subject.items) <= set(remaining) and _is_complete_enough(subject, respondents, k):
            yield Block(subject.items)
            remaining = [item for item in remaining if item not in subject.items]
    yield from (Block((item,)) for item in remaining)


def _is_complete_enough(subject: Subject, respondents: Sequence[Respondent], k: int) -> bool:
    answered = [[r.answers.get(item) is not None for item in subject.items] for r in respondents]
    began, finished = sum(map(any, answered)), sum(map(all, answered))
    return finished >= k and finished >= COMPLETE_ENOUGH * began
