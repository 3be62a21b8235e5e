"""Known teams: what is published of them, and that each rule holds something which falls when the rule is gone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

import pytest

from domain.assessments import blocks, disclosure, extremes, guarding, separating
from domain.assessments.blocks import Block
from domain.assessments.cells import OVERALL, Cell, Participant, Plan, Respondent
from domain.assessments.disclosure import decide
from domain.assessments.instrument import Instrument
from domain.assessments.results import publish
from domain.assessments.scoring import subjects
from domain.errors import Refused
from tests.domain.assessments.attacker import certain, equations, isolated
from tests.domain.assessments.scenes import ONE, THREE, TWO, answering, instrument, release, team

NORTH, SOUTH, WEST = (Cell("organisation", name) for name in ("North", "South", "West"))
PLAN = Plan.of({"organisation": ["North", "South", "West"]})


def organisations(**sizes: int) -> list[str]:
    return [name for name, size in sizes.items() for _ in range(size)]


def varied(count: int) -> list[int]:
    """Answers that differ, in every group of two or more."""
    return [2 + number % 3 for number in range(count)]


def north_south_west(north: int, south: int, west: int) -> list[Respondent]:
    return team(varied(north + south + west), organisation=organisations(North=north, South=south, West=west))


@pytest.mark.parametrize(
    ("sizes", "published"),
    [
        ((7, 6, 5), [OVERALL, NORTH, SOUTH, WEST]),
        ((7, 6, 0), [OVERALL, NORTH, SOUTH]),
        (
            (7, 6, 4),
            [OVERALL, NORTH],
        ),  # South goes too: else the rest, after North and South, would be four people
        ((9, 3, 3), [OVERALL, NORTH]),  # those in small groups are six together
        ((4, 4, 4), [OVERALL]),
        ((12, 2, 2), [OVERALL]),  # North would leave four
        ((5, 0, 0), [OVERALL, NORTH]),
        ((2, 1, 1), []),
    ],
)
def test_a_small_group_takes_others_with_it(sizes: tuple[int, int, int], published: list[Cell]) -> None:
    decision = decide(ONE, PLAN, north_south_west(*sizes))
    assert list(decision.participants) == published
    assert list(decision.scores["open"]) == published


def test_groups_of_two_groupings_that_differ_by_few_are_not_both_shown() -> None:
    plan = Plan.of({"organisation": ["North", "South"], "side": ["Staff", "Management"]})

    def crossing(both: int, apart: int) -> list[Cell]:
        sizes = [
            ("North", "Staff", both),
            ("North", "Management", apart),
            ("South", "Staff", apart),
            ("South", "Management", both),
        ]
        groups = [(o, s) for o, s, size in sizes for _ in range(size)]
        people = team(varied(len(groups)), organisation=[o for o, _ in groups], side=[s for _, s in groups])
        return list(decide(ONE, plan, people).scores["open"])

    assert len(crossing(6, 4)) == 5  # North minus Staff is about eight people
    assert crossing(8, 2) == [OVERALL, Cell("organisation", "North"), Cell("organisation", "South")]


def test_k_holds_for_each_item() -> None:
    people = answering([{"open": 3 + n % 2, "kind": 2 + n % 2 if n < 4 else None} for n in range(9)])
    decision = decide(TWO, Plan.of({}), people)
    assert decision.scores == {"open": (OVERALL,), "kind": (), "trust": ()}
    assert publish(TWO, decision, people).participants == {OVERALL: 9}


def test_items_and_their_dimension_count_the_same_people() -> None:
    people = answering([{"open": 3 + n % 2, "kind": 2 + n % 2 if n else None} for n in range(9)])
    decision = decide(TWO, Plan.of({}), people)
    assert {r.key: r.n for r in publish(TWO, decision, people).results} == {"trust": 8, "open": 8, "kind": 8}


def test_a_dimension_that_few_finished_is_worked_out_from_its_items() -> None:
    people = answering(
        [{"open": 4 if n < 8 else None, "kind": 2 + n % 2 if n > 1 else None} for n in range(10)]
    )
    decision = decide(TWO, Plan.of({}), people)
    assert decision.block_of(subjects(TWO)[0]) is None
    result = publish(TWO, decision, people).of("trust", OVERALL)
    assert result is not None
    assert (result.n, float(result.score), result.deviation) == (8, 3.25, None)


@pytest.mark.parametrize("everybody", [1, 5])
def test_where_all_gave_the_extreme_answer_nothing_is_said(everybody: int) -> None:
    assert decide(ONE, Plan.of({}), team([everybody] * 9)).scores["open"] == ()


def test_where_all_gave_one_answer_in_between_the_spread_is_not_said() -> None:
    decision = decide(ONE, Plan.of({}), team([3] * 12))
    assert (decision.scores["open"], decision.spreads["open"]) == ((OVERALL,), ())


def test_a_group_at_the_extreme_takes_another_with_it() -> None:
    people = team([5] * 6 + varied(12), organisation=organisations(North=6, South=6, West=6))
    assert list(decide(ONE, PLAN, people).scores["open"]) == [OVERALL, SOUTH]


def test_an_item_at_the_extreme_takes_another_with_it_rather_than_the_dimension() -> None:
    asked = instrument({"trust": ["open", "kind", "calm"]}, scale=THREE)
    people = answering([{"open": 3, "kind": 1 + n % 2, "calm": 1 + n % 3} for n in range(9)])
    scores = decide(asked, Plan.of({}), people).scores
    assert scores == {"trust": (OVERALL,), "open": (), "kind": (), "calm": (OVERALL,)}


def test_a_distribution_needs_twice_as_many() -> None:
    few, many = decide(ONE, Plan.of({}), team(varied(9))), decide(ONE, Plan.of({}), team(varied(10)))
    assert (few.spreads["open"], few.distributions["open"]) == ((OVERALL,), ())
    assert many.distributions["open"] == (OVERALL,)


def test_comments_need_eight_and_have_an_order_of_their_own() -> None:
    asked = instrument({"trust": ["open"]}, comments=True)
    seven = [Respondent(n, {}, {"open": 3}, {"open": f"Comment {n}"}) for n in range(7)]
    eight = [*seven, Respondent(7, {}, {"open": 4}, {"open": "  "})]
    assert decide(asked, Plan.of({}), seven).comments == ()
    shown = [
        [comment.text for comment in publish(asked, decide(asked, Plan.of({}), people), people).comments]
        for people in (eight, eight[::-1])
    ]
    assert shown[0] == shown[1] != sorted(shown[0])
    assert sorted(shown[0]) == [f"Comment {n}" for n in range(7)]
    assert decide(ONE, Plan.of({}), eight).comments == ()


def test_somebody_who_joins_between_overlapping_rounds_is_not_the_difference() -> None:
    first, second = team(varied(10)), team(varied(11))
    before = release(ONE, decide(ONE, Plan.of({}), first), first)
    assert decide(ONE, Plan.of({}), second, before=[before]).scores["open"] == ()
    later = team(varied(15))
    assert decide(ONE, Plan.of({}), later, before=[before]).scores["open"] == (OVERALL,)


def test_without_a_link_rounds_are_told_apart_by_who_took_part() -> None:
    first, second = team(varied(10)), team(varied(11), prefix="q")
    present = [Participant(n, {}) for n in range(11)]
    decision = decide(ONE, Plan.of({}), first, participants=present[:10])
    released = release(ONE, decision, first, participants=present[:10])
    assert released.participants.cells == (frozenset(range(10)),)
    assert decide(ONE, Plan.of({}), second, participants=present, before=[released]).participants == ()


@pytest.mark.parametrize(
    ("groupings", "k", "code"),
    [
        ({}, 2, "K_TOO_LOW"),
        ({"side": ["Staff", "Staff"]}, 5, "REPEATED_GROUP"),
        ({"side": [""]}, 5, "UNNAMED_GROUP"),
    ],
)
def test_a_plan_is_refused(groupings: dict[str, list[str]], k: int, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        Plan.of(groupings, k)
    assert refusal.value.code == code


def test_what_cannot_be_is_an_error() -> None:
    people = team(varied(6))
    with pytest.raises(ValueError, match="same key"):
        decide(ONE, PLAN, [*people, people[0]])
    with pytest.raises(ValueError, match="same groups"):
        decide(ONE, PLAN, people, participants=people[:5])


# What holds where all rules do, and falls where one is gone.


def wins(asked: Instrument, plan: Plan, people: Sequence[Respondent]) -> bool:
    """Whether the attacker learns something of this round."""
    decision = decide(asked, plan, people)
    if isolated([*equations(asked, decision, people)], plan.k) is not None:
        return True
    return asked.scale == THREE and bool(certain(asked, decision, people))


SMALL = Plan.of({"organisation": ["North", "South"]}, 3)
FIVE_AND_ONE = team([1, 2, 3, 4, 3, 4], organisation=organisations(North=5, South=1))
SKIPPING = answering([{"open": 3 + n % 2, "kind": 2 + n % 2 if n else None} for n in range(6)])
TOP = team([3, 3, 3, 1, 2, 1], organisation=organisations(North=3, South=3))
MIDDLE = team([2, 2, 2, 1, 2, 1], organisation=organisations(North=3, South=3))
ONE_OF_THREE = instrument({"trust": ["open"]}, scale=THREE)


SITES = Plan.of({"organisation": ["West"], "side": ["Staff"], "site": ["B"]}, 3)
# Each by organisation, side and site: no bound settles an answer, and yet only one set of whole answers fits.
PUZZLE = team(
    [3, 2, 3, 3, 3, 1, 2],
    organisation=["West", None, None, None, "West", "West", "West"],
    side=[None, None, None, "Staff", None, "Staff", "Staff"],
    site=["B", None, "B", None, None, None, "B"],
)


def apart(asked: Instrument, *_: Any) -> tuple[Block, ...]:
    """Blocks as they would be if each score counted whoever can be counted for it."""
    return tuple(Block(subject.items) for subject in reversed(subjects(asked)))


Switch = tuple[ModuleType, str, Callable[..., Any]]
"""A function of a module, and what stands in for it where its rule is gone."""

RULES: dict[str, tuple[Instrument, Plan, list[Respondent], list[Switch]]] = {
    "no combination about fewer than k": (
        ONE,
        SMALL,
        FIVE_AND_ONE,
        [(separating, "isolates", lambda *_: False)],
    ),
    "at least k in a cell": (
        ONE,
        SMALL,
        team([1, 2], organisation=organisations(North=2)),
        [(separating, "isolates", lambda *_: False), (separating, "large_enough", lambda *_: True)],
    ),
    "items and dimension count the same people": (
        TWO,
        Plan.of({}, 3),
        SKIPPING,
        [(disclosure, "blocks_of", apart)],
    ),
    "no sum at its extreme": (ONE_OF_THREE, SMALL, TOP, [(extremes, "contains_sign", lambda *_: False)]),
    "no sums that settle an answer as a puzzle does": (
        ONE_OF_THREE,
        SITES,
        PUZZLE,
        [(guarding, "could_move", lambda *_: True), (guarding, "could_differ", lambda *_: False)],
    ),
    "no spread that leaves no choice": (
        ONE_OF_THREE,
        SMALL,
        MIDDLE,
        [(guarding, "could_differ", lambda *_: True)],
    ),
}


@pytest.mark.parametrize("rule", RULES)
def test_without_the_rule_the_attacker_wins(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, plan, people, switches = RULES[rule]
    assert not wins(asked, plan, people)
    for module, name, gone in switches:
        monkeypatch.setattr(module, name, gone)
    assert wins(asked, plan, people)


def test_without_the_size_of_crowds_comments_of_a_few_would_be_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = instrument({"trust": ["open"]}, comments=True)
    people = team(varied(12), organisation=organisations(North=7, South=5))
    assert decide(asked, PLAN, people).comments == (OVERALL,)
    monkeypatch.setattr(guarding, "is_crowd", lambda *_: True)
    assert decide(asked, PLAN, people).comments == (OVERALL, NORTH, SOUTH)


def test_without_a_share_that_finished_a_dimension_would_speak_for_few(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    people = answering([{"open": 3 + n % 2, "kind": 2 + n % 2 if n < 5 else None} for n in range(12)])
    assert decide(TWO, Plan.of({}), people).blocks == (Block(("open",)), Block(("kind",)))
    monkeypatch.setattr(blocks, "COMPLETE_ENOUGH", 0)
    assert decide(TWO, Plan.of({}), people).blocks == (Block(("open", "kind")),)
