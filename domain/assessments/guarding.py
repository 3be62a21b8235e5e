"""What of one block of items is published: by size, then by what its sums give away, then how much of the spread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from domain.assessments.blocks import Block
from domain.assessments.cells import Cell, Participant, Respondent
from domain.assessments.extremes import BETWEEN, HIGHEST, LOWEST, Standing, guarded
from domain.assessments.instrument import Instrument
from domain.assessments.scoring import Subject, extremes_of_steps, steps_of, subjects
from domain.assessments.separating import told_apart
from domain.assessments.sorting import Sorted

FEWEST_FOR_COMMENTS: Final = 8
"""Words can be recognised, so comments need a larger crowd than numbers do."""
DISTRIBUTION_FACTOR: Final = 2
"""How many times k people a distribution is about at least: it shows the lowest and the highest answer."""

Cells = Mapping[str, tuple[Cell, ...]]
"""By item, dimension or total, the cells of which something is published."""


@dataclass(frozen=True, slots=True)
class Guarded:
    """What of a block may be published."""

    scores: Cells
    spreads: Cells
    distributions: Cells


def guard(instrument: Instrument, block: Block, counted: Sorted[Respondent], k: int) -> Guarded:
    """What of a block may be published, where `counted` are the people whose answers to it count."""
    scored = [subject for subject in subjects(instrument) if block.scores(subject)]
    cells = counted.side_by_side(k)
    scores = _scores(instrument, block, scored, counted, cells)
    spreads = {
        subject.key: _spread(instrument, subject, counted, scores[subject.key], k) for subject in scored
    }
    distributions = {
        subject.key: _spread(instrument, subject, counted, spreads[subject.key], DISTRIBUTION_FACTOR * k)
        for subject in scored
    }
    return Guarded(scores, spreads, distributions)


def _scores(
    instrument: Instrument,
    block: Block,
    scored: Sequence[Subject],
    counted: Sorted[Respondent],
    cells: Sequence[Cell],
) -> Cells:
    rows = [counted.cells.index(cell) for cell in cells]
    atoms = list(_merged(counted, rows).items())
    members = [[atom for atom, (signature, _) in enumerate(atoms) if signature >> row & 1] for row in rows]
    extremes = [[_extreme(instrument, item, those) for _, those in atoms] for item in block.items]
    numbers = {item: number for number, item in enumerate(block.items)}
    given = guarded(
        Standing(members, extremes),
        {subject.key: [numbers[item] for item in subject.items] for subject in scored},
    )
    return {key: tuple(cells[row] for row in rows) for key, rows in given.items()}


def _merged(counted: Sorted[Respondent], rows: Sequence[int]) -> dict[int, list[Respondent]]:
    """People by the rows that they are in, without those who are in none."""
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


def _spread(
    instrument: Instrument, subject: Subject, counted: Sorted[Respondent], cells: Sequence[Cell], fewest: int
) -> tuple[Cell, ...]:
    """The cells of which the spread may be shown: it tells no class apart that is too small, or of one mind.

    A spread is more than a sum: it says which answers there are. So the classes of people that the spreads tell
    apart, not only their combinations, have to be large.
    """
    values = {
        signature: [steps_of(instrument, respondent.answers, subject.items) for respondent in those]
        for signature, those in counted.people.items()
    }
    rows = [counted.cells.index(cell) for cell in cells]
    kept = told_apart(rows, values, lambda those: crowd(those, fewest) and differ(those))
    return tuple(counted.cells[row] for row in kept)


def crowd(those: Sequence[object], fewest: int) -> bool:
    """Whether a class has enough people."""
    return len(those) >= fewest


def differ(values: Sequence[int]) -> bool:
    """Whether not all of a class gave the same answer, so that a spread of 0 gives nobody away."""
    return len(set(values)) > 1


def comment_cells(respondents: Sorted[Participant], k: int) -> tuple[Cell, ...]:
    """The cells by which comments may be shown: they tell apart only crowds of 8 and of k or more."""
    people = {signature: [person.key for person in those] for signature, those in respondents.people.items()}
    fewest = max(k, FEWEST_FOR_COMMENTS)
    kept = told_apart(range(len(respondents.cells)), people, lambda those: crowd(those, fewest))
    return tuple(respondents.cells[row] for row in kept)
