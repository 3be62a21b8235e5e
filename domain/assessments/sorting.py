"""People sorted by the cells that they are in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from domain.assessments.cells import OVERALL, Cell, Participant, signature_of
from domain.assessments.overlap import Accepts
from domain.assessments.separating import side_by_side

Person = TypeVar("Person", bound=Participant)


@dataclass(frozen=True, slots=True)
class Sorted(Generic[Person]):
    """People by signature: bit `i` says that the cell `cells[i]` has them.

    The cells go from the most important: the overall one, then from the largest to the smallest, as they were
    declared where two are alike.
    """

    cells: tuple[Cell, ...]
    people: Mapping[int, Sequence[Person]]

    def side_by_side(self, k: int, accepts: Accepts) -> tuple[Cell, ...]:
        """The cells that may be published together for their size, and that other rounds accept."""
        atoms = {signature: len(those) for signature, those in self.people.items()}
        rows = side_by_side(
            range(len(self.cells)),
            atoms,
            k,
            accepts=lambda chosen: accepts([self.cells[row] for row in chosen]),
        )
        return tuple(self.cells[row] for row in rows)


def sort(cells: Sequence[Cell], people: Sequence[Person]) -> Sorted[Person]:
    """People by the cells that they are in."""
    size = {cell: sum(map(cell.has, people)) for cell in cells}
    ordered = tuple(sorted(cells, key=lambda cell: (cell != OVERALL, -size[cell])))
    signatures: dict[int, list[Person]] = {}
    for person in people:
        signatures.setdefault(signature_of(ordered, person), []).append(person)
    return Sorted(ordered, signatures)
