"""Which cells may be published side by side, by size alone: what they tell apart when they are subtracted.

People are sorted by *signature*: a whole number with a bit for each row (a cell) that they are in. People with the
same signature are an atom.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from domain.assessments.lattice import Row, isolates

Atoms = Mapping[int, int]
"""How many people have each signature."""
Value = TypeVar("Value")


def side_by_side(
    rows: Sequence[int], atoms: Atoms, k: int, *, accepts: Callable[[Sequence[int]], bool] = lambda _: True
) -> list[int]:
    """The rows that may be published together, as many as can be, in their order.

    `rows` are numbers of bits, the most important row first. A row goes where it has fewer than k people, or where
    with the rows that are kept before it some combination would be about 1 to k-1 people, or `accepts`, which
    judges what else was published, refuses them. What remains is a set to which none of the others could be added.
    """

    def fits(chosen: Sequence[int]) -> bool:
        return not _isolated(chosen, atoms, k) and accepts(chosen)

    candidates = [row for row in rows if large_enough(_people_in(row, atoms), k)]
    if fits(candidates):
        return candidates
    kept: list[int] = []
    for row in candidates:
        if fits([*kept, row]):
            kept.append(row)
    return kept


def large_enough(people: int, k: int) -> bool:
    """Whether a result may be about so many people."""
    return people >= k


def _people_in(row: int, atoms: Atoms) -> int:
    return sum(people for signature, people in atoms.items() if signature >> row & 1)


def _isolated(rows: Sequence[int], atoms: Atoms, k: int) -> bool:
    """Whether combinations of the rows are about 1 to k-1 people. Atoms that no row tells apart are one."""
    mask = sum(1 << bit for bit in rows)
    merged: Counter[int] = Counter()
    for signature, people in atoms.items():
        merged[signature & mask] += people
    signatures = list(merged)
    return isolates((_row(bit, signatures) for bit in rows), [merged[s] for s in signatures], k)


def _row(bit: int, signatures: Sequence[int]) -> Row:
    return {column: 1 for column, signature in enumerate(signatures) if signature >> bit & 1}


def told_apart(
    rows: Sequence[int],
    values: Mapping[int, Sequence[Value]],
    accepts: Callable[[Mapping[int, Sequence[Value]]], bool],
    *,
    accepts_rest: Callable[[Mapping[int, Sequence[Value]]], bool] = lambda _: True,
) -> list[int]:
    """The rows, as many as can be in their order, by which all classes of people told apart are acceptable.

    `values` has one value for each person, by signature. A class is all the people whom the same of the kept rows are
    about; `accepts` judges the values of one, by signature. `accepts_rest` judges those of people in none of them.
    """
    kept: list[int] = []
    for row in rows:
        classes = _classes([*kept, row], values)
        if accepts_rest(classes.pop(0, {})) and all(map(accepts, classes.values())):
            kept.append(row)
    return kept


def _classes(
    rows: Iterable[int], values: Mapping[int, Sequence[Value]]
) -> dict[int, Mapping[int, Sequence[Value]]]:
    """Values by signature, by which of the rows their people are in; by 0 those of people in none."""
    mask = sum(1 << row for row in rows)
    classes: dict[int, dict[int, Sequence[Value]]] = {}
    for signature, those in values.items():
        classes.setdefault(signature & mask, {})[signature] = those
    return {**classes}
