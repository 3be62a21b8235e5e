"""Rounds that overlap, as one system of equations over the people who took part in them.

Answers are kept without a link to people, so answers of two rounds cannot be matched. What is known of each score that
a round published is who took part in its cell and how many of them it counts, not who left the item out. So whoever
may be missing is taken for the worst: see `domain.assessments.lattice.isolates`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from domain.assessments.cells import Cell, Participant, signature_of
from domain.assessments.lattice import Row, isolates
from domain.assessments.questions import Questions

Accepts = Callable[[Sequence[Cell]], bool]
"""Whether results of these cells may all be published, as far as other rounds are concerned."""


@dataclass(frozen=True, slots=True)
class Count:
    """Of how many people a score tells: `counted` of the `people` of a cell who took part."""

    people: frozenset[Hashable]
    counted: int


@dataclass(frozen=True, slots=True)
class Source:
    """Scores of one item in one round: the people of each cell who took part, and how many are not counted.

    `absent` has the number of those who may not be counted, by the cells that they are in (a bit for each).
    """

    cells: tuple[frozenset[Hashable], ...]
    absent: Mapping[int, int]

    def signatures(self) -> dict[Hashable, int]:
        """The cells that each person is in, a bit for each."""
        found: Counter[Hashable] = Counter()
        for bit, people in enumerate(self.cells):
            for person in people:
                found[person] += 1 << bit
        return found


@dataclass(frozen=True, slots=True)
class Release:
    """What a round published, and about whom: cells whose number is told, and by question the scores of its items."""

    k: int
    participants: Source
    scores: Mapping[str, Sequence[Source]] = field(default_factory=dict)


def release_of(
    k: int,
    participants: Mapping[Cell, frozenset[Hashable]],
    counted: Mapping[str, Mapping[Cell, int]],
    questions: Questions,
) -> Release:
    """What a round released: the people of each cell whose number it told, and of how many its scores tell.

    `counted` has by item the n of each cell that a score of it, or of several items with it, was published of.
    """
    scores: dict[str, list[Source]] = {}
    for item, cells in counted.items():
        counts = [Count(participants[cell], n) for cell, n in cells.items()]
        scores.setdefault(questions[item], []).append(source_of(counts))
    return Release(k, Source(tuple(participants.values()), {}), scores)


def source_of(counts: Sequence[Count]) -> Source:
    """What was published of an item, with the most that can be missing among the people of the same cells."""
    cells = Source(tuple(count.people for count in counts), {})
    missing = [len(count.people) - count.counted for count in counts]
    return Source(
        cells.cells,
        {
            signature: most
            for signature in set(cells.signatures().values())
            if (most := _most_absent(signature, cells.cells, missing))
        },
    )


def _most_absent(signature: int, cells: Sequence[frozenset[Hashable]], missing: Sequence[int]) -> int:
    """How many people of a signature can be missing at most: no more than of any cell of theirs as a whole.

    Of a cell's, those are not theirs who are missing in other cells within it that do not overlap.
    """
    return min(
        missing[bit] - sum(missing[other] for other in _apart(bit, signature, cells, missing))
        for bit in range(len(cells))
        if signature >> bit & 1
    )


def _apart(
    bit: int, signature: int, cells: Sequence[frozenset[Hashable]], missing: Sequence[int]
) -> Iterator[int]:
    """Cells within one of them that do not overlap, and that people of the signature are not in."""
    covered: frozenset[Hashable] = frozenset()
    for other in sorted(range(len(cells)), key=lambda each: -missing[each]):
        if not signature >> other & 1 and cells[other] <= cells[bit] and not covered & cells[other]:
            covered |= cells[other]
            yield other


def source_among(
    cells: Sequence[Cell], participants: Sequence[Participant], counted: Sequence[Participant]
) -> Source:
    """The cells of a round that may be published of an item, where `counted` are the answers that count."""
    absent = Counter(signature_of(cells, person) for person in participants)
    absent.subtract(signature_of(cells, person) for person in counted)
    members = (frozenset(person.key for person in participants if cell.has(person)) for cell in cells)
    return Source(tuple(members), {signature: number for signature, number in absent.items() if number})


def acceptance(cells: Sequence[Cell], new: Source, systems: Iterable[Sequence[Source]], k: int) -> Accepts:
    """What may be published of the cells, of which `new` tells, beside each of the systems published before.

    A set of cells is refused where it makes a combination possible that is about 1 to k-1 people, whatever the
    combination takes from before.
    """
    against = [System(new, old, k) for old in {tuple(map(id, old)): old for old in systems if old}.values()]
    rows = {cell: row for row, cell in enumerate(cells)}
    return lambda chosen: not any(system.isolates([rows[cell] for cell in chosen]) for system in against)


class System:
    """What may be published of an item, and all that was published of the same question, side by side."""

    def __init__(self, new: Source, old: Sequence[Source], k: int) -> None:
        self._k = k
        signatures: Counter[Hashable] = Counter()
        self._absent: list[tuple[int, int, int]] = []
        shift = 0
        for number, source in enumerate((new, *old)):
            for person, signature in source.signatures().items():
                signatures[person] += signature << shift
            self._absent += [(number, signature << shift, most) for signature, most in source.absent.items()]
            shift += len(source.cells)
        self._people = Counter(signatures.values())
        self._before = range(len(new.cells), shift)

    def isolates(self, rows: Sequence[int]) -> bool:
        """Whether publishing these of the new rows makes a combination about 1 to k-1 people possible."""
        bits = [*rows, *self._before]
        used = sum(1 << bit for bit in bits)
        people: Counter[int] = Counter()
        for signature, number in self._people.items():
            people[signature & used] += number
        people.pop(0, None)
        absent: Counter[tuple[int, int]] = Counter()
        for source, signature, most in self._absent:
            if signature & used:
                absent[source, signature & used] += most
        signatures = [*people, *(signature for _, signature in absent)]
        return isolates(
            (_row(bit, signatures, marked=bit in rows) for bit in bits),
            list(people.values()),
            self._k,
            absent=dict(enumerate(absent.values(), start=len(people))),
            added=range(len(signatures), len(signatures) + self._before.start),
        )


def _row(bit: int, signatures: Sequence[int], *, marked: bool) -> Row:
    """A cell as an equation; of what is new, with a column of its own that says so."""
    row = {column: 1 for column, signature in enumerate(signatures) if signature >> bit & 1}
    return {**row, len(signatures) + bit: 1} if marked else row
