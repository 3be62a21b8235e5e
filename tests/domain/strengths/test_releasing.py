"""Which counts of a whole team are told: the rule, and an attacker who tries everything that could have been."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.strengths.releasing import Earlier, Question, is_large_enough, publishable

CASES = int(os.environ.get("TANDEM_TEST_CASES", "500"))
ABC = ("a", "b", "c")


def question(
    has: Sequence[str],
    *,
    known: Iterable[Iterable[int]] = ((),),
    before: Sequence[tuple[Iterable[int], str]] = (),
    people: Iterable[int] | None = None,
    k: int = 3,
) -> Question:
    """People by number, each with the strengths that are the letters of a word."""
    return Question(
        people=frozenset(range(len(has)) if people is None else people),
        has={person: frozenset(word) for person, word in enumerate(has)},
        known=[frozenset(each) for each in known],
        before=[Earlier(frozenset(those), frozenset(word)) for those, word in before],
        k=k,
    )


def told(asked: Question) -> str:
    """The strengths that are told, as a word."""
    return "".join(sorted(map(str, publishable(asked, ABC)))) if is_large_enough(asked) else "-"


MIXED = ["ab", "bc", "ac", "ab", "bc"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (question(MIXED), "abc"),
        (question(MIXED[:2]), "-"),
        (question(MIXED, k=6), "-"),
        # Who is shown is subtracted: two are left, which is fewer than k; all of them are shown: nothing is hidden.
        (question(MIXED, known=[[0, 1, 2]]), "-"),
        (question(MIXED, known=[[0, 1, 2, 3, 4]]), "abc"),
        (question(MIXED, known=[[], [0, 1, 2]]), "-"),
        (question(MIXED, known=[[0, 1]]), "abc"),
        # Everybody has a, nobody b: both go, and together they leave it open.
        (question(["ac", "ac", "a"]), "c"),
        (question(["a", "a", "a"]), ""),
        # Nobody has c: a goes with it, or c would be what is missing.
        (question(["ab", "b", "a", "ab"]), "b"),
        # One has joined since all was told; three have, and all of them have b.
        (question(MIXED, before=[([0, 1, 2, 3], "abc")]), "-"),
        (question([*MIXED, "ab", "ac"], before=[([0, 1, 2, 3], "abc")]), "abc"),
        (question([*MIXED, "ab", "bc"], before=[([0, 1, 2, 3], "abc")]), "c"),
        # The three who joined all have a, or none of them has b: the difference would tell.
        (question(["ab", "bc", "c", "a", "ac", "a"], before=[([0, 1, 2], "a")]), "c"),
        (question(["ab", "bc", "c", "a", "ac", "a"], before=[([0, 1, 2], "b")]), "a"),
    ],
)  # fmt: skip
def test_what_is_told(asked: Question, expected: str) -> None:
    assert told(asked) == expected


def test_nothing_is_told_of_those_who_are_gone() -> None:
    asked = question(MIXED, before=[([0, 1, 2, 3, 4, 9], "abc")], k=1)
    assert publishable(asked, ABC) == frozenset()


@st.composite
def _questions(draw: st.DrawFn) -> tuple[Question, list[Question]]:
    """A team of up to seven that is told of up to three times, as people come, go and show what they have."""
    number = draw(st.integers(3, 7))
    has = [draw(st.sets(st.sampled_from(ABC), min_size=1).map("".join)) for _ in range(number)]
    some = st.sets(st.integers(0, number - 1))
    known = draw(st.lists(some, min_size=1, max_size=2))
    asked: list[Question] = []
    before: list[tuple[set[int], str]] = []
    for people in draw(st.lists(some, min_size=1, max_size=3)):
        each = question(has, known=known, before=before, people=people)
        if told(each) != "-":
            asked.append(each)
            before.append((people, told(each)))
    return question(has, known=known), asked


@settings(max_examples=CASES, deadline=None)
@given(_questions())
def test_an_attacker_never_learns_what_somebody_has(made: tuple[Question, list[Question]]) -> None:
    """Every assignment of a strength that gives the counts told is tried: nobody's is the same in all of them."""
    whole, asked = made
    for known, strength in product(whole.known, ABC):
        sets = [each.people for each in asked if strength in told(each)]
        hidden = sorted(frozenset().union(*sets) - known, key=str)
        truth = {person for person in hidden if strength in whole.has[person]}
        counts = [len(people & truth) for people in sets]
        possible = [
            chosen
            for size in range(len(hidden) + 1)
            for chosen in map(frozenset, combinations(hidden, size))
            if [len(people & chosen) for people in sets] == counts
        ]
        for person in hidden:
            assert len({person in chosen for chosen in possible}) == 2, (strength, person)


@settings(max_examples=CASES, deadline=None)
@given(_questions())
def test_an_attacker_never_adds_up_fewer_than_k(made: tuple[Question, list[Question]]) -> None:
    """Sums and differences of what was told are about nobody hidden, or about k of them."""
    whole, asked = made
    for known in whole.known:
        sets = [each.people - known for each in asked]
        for signs in product((-1, 0, 1), repeat=len(sets)):
            weights = [
                sum(sign for sign, people in zip(signs, sets, strict=True) if person in people)
                for person in whole.has
            ]
            assert sum(map(bool, weights)) not in {1, 2}
