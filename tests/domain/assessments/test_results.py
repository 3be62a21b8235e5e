"""Numbers of what is published."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import pytest

from domain.assessments.cells import OVERALL, Cell, Plan, Respondent
from domain.assessments.change import compare
from domain.assessments.disclosure import decide
from domain.assessments.instrument import Band, Instrument, Scoring
from domain.assessments.reading import shipped
from domain.assessments.results import Result, Results, differ_most, publish, ranked, scores
from domain.assessments.statistics import Interval
from tests.domain.assessments.scenes import FIVE, THREE, TWO, answering, instrument

ALL = Plan.of({})


def published(asked: Instrument, people: Sequence[Respondent], plan: Plan = ALL) -> Results:
    return publish(asked, decide(asked, plan, people), people)


def rows(**columns: Sequence[int | None]) -> list[Respondent]:
    """Answers by person from answers by item."""
    return answering([dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)])


def shown(results: Results, key: str, cell: Cell = OVERALL) -> Result:
    """A result that is published."""
    result = results.of(key, cell)
    assert result is not None
    return result


OPEN, KIND = [2, 3, 4, 4, 5, 3], [1, 1, 2, 3, 3, 4]


def test_means() -> None:
    result = shown(published(TWO, rows(open=OPEN, kind=KIND)), "trust")
    assert (result.n, result.score) == (6, Fraction(35, 12))
    assert result.deviation == pytest.approx(0.97040, abs=1e-5)
    # Variances of the items are 1.1 and 1.4667; by chance they would be 2.
    assert result.agreement == pytest.approx(1 - (1.1 + 22 / 15) / 2 / 2)


def test_sums_and_their_bands() -> None:
    bands = (Band("high", "High", Fraction(5)), Band("low", "Low", None))
    asked = instrument({"trust": ["open", "kind"]}, scale=THREE, scoring=Scoring.SUM, bands=bands)
    result = shown(published(asked, rows(open=[1, 2, 3] * 4, kind=[2, 2, 3] * 4)), "trust")
    assert result.band is not None
    assert (result.score, result.band.key) == (Fraction(13, 3), "low")
    assert result.distribution == {"high": 4, "low": 8}


def test_percent_favourable_is_the_share_of_the_top_two() -> None:
    asked = instrument({"trust": ["open", "kind"]}, scoring=Scoring.PERCENT_FAVOURABLE)
    results = published(asked, rows(open=OPEN, kind=KIND))
    assert [(r.key, r.n, r.score) for r in results.results] == [
        ("trust", 6, Fraction(100 * 4, 12)),
        ("open", 6, 50),
        ("kind", 6, Fraction(100, 6)),
    ]


def test_reversed_items_are_turned_round() -> None:
    asked = instrument({"trust": ["open", "kind"]}, reverse=["kind"])
    results = published(asked, rows(open=OPEN * 2, kind=KIND * 2))
    assert shown(results, "kind").score == 6 - Fraction(14, 6)
    assert shown(results, "kind").distribution == {"1": 0, "2": 2, "3": 4, "4": 2, "5": 4}


def test_items_are_ranked_and_so_is_where_people_differ() -> None:
    asked = instrument({"trust": ["open", "kind", "calm"]})
    results = published(asked, rows(open=OPEN, kind=KIND, calm=[3, 4, 3, 4, 3, 4]))
    assert [result.key for result in ranked(results, asked, OVERALL)] == ["open", "calm", "kind"]
    assert [result.key for result in differ_most(results, asked, OVERALL)] == ["kind", "open", "calm"]


def test_a_derived_percentage_is_the_mean_of_its_items() -> None:
    asked = instrument({"trust": ["open", "kind"]}, scoring=Scoring.PERCENT_FAVOURABLE, scale=FIVE)
    people = rows(open=[5, 4, 1, 1, 2, 2, None, None], kind=[None, None, 5, 4, 4, 1, 1, 1])
    results = published(asked, people)
    assert [(r.key, r.n, r.score) for r in results.results] == [
        ("trust", 6, Fraction(125, 3)),
        ("open", 6, Fraction(100, 3)),
        ("kind", 6, 50),
    ]


def test_agreement_does_not_tell_a_spread_that_is_withheld() -> None:
    asked = instrument({"trust": ["open", "kind"]})
    results = published(asked, rows(open=[3] * 6, kind=KIND))
    assert shown(results, "open").deviation is None
    assert shown(results, "trust").deviation is not None
    assert shown(results, "trust").agreement is None


def test_people_are_compared_only_where_the_spread_is_published() -> None:
    people = rows(open=OPEN, kind=[3] * 6)
    decision = decide(TWO, ALL, people)
    assert scores(TWO, decision, "open", OVERALL, people) == [Fraction(mark) for mark in OPEN]
    assert scores(TWO, decision, "kind", OVERALL, people) is None


def audit(marks: Sequence[Sequence[int]], side: Sequence[str]) -> list[Respondent]:
    """An audit in which each person gave an item one of its marks, in turn."""
    asked = shipped()["partnership-behaviours"]
    return [
        Respondent(
            number,
            {"side": side[number]},
            {item.key: marks[place][number % len(marks[place])] for place, item in enumerate(asked.items)},
        )
        for number in range(len(side))
    ]


# Means of 4.6 and 5.8, and eight that make 6.02 of all ten: the published figures of a regional forum.
FIRST = [
    [4, 5, 5, 4, 5, 4, 5, 5, 4, 5],
    [5, 6, 6, 6, 6, 5, 6, 6, 6, 6],
    *[[6, 6, 7, 6, 6, 7, 6, 6, 6, 6]] * 6,
    *[[6, 6, 6, 7, 6, 7, 6, 7, 6, 6]] * 2,
]
# 59 of 100 marks rose by 3, 41 by 2: 2.59 on average.
SECOND = [[mark + 3 - (n * 10 + p < 41) for n, mark in enumerate(marks)] for p, marks in enumerate(FIRST)]
SIDES = ["Management", "Staff"] * 10
TWO_SIDES = Plan.of({"side": ["Management", "Staff"]})


def test_the_published_figures_of_a_forum_come_out() -> None:
    asked, people = shipped()["partnership-behaviours"], audit(FIRST, SIDES)
    results = published(asked, people, TWO_SIDES)
    assert shown(results, "total").score == Fraction("6.02")
    assert [float(result.score) for result in ranked(results, asked, OVERALL)[-2:]] == [5.8, 4.6]
    assert shown(results, "total", Cell("side", "Staff")).n == 10


def test_the_published_rise_of_the_forum_comes_out() -> None:
    asked, rounds = shipped()["partnership-behaviours"], [audit(FIRST, SIDES), audit(SECOND, SIDES)]
    before, after = [
        scores(asked, decide(asked, TWO_SIDES, people), "total", OVERALL, people) for people in rounds
    ]
    assert before is not None
    assert after is not None
    change = compare(before, after)
    assert change.difference == Fraction("2.59")
    assert isinstance(change.interval, Interval)
    assert change.interval.low > 2
