from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.sessions.mixing import Mix, Numbers, even, figures, mix, same_organisation


def _nobody_met(people: int) -> Numbers:
    return np.zeros((people, people), dtype=np.int64)


def _mixed(
    people: int,
    seats: int,
    rounds: int,
    organisations: Sequence[int],
    *,
    seed: int = 1,
    met: Numbers | None = None,
) -> Mix:
    known = _nobody_met(people) if met is None else met
    return mix(organisations, even(people, seats), rounds=rounds, met=known, seed=seed)


def _pairs(table: Sequence[int]) -> list[tuple[int, int]]:
    at: dict[int, list[int]] = {}
    for person, number in enumerate(table):
        at.setdefault(number, []).append(person)
    return [pair for people in at.values() for pair in combinations(people, 2)]


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(
    "organisations",
    [
        [person % 5 for person in range(120)],
        [person // 24 for person in range(120)],
        [0] * 100 + [1] * 20,
        [0] * 120,
        [-1] * 120,
    ],
    ids=["five mixed", "five in blocks", "one large and one small", "one", "unknown"],
)
def test_120_people_at_tables_of_6_meet_nobody_twice_in_6_rounds(
    organisations: Sequence[int], seed: int
) -> None:
    mixed = _mixed(120, 6, 6, organisations, seed=seed)
    met = Counter(pair for table in mixed.tables for pair in _pairs(table))
    assert set(met.values()) == {1}
    assert len(met) == mixed.figures.met == 6 * 20 * 15
    assert mixed.figures.repeated == 0
    assert all(Counter(table) == Counter(dict.fromkeys(range(20), 6)) for table in mixed.tables)
    assert (mixed.possible, mixed.random_repeated > 100) == (120 * 119 // 2, True)


def test_organisations_are_spread_as_far_as_can_be() -> None:
    mixed = _mixed(120, 6, 6, [person % 5 for person in range(120)])
    # Six people of five organisations at a table: one pair of a kind is the least.
    assert mixed.figures.same_organisation == 6 * 20
    assert mixed.figures.among_their_own == 0
    assert mixed.random_same_organisation > 2 * mixed.figures.same_organisation
    few = _mixed(120, 6, 1, [0] * 100 + [1] * 20)
    assert few.figures.among_their_own == 0
    assert few.figures.same_organisation == 20 * 10


def test_to_meet_somebody_new_counts_for_more_than_to_meet_another_organisation() -> None:
    met = _nobody_met(4)
    for one, other in ((0, 2), (0, 3), (1, 2), (1, 3)):
        met[one, other] = met[other, one] = 1
    mixed = _mixed(4, 2, 1, [0, 0, 1, 1], met=met)
    assert sorted(_pairs(mixed.tables[0])) == [(0, 1), (2, 3)]
    assert (mixed.figures.repeated, mixed.figures.among_their_own, mixed.figures.met) == (0, 4, 6)


def test_the_same_seed_gives_the_same_and_another_another() -> None:
    organisations = [person % 7 for person in range(50)]
    assert _mixed(50, 6, 3, organisations, seed=5) == _mixed(50, 6, 3, organisations, seed=5)
    assert _mixed(50, 6, 3, organisations, seed=5).tables != _mixed(50, 6, 3, organisations, seed=6).tables


def test_a_room_after_the_other_goes_on_where_the_last_left_off() -> None:
    organisations, met = [person % 3 for person in range(36)], _nobody_met(36)
    for seed in range(2):
        mixed = _mixed(36, 6, 1, organisations, seed=seed, met=met)
        assert mixed.figures.repeated == 0
        for one, other in _pairs(mixed.tables[0]):
            met[one, other] += 1
            met[other, one] += 1
    assert met.max() == 1


@pytest.mark.parametrize(
    ("people", "seats", "sizes"),
    [(13, 6, [5, 4, 4]), (12, 6, [6, 6]), (7, 6, [4, 3]), (1, 6, [1]), (6, 6, [6]), (0, 6, [])],
)
def test_tables_are_few_and_even(people: int, seats: int, sizes: list[int]) -> None:
    assert even(people, seats) == sizes


def test_what_does_not_fit_together_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="fit together"):
        mix([0, 0], [3], rounds=1, met=_nobody_met(2), seed=1)
    with pytest.raises(ValueError, match="fit together"):
        mix([0, 0], [2], rounds=1, met=_nobody_met(3), seed=1)


@settings(max_examples=60, deadline=None, database=None)
@given(st.data())
def test_everybody_has_one_seat_and_the_figures_are_those_of_the_tables(data: st.DataObject) -> None:
    people = data.draw(st.integers(1, 30))
    seats, rounds = data.draw(st.integers(2, 8)), data.draw(st.integers(1, 3))
    organisations = data.draw(st.lists(st.integers(-1, 3), min_size=people, max_size=people))
    met = _nobody_met(people)
    for one, other in data.draw(st.lists(st.tuples(*[st.integers(0, people - 1)] * 2), max_size=20)):
        if one != other:
            met[one, other] = met[other, one] = 1
    mixed = _mixed(people, seats, rounds, organisations, seed=data.draw(st.integers(0, 99)), met=met)
    sizes = even(people, seats)
    known = {pair for pair in combinations(range(people), 2) if met[pair]}
    repeated = same = alone = 0
    for table in mixed.tables:
        assert Counter(table) == dict(enumerate(sizes))
        pairs = _pairs(table)
        repeated += sum(pair in known for pair in pairs)
        kinds = [organisations[a] == organisations[b] >= 0 for a, b in pairs]
        same += sum(kinds)
        for person in range(people):
            company = [kind for kind, pair in zip(kinds, pairs, strict=True) if person in pair]
            alone += bool(company) and all(company)
        known |= set(pairs)
    assert (mixed.figures.repeated, mixed.figures.same_organisation) == (repeated, same)
    assert (mixed.figures.among_their_own, mixed.figures.met) == (alone, len(known))
    assert mixed.figures == figures(
        [np.array(t) for t in mixed.tables], same_organisation(organisations), met
    )
    assert mixed.figures.met <= mixed.possible
