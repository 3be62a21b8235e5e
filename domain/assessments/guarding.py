"""What of one block of items is published: by size, then by what its sums give away, then how much of the spread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from domain.assessments.blocks import Block
from domain.assessments.cells import Cell, Respondent
from domain.assessments.extremes import BETWEEN, HIGHEST, LOWEST, Standing, guarded
from domain.assessments.instrument import Instrument
from domain.assessments.overlap import Accepts
from domain.assessments.scoring import Subject, extremes_of_steps, steps_of, subjects
from domain.assessments.separating import told_apart
from domain.assessments.sorting import Sorted
from domain.assessments.swaps import could_differ, could_move

FEWEST_FOR_COMMENTS: Final = 8
"""Words can be recognised, so comments need a larger crowd than numbers do."""
DISTRIBUTION_FACTOR: Final = 2
"""How many times k people a distribution is about at least: it shows the lowest and the highest answer."""
PUZZLING: Final = 3
"""From how many groupings on sums of whole answers can settle one that bounds do not."""

Cells = Mapping[str, tuple[Cell, ...]]
"""By item, dimension or total, the cells of which something is published."""
Atoms = dict[int, list[Respondent]]
"""People by signature: in which of the cells published they are."""


@dataclass(frozen=True, slots=True)
class Guarded:
    """What of a block may be published."""

    scores: Cells
    spreads: Cells
    distributions: Cells


def guard(
    instrument: Instrument, block: Block, counted: Sorted[Respondent], k: int, accepts: Accepts
) -> Guarded:
    """What of a block may be published, where `counted` are the people whose answers to it count.

    `accepts` says which cells may be published as far as other rounds are concerned.
    """
    scored = [subject for subject in subjects(instrument) if block.scores(subject)]
    cells = counted.side_by_side(k, accepts)
    rows = [counted.cells.index(cell) for cell in cells]
    atoms = _merged(counted, rows)
    given = _unpuzzled(instrument, scored, _scores(instrument, block, scored, atoms, rows), atoms, cells)
    spread, distributed = {}, {}
    for subject in scored:
        values = _values(instrument, subject, atoms)
        spread[subject.key] = _spread(given[subject.key], values, k)
        distributed[subject.key] = _spread(spread[subject.key], values, DISTRIBUTION_FACTOR * k)
    return Guarded(*(_cells(counted, kept) for kept in (given, spread, distributed)))


def _cells(counted: Sorted[Respondent], kept: Mapping[str, Sequence[int]]) -> Cells:
    return {key: tuple(counted.cells[row] for row in rows) for key, rows in kept.items()}


def _scores(
    instrument: Instrument, block: Block, scored: Sequence[Subject], atoms: Atoms, rows: Sequence[int]
) -> dict[str, list[int]]:
    """The rows of each subject's scores that give no answer away."""
    members = [[atom for atom, signature in enumerate(atoms) if signature >> row & 1] for row in rows]
    extremes = [[_extreme(instrument, item, those) for those in atoms.values()] for item in block.items]
    numbers = {item: number for number, item in enumerate(block.items)}
    given = guarded(
        Standing(members, extremes),
        {subject.key: [numbers[item] for item in subject.items] for subject in scored},
    )
    return {key: [rows[place] for place in places] for key, places in given.items()}


def _unpuzzled(
    instrument: Instrument,
    scored: Sequence[Subject],
    given: Mapping[str, Sequence[int]],
    atoms: Atoms,
    cells: Sequence[Cell],
) -> dict[str, list[int]]:
    """The rows of each subject's scores whose sums settle nobody's answer to an item as a puzzle does.

    Where cells are of two groupings at most, extremes are all there is to guard: the groups of a grouping do not
    overlap, so each bound that fractions of answers can reach, whole answers can too (two laminar families make a
    totally unimodular matrix; Edmonds 1970). With a third grouping everybody's choice is looked for.
    """
    if len({cell.grouping for cell in cells if cell.grouping}) < PUZZLING:
        return {key: [*rows] for key, rows in given.items()}
    ends = extremes_of_steps(instrument)
    free = {
        subject.key: _movable(given[subject.key], _values(instrument, subject, atoms), ends)
        for subject in scored
        if subject.is_item and given[subject.key]
    }
    return {
        subject.key: [
            row for row in given[subject.key] if all(row in free.get(item, [row]) for item in subject.items)
        ]
        for subject in scored
    }


def _movable(rows: Sequence[int], values: Mapping[int, Sequence[int]], ends: tuple[int, int]) -> list[int]:
    kept: list[int] = []
    for row in rows:
        mask = sum(1 << other for other in [*kept, row])
        merged: dict[int, list[int]] = {}
        for signature, those in values.items():
            if signature & mask:
                merged.setdefault(signature & mask, []).extend(those)
        if could_move(merged, *ends):
            kept.append(row)
    return kept


def _merged(counted: Sorted[Respondent], rows: Sequence[int]) -> Atoms:
    """People by those of the rows that they are in, without those who are in none."""
    mask = sum(1 << row for row in rows)
    merged: dict[int, list[Respondent]] = {}
    for signature, those in counted.people.items():
        if signature & mask:
            merged.setdefault(signature & mask, []).extend(those)
    return merged


def _extreme(instrument: Instrument, item: str, respondents: Sequence[Respondent]) -> int:
    lowest, highest = extremes_of_steps(instrument)
    answers = {steps_of(instrument, respondent.answers, (item,)) for respondent in respondents}
    return HIGHEST if answers == {highest} else LOWEST if answers == {lowest} else BETWEEN


def _values(instrument: Instrument, subject: Subject, atoms: Atoms) -> dict[int, list[int]]:
    return {
        signature: [steps_of(instrument, respondent.answers, subject.items) for respondent in those]
        for signature, those in atoms.items()
    }


def _spread(rows: Sequence[int], values: Mapping[int, Sequence[int]], fewest: int) -> list[int]:
    # What is known of one class can settle, through sums that both are in, what people in none of them answered.
    return told_apart(rows, values, lambda those: is_spread(those, fewest), accepts_rest=could_differ)


def is_crowd(people: Mapping[int, Sequence[object]], fewest: int) -> bool:
    """Whether a class has enough people."""
    return sum(map(len, people.values())) >= fewest


def is_spread(values: Mapping[int, Sequence[int]], fewest: int) -> bool:
    """Whether the spread of a class may be shown: it is large enough, and everybody could have answered otherwise.

    A spread is more than a sum: it says which answers there are. So the classes of people that the spreads tell
    apart, not only their combinations, have to be large.
    """
    return is_crowd(values, fewest) and could_differ(values)


def comment_cells(respondents: Sorted[Respondent], k: int) -> tuple[Cell, ...]:
    """The cells by which comments may be shown: they tell apart only crowds of 8 and of k or more."""
    fewest = max(k, FEWEST_FOR_COMMENTS)
    rows = range(len(respondents.cells))
    kept = told_apart(rows, respondents.people, lambda people: is_crowd(people, fewest))
    return tuple(respondents.cells[row] for row in kept)
