"""Exact row reduction against an attacker that tries every set of people, with arithmetic of its own."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.assessments import lattice
from domain.assessments.lattice import contains_sign, isolates
from domain.assessments.swaps import could_differ
from tests.domain.assessments.attacker import Unknown, isolated

Scene = tuple[list[dict[int, int]], list[int], list[frozenset[Unknown]]]


@st.composite
def cells(draw: st.DrawFn) -> Scene:
    """Any sets of people in atoms, not only those that groupings give: as rows, and as sums over people."""
    people = draw(st.lists(st.integers(1, 7), min_size=1, max_size=8))
    masks = draw(st.lists(st.integers(1, 2 ** len(people) - 1), min_size=1, max_size=6))
    rows = [{atom: 1 for atom in range(len(people)) if mask >> atom & 1} for mask in masks]
    sums: list[frozenset[Unknown]] = [
        frozenset(((atom, n), "item") for atom in row for n in range(people[atom])) for row in rows
    ]
    return rows, people, sums


@settings(max_examples=300, deadline=None)
@given(cells(), st.integers(3, 7))
def test_isolation_is_found_exactly_where_it_is(scene: Scene, k: int) -> None:
    rows, people, sums = scene
    assert isolates(rows, people, k) == (isolated(sums, k) is not None)


def test_a_search_that_does_not_end_says_the_safe_thing(monkeypatch: pytest.MonkeyPatch) -> None:
    rows, people = [{0: 1, 1: 1, 2: 1, 3: 1, 4: 1}, {4: 1, 5: 1, 6: 1, 7: 1, 8: 1}], [1] * 9
    assert not isolates(rows, people, 5)
    monkeypatch.setattr(lattice, "MOST_STEPS", 1)
    assert isolates(rows, people, 5)


@pytest.mark.parametrize(
    ("rows", "signs", "there"),
    [
        ([], {}, False),
        ([{0: 2, 1: 3}], {0: 1, 1: 1}, True),
        ([{0: -2, 1: 3}], {0: -1, 1: 1}, True),
        ([{0: -2, 1: 3}], {0: 1, 1: 1}, False),
        ([{0: 1, 2: -1}, {1: 1, 2: 1}], {0: 1, 1: 1, 2: 1}, True),
        ([{0: 1, 2: -1}, {1: 1, 2: -1}], {0: 1, 1: 1, 2: 1}, False),
        ([{0: 1, 2: -1}, {1: 1, 2: -1}], {0: 1, 1: 1, 2: -1}, True),
    ],
)
def test_combinations_of_a_sign(rows: list[dict[int, int]], signs: dict[int, int], there: bool) -> None:
    assert contains_sign(rows, signs) is there


@pytest.mark.parametrize(
    ("answers", "could"),
    [
        ({1: [1, 2]}, True),
        ({1: [2, 2]}, False),
        ({1: [2, 2], 3: [1, 3]}, True),  # one goes up by an exchange with a 3, another down by one with a 1
        ({1: [2, 2], 3: [3, 3]}, False),
        ({1: [2], 3: [1, 3]}, False),
        ({0b0101: [1], 0b0110: [2], 0b1001: [2], 0b1010: [1]}, True),  # two by two: exchanges along both rows
        ({0b0101: [1], 0b0110: [2], 0b1001: [1], 0b1010: [2]}, False),
    ],
)
def test_who_could_have_answered_otherwise(answers: dict[int, list[int]], could: bool) -> None:
    assert could_differ(answers) is could
