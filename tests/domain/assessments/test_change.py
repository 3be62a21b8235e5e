"""Statistics against SciPy and against the vectors of the literature, and what is said of a change."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from domain.assessments.change import (
    Difference,
    NotEstimable,
    Turnout,
    bare,
    change_in_words,
    compare,
    gap_in_words,
    require_comparable,
)
from domain.assessments.reading import shipped
from domain.assessments.statistics import Interval, agreement, cliffs_delta, deviation, size_of, welch
from domain.errors import Refused

BEFORE, AFTER = [5, 6, 6, 7, 5, 6, 7, 6], [8, 9, 8, 9, 8, 7, 9, 9, 8]
TURNOUT = Turnout(14, 18), Turnout(16, 19)
scores = st.lists(st.integers(1, 10), min_size=2, max_size=30)


def compared(first: Sequence[int], second: Sequence[int]) -> Difference:
    """Two groups of whole scores, taken exactly as the published ones are."""
    return compare([Fraction(score) for score in first], [Fraction(score) for score in second])


def test_the_vector() -> None:
    change = compared(BEFORE, AFTER)
    assert change.welch is not None
    assert isinstance(change.interval, Interval)
    assert float(change.difference) == pytest.approx(2.3333, abs=5e-5)
    assert change.welch.t == pytest.approx(6.5479, abs=5e-5)
    assert change.welch.degrees_of_freedom == pytest.approx(14.4662, abs=5e-5)
    assert change.interval.low == pytest.approx(1.5713, abs=5e-5)
    assert change.interval.high == pytest.approx(3.0953, abs=5e-5)
    assert change.delta == pytest.approx(0.9722, abs=5e-5)
    assert change.size == "LARGE"


@given(scores, scores)
def test_it_is_what_scipy_says(before: list[int], after: list[int]) -> None:
    assume(len(set(before)) > 1 and len(set(after)) > 1)  # of a constant side SciPy warns
    found = welch(before, after)
    theirs: Any = stats.ttest_ind(after, before, equal_var=False)
    interval = theirs.confidence_interval()
    assert found is not None
    assert (found.t, found.degrees_of_freedom) == pytest.approx((theirs.statistic, theirs.df))
    assert (found.interval.low, found.interval.high) == pytest.approx((interval.low, interval.high))


def test_one_constant_side_can_be_estimated_and_two_cannot() -> None:
    one = welch([3, 3], [3, 4])
    assert one is not None
    assert one.degrees_of_freedom == 1
    assert welch([3, 3], [4, 4]) is None
    assert compared([3, 3], [4, 4]).interval is NotEstimable.CONSTANT


@given(scores, scores)
def test_deltas_are_those_of_mann_and_whitney(before: list[int], after: list[int]) -> None:
    rank_sum = stats.mannwhitneyu(after, before).statistic
    assert cliffs_delta(before, after) == pytest.approx(2 * rank_sum / (len(before) * len(after)) - 1)


@pytest.mark.parametrize(
    ("delta", "size"),
    [(0.1469, "NEGLIGIBLE"), (-0.147, "SMALL"), (0.33, "MEDIUM"), (0.473, "MEDIUM"), (-0.474, "LARGE")],
)
def test_sizes_have_names(delta: float, size: str) -> None:
    assert size_of(delta) == size


@pytest.mark.parametrize(
    ("answers", "points", "agreed"),
    [([3, 3, 3], 5, 1.0), ([1, 5, 1, 5], 5, 0.0), ([3, 4, 4, 5], 5, 1 - (2 / 3) / 2), ([3], 5, None)],
)
def test_agreement(answers: list[int], points: int, agreed: float | None) -> None:
    assert agreement([answers], points) == (agreed if agreed is None else pytest.approx(agreed))


def test_one_person_has_no_spread() -> None:
    assert deviation([3]) is None
    assert deviation([Fraction(1), Fraction(3)]) == pytest.approx(2**0.5)


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        (BEFORE, AFTER, "Probably higher: +2.3, between +1.6 and +3.1; 14 of 18 answered, then 16 of 19."),
        (AFTER, BEFORE, "Probably lower: -2.3, between -3.1 and -1.6; 14 of 18 answered, then 16 of 19."),
        (BEFORE, [*BEFORE, 6], "No clear change: 0.0, between -0.8 and +0.8; 14 of 18 answered, then 16 of 19."),
        (
            [3, 3],
            [4, 4],
            "The average is higher: +1.0; how certain that is cannot be estimated, as everybody on each side has the "
            "same score; 14 of 18 answered, then 16 of 19.",
        ),
        (
            [3],
            [3, 4],
            "The average is higher: +0.5; how certain that is cannot be estimated, as too few people answered; "
            "14 of 18 answered, then 16 of 19.",
        ),
    ],
)  # fmt: skip
def test_a_change_in_words(before: list[int], after: list[int], sentence: str) -> None:
    assert change_in_words(compared(before, after), *TURNOUT).replace("\N{MINUS SIGN}", "-") == sentence


def test_an_end_that_is_not_zero_does_not_look_like_it() -> None:
    before, after = [Fraction(n, 100) for n in (1, 2, 3, 4)], [Fraction(n, 100) for n in (6, 7, 8, 9)]
    assert "between +0.03 and +0.07" in change_in_words(compare(before, after), *TURNOUT)


def test_without_a_spread_only_the_difference_is_said() -> None:
    change = bare(7, Fraction(3), 8, Fraction(3))
    assert (change.interval, change.delta) == (NotEstimable.WITHHELD, None)
    assert change_in_words(change, *TURNOUT).startswith(
        "No change in the average; how certain that is cannot be"
    )


def test_a_gap_in_words() -> None:
    words = gap_in_words(compared(BEFORE, AFTER), "Staff", "Management")
    assert words == "Management against Staff: probably higher: +2.3, between +1.6 and +3.1; n is 9 and 8."


def test_only_rounds_of_one_version_are_compared() -> None:
    short, long = shipped()["five-dimensions-15"], shipped()["five-dimensions-25"]
    require_comparable(short, short)
    with pytest.raises(Refused) as refusal:
        require_comparable(short, long)
    assert refusal.value.code == "NOT_COMPARABLE"
