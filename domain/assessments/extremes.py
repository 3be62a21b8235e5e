"""Sums that give every answer away: everybody gave the highest answer, or everybody the lowest.

A combination of published sums that is as large as it could be says what each person in it answered. It can be so
only where it is about atoms in which all gave an extreme answer: the highest where they are added, the lowest where
they are subtracted. So such combinations are looked for among atoms at their extremes, exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from domain.assessments.lattice import Span, contains_sign

HIGHEST, BETWEEN, LOWEST = 1, 0, -1

Subjects = Mapping[str, Sequence[int]]
"""What is scored, by key: the numbers of the items that it is the sum of."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Whom the rows are about, and where their answers stand.

    `members[row]` has the atoms of a row; `extremes[item][atom]` is HIGHEST where all in the atom gave the highest
    answer to the item, LOWEST where all gave the lowest, and BETWEEN otherwise.
    """

    members: Sequence[Sequence[int]]
    extremes: Sequence[Sequence[int]]

    @property
    def atoms(self) -> int:
        """How many atoms there are."""
        return len(self.extremes[0])


def guarded(standing: Standing, subjects: Subjects) -> dict[str, list[int]]:
    """The rows that may be published of each subject, most important rows first, so that nothing is given away.

    Subjects of several items come before those of one: rather the dimension than one of its items. Where one item
    has to go, another of its dimension goes with it, or else the difference would be the one that went.
    """
    rows = range(len(standing.members))
    exposed = {item for item in range(len(standing.extremes)) if gives_away(_of_item(standing, item))}
    tested = exposed | _partners(exposed, subjects)
    given: dict[str, list[int]] = {key: [] for key in subjects}
    joint = _Joint(standing)
    for row, key in _in_order(subjects, rows):
        items = tested.intersection(subjects[key])
        if not items or joint.accepts(row, items):
            given[key].append(row)
    return given


def _partners(exposed: set[int], subjects: Subjects) -> set[int]:
    """For each subject with an item that is exposed, another that is not and can be kept back with it."""
    others = (
        [item for item in items if item not in exposed] for items in subjects.values() if exposed & {*items}
    )
    return {items[0] for items in others if items}


def _in_order(subjects: Subjects, rows: Iterable[int]) -> Iterable[tuple[int, str]]:
    several = sorted(
        (key for key, items in subjects.items() if len(items) > 1), key=lambda k: -len(subjects[k])
    )
    yield from ((row, key) for key in several for row in rows)
    yield from ((row, key) for row in rows for key, items in subjects.items() if len(items) == 1)


class _Joint:
    """All that was accepted so far, over columns of one item and one atom each."""

    def __init__(self, standing: Standing) -> None:
        self._standing = standing
        flat = [extreme for item in standing.extremes for extreme in item]
        self._signs = {column: extreme for column, extreme in enumerate(flat) if extreme != BETWEEN}
        self._span = Span(column for column, extreme in enumerate(flat) if extreme == BETWEEN)

    def accepts(self, row: int, items: Iterable[int]) -> bool:
        """Add the row of a subject unless something would be given away."""
        columns = {
            item * self._standing.atoms + atom: 1 for item in items for atom in self._standing.members[row]
        }
        grew = self._span.add(columns)
        if grew and contains_sign(list(self._span.remainder.values()), self._signs):
            self._span.remainder.popitem()
            return False
        return True


def gives_away(standing: Standing) -> bool:
    """Whether the sums of all rows, of all items here, give an answer away."""
    joint = _Joint(standing)
    return not all(
        joint.accepts(row, [item])
        for item in range(len(standing.extremes))
        for row in range(len(standing.members))
    )


def _of_item(standing: Standing, item: int) -> Standing:
    return Standing(standing.members, [standing.extremes[item]])
