"""Spreading people over tables so that they meet others than before, and others than their own organisation.

This is the social golfer problem, which nobody can solve exactly at this size. So it is searched: one round after the
other, from a random start, by exchanging two people of different tables where that helps most, and for a while not
moving back whoever was moved (tabu search). The same seed gives the same tables.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Numbers: TypeAlias = NDArray[np.int64]

_STEPS_PER_PERSON: Final = 60
_MOST_STEPS: Final = 6_000
_STAY: Final = 10
_SAMPLES: Final = 20
_FORBIDDEN: Final = np.int64(2) ** 60


@dataclass(frozen=True, slots=True)
class Figures:
    """What an allocation means. Pairs are counted once for each time that they share a table.

    `repeated` shared one before; `same_organisation` come from one organisation; `among_their_own` counts people at
    tables with nobody of another organisation. `met` counts the different pairs that have met by the end.
    """

    repeated: int
    same_organisation: int
    among_their_own: int
    met: int


@dataclass(frozen=True, slots=True)
class Mix:
    """Tables for some rounds: `tables[round][person]` is the number of the table, from 0.

    The last three figures are averages over random allocations of the same people to the same tables.
    """

    tables: tuple[tuple[int, ...], ...]
    figures: Figures
    possible: int
    random_repeated: float
    random_same_organisation: float
    random_met: float


def mix(organisations: Sequence[int], sizes: Sequence[int], *, rounds: int, met: Numbers, seed: int) -> Mix:
    """Tables for people, as many rounds as are asked for.

    `organisations[i]` is a number for the organisation of person i, or below 0 where that is not known; `sizes` are the
    seats of each table, together as many as people; `met[i, j]`, symmetric with zeros on the diagonal, counts how often
    i and j have shared a table before.
    """
    if sum(sizes) != len(organisations) or met.shape != (len(organisations), len(organisations)):
        raise ValueError("tables, people and who has met have to fit together")
    same = same_organisation(organisations)
    seats = np.repeat(np.arange(len(sizes)), sizes)
    random = np.random.default_rng(seed)
    least = _fewest_pairs(organisations, sizes)
    tables: list[Numbers] = []
    history = met.astype(np.int64)
    for _ in range(rounds):
        table = _round(seats, _weights(same, history), least, random)
        tables.append(table)
        history = history + _together(table)
    # A generator of its own: how long the search drew from the other must not change what chance is taken to give.
    chance = _by_chance(seats, same, met, rounds, np.random.default_rng([seed, 1]))
    people = len(organisations)
    return Mix(
        tuple(tuple(int(number) for number in table) for table in tables),
        figures(tables, same, met),
        people * (people - 1) // 2,
        *chance,
    )


def even(people: int, seats: int) -> list[int]:
    """The sizes of as few tables of at most so many seats as are needed, as even as they can be; the larger first."""
    count = -(-people // seats)
    return [people // count + (place < people % count) for place in range(count)]


def same_organisation(organisations: Sequence[int]) -> Numbers:
    """1 for each pair of different people of one organisation, else 0."""
    known = np.asarray(organisations, dtype=np.int64)
    same: Numbers = ((known[:, None] == known[None, :]) & (known[:, None] >= 0)).astype(np.int64)
    np.fill_diagonal(same, 0)
    return same


def figures(tables: Sequence[Numbers], same: Numbers, met: Numbers) -> Figures:
    """What these rounds of tables mean for people who have met so often before."""
    history = met.astype(np.int64)
    repeated = same_pairs = alone = 0
    for table in tables:
        now = _together(table)
        repeated += int((now * (history > 0)).sum()) // 2
        same_pairs += int((now * same).sum()) // 2
        alone += _among_their_own(now, same)
        history = history + now
    return Figures(repeated, same_pairs, alone, int(np.count_nonzero(history)) // 2)


def _among_their_own(now: Numbers, same: Numbers) -> int:
    """How many sit with others, all of whom are of their own organisation."""
    company = now.sum(axis=1)
    return int(np.count_nonzero((company > 0) & ((now * same).sum(axis=1) == company)))


def _together(table: Numbers) -> Numbers:
    """1 for each pair of different people at one table, else 0."""
    now: Numbers = (table[:, None] == table[None, :]).astype(np.int64)
    np.fill_diagonal(now, 0)
    return now


def _weights(same: Numbers, history: Numbers) -> Numbers:
    """What it costs that two people share a table: to have met before always more than all organisations together."""
    weights: Numbers = history * (int(same.sum()) // 2 + 1) + same
    return weights


class _Round:
    """One round of tables while it is searched for."""

    def __init__(self, table: Numbers, weights: Numbers) -> None:
        self.table, self.weights = table, weights
        self.cost = int((weights * _together(table)).sum()) // 2
        self.everybody = np.arange(len(table))
        at_table = table[:, None] == np.arange(table.max(initial=0) + 1)[None, :]
        # burden[i, t]: what person i costs, or would cost, at table t beside those who sit there.
        self.burden = weights @ at_table.astype(np.int64)

    def costs(self) -> Numbers:
        """What each person costs where they sit."""
        costs: Numbers = self.burden[self.everybody, self.table]
        return costs

    def changes(self, one: int) -> Numbers:
        """By how much the cost changes if a person and each other change places."""
        here, own = self.table[one], self.costs()
        change: Numbers = (
            self.burden[one][self.table] - own[one] + self.burden[:, here] - own - 2 * self.weights[one]
        )
        change[self.table == here] = _FORBIDDEN
        return change

    def exchange(self, one: int, other: int, change: int) -> None:
        """Have two people change places, which changes the cost by so much."""
        here, there = int(self.table[one]), int(self.table[other])
        moved = self.weights[other] - self.weights[one]
        self.burden[:, here] += moved
        self.burden[:, there] -= moved
        self.table[one], self.table[other] = there, here
        self.cost += change


def _round(seats: Numbers, weights: Numbers, least: int, random: np.random.Generator) -> Numbers:
    """The best tables that some attempts find; `least` is a cost below which there can be none."""
    steps = min(max(len(seats), 1) * _STEPS_PER_PERSON, _MOST_STEPS)
    best, best_cost = seats, int(_FORBIDDEN)
    for _ in range(_MOST_STEPS // steps):
        table, cost = _search(_Round(random.permutation(seats), weights), steps, least, random)
        if cost < best_cost:
            best, best_cost = table, cost
        if best_cost == least:
            break
    return best


def _search(current: _Round, steps: int, least: int, random: np.random.Generator) -> tuple[Numbers, int]:
    """The best tables found from a start, and their cost."""
    best, best_cost = current.table.copy(), current.cost
    stays_until = np.zeros(len(best), dtype=np.int64)
    for step in range(steps):
        movable = np.flatnonzero((current.costs() > 0) & (stays_until <= step))
        if best_cost == least:
            break
        if not movable.size:
            continue
        one = int(random.choice(movable))
        changes = current.changes(one)
        # Who was moved a moment ago stays, unless that gives something better than ever before.
        changes[(stays_until > step) & (current.cost + changes >= best_cost)] = _FORBIDDEN
        smallest = int(changes.min())
        if smallest == _FORBIDDEN:
            continue
        other = int(random.choice(np.flatnonzero(changes == smallest)))
        current.exchange(one, other, smallest)
        stays_until[[one, other]] = step + 2 + random.integers(_STAY, size=2)
        if current.cost < best_cost:
            best, best_cost = current.table.copy(), current.cost
    return best, best_cost


def _fewest_pairs(organisations: Sequence[int], sizes: Sequence[int]) -> int:
    """A number of pairs of one organisation below which there cannot be, whoever sits where.

    A table has the fewest where its people come evenly from all organisations; an organisation has the fewest where its
    people sit evenly at all tables.
    """
    members = Counter(number for number in organisations if number >= 0)
    kinds = len(members) + sum(number < 0 for number in organisations)
    by_table = sum(_pairs_in(size, kinds) for size in sizes)
    return max(by_table, sum(_pairs_in(count, len(sizes)) for count in members.values()))


def _pairs_in(people: int, parts: int) -> int:
    """How many pairs are in the same part when people are divided evenly into parts."""
    each, more = divmod(people, parts)
    return more * each * (each + 1) // 2 + (parts - more) * each * (each - 1) // 2


def _by_chance(
    seats: Numbers, same: Numbers, met: Numbers, rounds: int, random: np.random.Generator
) -> tuple[float, float, float]:
    """Repeated pairs, pairs of one organisation and pairs that have met, on average over random allocations."""
    drawn = [figures([random.permutation(seats) for _ in range(rounds)], same, met) for _ in range(_SAMPLES)]
    return (
        sum(each.repeated for each in drawn) / _SAMPLES,
        sum(each.same_organisation for each in drawn) / _SAMPLES,
        sum(each.met for each in drawn) / _SAMPLES,
    )
