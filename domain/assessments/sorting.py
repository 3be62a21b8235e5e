"""People sorted by the cells that they are in, and by what was published about them before."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from domain.assessments.cells import OVERALL, Cell, Participant
from domain.assessments.separating import side_by_side

Person = TypeVar("Person", bound=Participant)


@dataclass(frozen=True, slots=True)
class Sorted(Generic[Person]):
    """People by signature: bit `i` says that the cell `cells[i]` has them.

    The cells come first, from the most important: the overall one, then from the largest to the smallest, as they
    were declared where two are alike. After them come sets of people about whom something was published before.
    `outsiders` are those in such sets who are not among the people.
    """

    cells: tuple[Cell, ...]
    people: Mapping[int, Sequence[Person]]
    outsiders: Mapping[int, int]
    before: int

    def side_by_side(self, k: int) -> tuple[Cell, ...]:
        """The cells that may be published together, and with what was published before, for their size."""
        atoms = {signature: len(those) for signature, those in self.people.items()}
        for signature, number in self.outsiders.items():
            atoms[signature] = atoms.get(signature, 0) + number
        count = len(self.cells)
        rows = side_by_side(range(count), atoms, k, before=range(count, count + self.before))
        return tuple(self.cells[row] for row in rows)


def sort(
    cells: Sequence[Cell], people: Sequence[Person], before: Sequence[frozenset[Hashable]] = ()
) -> Sorted[Person]:
    """People by the cells that they are in, and by the sets `before` in which their keys are."""
    size = {cell: sum(map(cell.has, people)) for cell in cells}
    ordered = tuple(sorted(cells, key=lambda cell: (cell != OVERALL, -size[cell])))
    signatures: dict[int, list[Person]] = {}
    for person in people:
        inside = [cell.has(person) for cell in ordered] + [person.key in those for those in before]
        signatures.setdefault(_signature(inside), []).append(person)
    outsiders: dict[int, int] = {}
    for key in frozenset().union(*before) - {person.key for person in people}:
        signature = _signature([False] * len(ordered) + [key in those for those in before])
        outsiders[signature] = outsiders.get(signature, 0) + 1
    return Sorted(ordered, signatures, outsiders, len(before))


def _signature(inside: Sequence[bool]) -> int:
    return sum(1 << bit for bit, is_inside in enumerate(inside) if is_inside)
