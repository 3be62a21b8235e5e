"""What changed between two rounds, and how far two groups are apart, said so that it does not overclaim.

The two sides are taken as different people: answers are not linked to anybody, so nobody can be followed. The caller
compares only cells whose spread both rounds publish, and rounds without a spread by `bare`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from domain.assessments.instrument import Instrument
from domain.assessments.statistics import (
    Interval,
    Published,
    Welch,
    cliffs_delta,
    delta_of,
    mean,
    size_of,
    welch,
    welch_of,
)
from domain.errors import Refused

NOT_COMPARABLE = "NOT_COMPARABLE"


class NotEstimable(StrEnum):
    """Why a difference has no interval."""

    CONSTANT = "CONSTANT"  # on each side everybody has the same score
    TOO_FEW = "TOO_FEW"  # a side has fewer than two people
    WITHHELD = "WITHHELD"  # a side's spread is not published


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference of two means, the second minus the first, in the unit of the scores.

    `interval` is Welch's of 95 %, or why there is none. `delta` is Cliff's, with `size` as its word, or both None
    where it is withheld with the spread.
    """

    first_n: int
    first_mean: Fraction
    second_n: int
    second_mean: Fraction
    interval: Interval | NotEstimable
    welch: Welch | None = None
    delta: float | None = None
    size: str | None = None

    @property
    def difference(self) -> Fraction:
        """The second mean minus the first, exactly."""
        return self.second_mean - self.first_mean


@dataclass(frozen=True, slots=True)
class Turnout:
    """How many of those invited answered."""

    answered: int
    invited: int

    def __str__(self) -> str:
        return f"{self.answered} of {self.invited}"


def require_comparable(before: Instrument, after: Instrument) -> None:
    """Make sure that both rounds asked the same: one instrument in one version.

    Raises:
        Refused: NOT_COMPARABLE.
    """
    if before.identity != after.identity:
        raise Refused(
            NOT_COMPARABLE,
            f"“{before.title}”, version {before.version}, and “{after.title}”, version {after.version}, do not ask "
            "and score the same. Compare rounds of one version of one instrument.",
        )


def compare(first: Sequence[Fraction], second: Sequence[Fraction]) -> Difference:
    """How far two groups of scores, one for each person and none of them empty, are apart."""
    found, delta = welch(first, second), cliffs_delta(first, second)
    too_few = min(len(first), len(second)) == 1
    return Difference(
        first_n=len(first),
        first_mean=mean(first),
        second_n=len(second),
        second_mean=mean(second),
        interval=found.interval if found else NotEstimable.TOO_FEW if too_few else NotEstimable.CONSTANT,
        welch=found,
        delta=delta,
        size=size_of(delta),
    )


def bare(first_n: int, first_mean: Fraction, second_n: int, second_mean: Fraction) -> Difference:
    """The difference alone, where the spread of a side is withheld."""
    return Difference(first_n, first_mean, second_n, second_mean, NotEstimable.WITHHELD)


def published_difference(first: Published, second: Published) -> Difference:
    """How far two published results are apart, by what is published of them and nothing else.

    Cliff's delta needs how many people have each score; the interval needs how far they differ.
    """
    means = first.n, Fraction(first.mean), second.n, Fraction(second.mean)
    if first.deviation is None or second.deviation is None:
        return bare(*means)
    found = welch_of(first, second)
    shown = first.scores is not None and second.scores is not None
    delta = delta_of(first.scores or {}, second.scores or {}) if shown else None
    return Difference(
        *means,
        interval=found.interval if found else NotEstimable.CONSTANT,
        welch=found,
        delta=delta,
        size=None if delta is None else size_of(delta),
    )


def change_in_words(change: Difference, before: Turnout, after: Turnout) -> str:
    """One plain sentence on a change between two rounds."""
    return f"{_verdict(change, 'change')}; {before} answered, then {after}."


def gap_in_words(gap: Difference, first: str, second: str) -> str:
    """One plain sentence on how far the second group is from the first."""
    return f"{second} against {first}: {_lowered(_verdict(gap, 'difference'))}; n is {gap.second_n} and {gap.first_n}."


_REASONS = {
    NotEstimable.CONSTANT: "everybody on each side has the same score",
    NotEstimable.TOO_FEW: "too few people answered",
    NotEstimable.WITHHELD: "the spread of a side is not published",
}


def _verdict(difference: Difference, noun: str) -> str:
    interval, moved = difference.interval, float(difference.difference)
    if isinstance(interval, NotEstimable):
        return f"{_direction(moved, noun)}; how certain that is cannot be estimated, as {_REASONS[interval]}"
    words = f"No clear {noun}" if interval.has_zero else f"Probably {'higher' if moved > 0 else 'lower'}"
    places = _places(interval)
    return (
        f"{words}: {_signed(moved, places)}, "
        f"between {_signed(interval.low, places)} and {_signed(interval.high, places)}"
    )


def _direction(moved: float, noun: str) -> str:
    if moved == 0:
        return f"No {noun} in the average"
    return f"The average is {'higher' if moved > 0 else 'lower'}: {_signed(moved, 1 if abs(moved) >= 0.05 else 3)}"  # noqa: PLR2004


def _places(interval: Interval) -> int:
    """As few decimals, from one, as do not make an end that is above or below 0 look like 0."""
    ends = [abs(end) for end in (interval.low, interval.high) if end]
    return next((places for places in (1, 2, 3) if all(round(end, places) for end in ends)), 4)


def _signed(number: float, places: int) -> str:
    rounded = round(number, places)
    sign = "+" if rounded > 0 else "\N{MINUS SIGN}" if rounded < 0 else ""
    return f"{sign}{abs(rounded):.{places}f}"


def _lowered(words: str) -> str:
    return words[0].lower() + words[1:]
