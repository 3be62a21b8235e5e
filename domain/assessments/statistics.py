"""The few statistics of an assessment, from small groups of people. Means are exact; nothing is rounded here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import sqrt
from typing import Final

Score = Fraction | int
"""Exact. Whole numbers are quick."""
CONFIDENCE: Final = 0.95
_FEWEST: Final = 2  # one person has no spread


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95 % confidence interval, in the unit of the scores that it is of."""

    low: float
    high: float

    @property
    def has_zero(self) -> bool:
        """Whether no difference at all is among what is plausible."""
        return self.low <= 0 <= self.high


@dataclass(frozen=True, slots=True)
class Welch:
    """Welch's comparison of two means (Welch 1947): t, degrees of freedom, interval of the difference."""

    t: float
    degrees_of_freedom: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class Published:
    """What is published of people's scores: how many, their mean, their deviation, how many have each score.

    What is not published is None. `scores` has numbers of people by score.
    """

    n: int
    mean: Decimal
    deviation: Decimal | None
    scores: Mapping[str, int] | None


def mean(scores: Sequence[Score]) -> Fraction:
    """The exact mean of at least one score."""
    return Fraction(sum(scores), len(scores))


def variance(scores: Sequence[Score]) -> Fraction:
    """The exact sample variance (divided by n - 1) of at least two scores."""
    number, total = len(scores), sum(scores)
    return Fraction(number * sum(score * score for score in scores) - total * total, number * (number - 1))


def deviation(scores: Sequence[Score]) -> float | None:
    """The sample standard deviation; None for fewer than two scores."""
    return sqrt(variance(scores)) if len(scores) >= _FEWEST else None


def agreement(items: Sequence[Sequence[Score]], points: int) -> float | None:
    """How far people agree: rwg, 0 for answers as if by chance to 1 for all the same.

    `items` has the answers to each item, on a scale of `points` points; None for fewer than two people. For one item
    it is max(0, 1 - s^2 / ((A^2 - 1) / 12)) (James, Demaree and Wolf 1984); for several, the mean of their variances
    takes the place of s^2 (Lindell, Brandt and Whitney 1999).
    """
    if any(len(answers) < _FEWEST for answers in items):
        return None
    by_chance = Fraction(points**2 - 1, 12)
    return float(max(Fraction(0), 1 - mean([variance(answers) for answers in items]) / by_chance))


def welch(before: Sequence[Score], after: Sequence[Score]) -> Welch | None:
    """The difference of two means, after minus before, of different people; None where it cannot be estimated.

    It cannot where a side has fewer than two scores, or where on both sides all scores are the same.
    """
    if min(len(before), len(after)) < _FEWEST:
        return None
    first, second = variance(before) / len(before), variance(after) / len(after)
    difference = float(mean(after) - mean(before))
    return _welch(difference, (float(first), len(before)), (float(second), len(after)))


def welch_of(before: Published, after: Published) -> Welch | None:
    """The same from what is published of both sides, with their deviations."""
    assert before.deviation is not None
    assert after.deviation is not None
    first, second = float(before.deviation) ** 2 / before.n, float(after.deviation) ** 2 / after.n
    return _welch(float(after.mean - before.mean), (first, before.n), (second, after.n))


def _welch(difference: float, before: tuple[float, int], after: tuple[float, int]) -> Welch | None:
    """From the difference of means, and of each side the squared error of its mean and its number of people."""
    first, second = before[0], after[0]
    if first + second == 0:
        return None
    from scipy.special import stdtrit  # noqa: PLC0415 - slow to import, and needed only where a round is published

    freedom = (first + second) ** 2 / (first**2 / (before[1] - 1) + second**2 / (after[1] - 1))
    error = sqrt(first + second)
    margin = float(stdtrit(freedom, (1 + CONFIDENCE) / 2)) * error
    return Welch(difference / error, freedom, Interval(difference - margin, difference + margin))


def cliffs_delta(before: Sequence[Score], after: Sequence[Score]) -> float:
    """How often an `after` score is above a `before` score, less how often it is below: -1 to 1 (Cliff 1993)."""
    above = sum(later > earlier for later in after for earlier in before)
    below = sum(later < earlier for later in after for earlier in before)
    return (above - below) / (len(before) * len(after))


def delta_of(before: Mapping[str, int], after: Mapping[str, int]) -> float:
    """The same from how many people have each score."""
    first = [(Decimal(score), people) for score, people in before.items()]
    second = [(Decimal(score), people) for score, people in after.items()]
    signs = sum(
        people * others * ((later > earlier) - (later < earlier))
        for later, people in second
        for earlier, others in first
    )
    return signs / (sum(before.values()) * sum(after.values()))


def size_of(delta: float) -> str:
    """A word for the size of a Cliff's delta: NEGLIGIBLE, SMALL, MEDIUM or LARGE (Romano et al. 2006)."""
    limits = ((0.147, "NEGLIGIBLE"), (0.33, "SMALL"), (0.474, "MEDIUM"))
    return next((word for limit, word in limits if abs(delta) < limit), "LARGE")
