"""The results that a round publishes: the numbers of what `disclosure.decide` allows, and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256

from domain.assessments.cells import Cell, Respondent
from domain.assessments.disclosure import Disclosure
from domain.assessments.instrument import Band, Instrument, band_of, bands_of
from domain.assessments.scoring import Subject, per_step, score_of, scored_answer, steps_of_point, subjects
from domain.assessments.statistics import agreement, deviation, mean


@dataclass(frozen=True, slots=True)
class Result:
    """What is published of one item, dimension or total in one cell.

    `score` is the exact mean of people's scores: points of the scale, their sum, or percent favourable. `n` is how
    many people it is about; for a score worked out from items over different people, the fewest of an item.
    `distribution` has how many people gave each answer (after reversal), or are in each band; by point, or band key.
    With it goes `scores`: how many people have each score, in whole steps of `per_step`.
    """

    key: str
    cell: Cell
    n: int
    score: Fraction
    band: Band | None = None
    deviation: float | None = None
    agreement: float | None = None
    distribution: Mapping[str, int] | None = None
    scores: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody wrote beside an item."""

    item: str
    cell: Cell
    text: str


@dataclass(frozen=True, slots=True)
class Results:
    """All that a round publishes. `participants` says how many took part, for the cells of which that is told."""

    participants: Mapping[Cell, int]
    results: tuple[Result, ...]
    comments: tuple[Comment, ...]

    def of(self, key: str, cell: Cell) -> Result | None:
        """The result of an item, dimension or total in a cell; None where it is withheld."""
        return next((result for result in self.results if (result.key, result.cell) == (key, cell)), None)


def publish(instrument: Instrument, disclosure: Disclosure, respondents: Sequence[Respondent]) -> Results:
    """The numbers behind a decision, from the same respondents."""
    round_ = _Round(instrument, disclosure, respondents)
    return Results(
        participants={cell: sum(map(cell.has, respondents)) for cell in disclosure.participants},
        results=tuple(round_.results()),
        comments=tuple(_comments(instrument, disclosure, respondents)),
    )


def scores(
    instrument: Instrument, disclosure: Disclosure, key: str, cell: Cell, respondents: Sequence[Respondent]
) -> list[Fraction] | None:
    """People's scores, to compare rounds or groups by; None where the spread of the cell is withheld."""
    if cell not in disclosure.spreads.get(key, ()):
        return None
    subject = next(subject for subject in subjects(instrument) if subject.key == key)
    found = (
        score_of(instrument, r.answers, subject.items)
        for r in _counted(disclosure, subject, respondents)
        if cell.has(r)
    )
    return [score for score in found if score is not None]


def ranked(results: Results, instrument: Instrument, cell: Cell) -> list[Result]:
    """The items of a cell from the highest score to the lowest; in the instrument's order where they are alike."""
    return sorted(_items(results, instrument, cell), key=lambda result: -result.score)


def differ_most(results: Results, instrument: Instrument, cell: Cell) -> list[Result]:
    """The items of a cell whose spread is published, from where people differ most."""
    spread = [(r.deviation, r) for r in _items(results, instrument, cell) if r.deviation is not None]
    return [result for _, result in sorted(spread, key=lambda pair: -pair[0])]


def _items(results: Results, instrument: Instrument, cell: Cell) -> list[Result]:
    found = (results.of(item.key, cell) for item in instrument.items)
    return [result for result in found if result is not None]


def _counted(disclosure: Disclosure, subject: Subject, respondents: Sequence[Respondent]) -> list[Respondent]:
    """Whose answers the results of the subject are about; nobody's where they are worked out from items."""
    block = disclosure.block_of(subject)
    return [] if block is None else [r for r in respondents if block.counts(r)]


class _Round:
    """Works out results. Scores are counted in whole steps, which are quick, and turned into their unit at the end."""

    def __init__(
        self, instrument: Instrument, disclosure: Disclosure, respondents: Sequence[Respondent]
    ) -> None:
        self._instrument = instrument
        self._disclosure = disclosure
        self._found: dict[tuple[str, Cell], Result] = {}
        self._counted = {
            block: [person for person in respondents if block.counts(person)] for block in disclosure.blocks
        }

    def results(self) -> list[Result]:
        """All results, in the order of the subjects and of their cells."""
        everything = subjects(self._instrument)
        # Items come first, since scores that no block has are worked out from them.
        for subject in reversed(everything):
            self._work_out(subject)
        return [self._found[s.key, cell] for s in everything for cell in self._disclosure.scores[s.key]]

    def _work_out(self, subject: Subject) -> None:
        block = self._disclosure.block_of(subject)
        counted = [
            (person, [point for item in subject.items if (point := self._point(item, person)) is not None])
            for person in (() if block is None else self._counted[block])
        ]
        for cell in self._disclosure.scores[subject.key]:
            points = [given for person, given in counted if cell.has(person)]
            self._found[subject.key, cell] = (
                self._derived(subject, cell) if block is None else self._result(subject, cell, points)
            )

    def _point(self, item: str, person: Respondent) -> int | None:
        answer = person.answers[item]
        return (
            None if answer is None else scored_answer(self._instrument, self._instrument.by_key[item], answer)
        )

    def _result(self, subject: Subject, cell: Cell, points: Sequence[Sequence[int]]) -> Result:
        """`points` has the points of each person who counts, by item."""
        unit = per_step(self._instrument, len(subject.items))
        steps = [sum(steps_of_point(self._instrument, point) for point in given) for given in points]
        spreads, bands = self._disclosure.spreads, bands_of(self._instrument, subject.key)
        spread = deviation(steps) if cell in spreads[subject.key] else None
        # Agreement adds up the spreads of items; were one of them withheld, it could be worked out from the others.
        agreed = spread is not None and all(cell in spreads[item] for item in subject.items)
        by_item = list(zip(*points, strict=True))
        shown = cell in self._disclosure.distributions[subject.key]
        return Result(
            key=subject.key,
            cell=cell,
            n=len(points),
            score=mean(steps) * unit,
            band=band_of(mean(steps) * unit, bands),
            deviation=None if spread is None else spread * float(unit),
            agreement=agreement(by_item, len(self._instrument.scale.points)) if agreed else None,
            distribution=self._distribution(subject, by_item[0], steps) if shown else None,
            scores={str(step): people for step, people in sorted(Counter(steps).items())} if shown else None,
        )

    def _derived(self, subject: Subject, cell: Cell) -> Result:
        items = [self._found[item, cell] for item in subject.items]
        steps = sum((item.score / per_step(self._instrument, 1) for item in items), Fraction(0))
        score = steps * per_step(self._instrument, len(items))
        band = band_of(score, bands_of(self._instrument, subject.key))
        return Result(subject.key, cell, min(item.n for item in items), score, band)

    def _distribution(
        self, subject: Subject, points: Sequence[int], steps: Sequence[int]
    ) -> Mapping[str, int] | None:
        if subject.is_item:
            given = Counter(points)
            return {str(point): given[point] for point in self._instrument.scale.points}
        bands = bands_of(self._instrument, subject.key)
        if not bands:
            return None
        unit = per_step(self._instrument, len(subject.items))
        inside: Counter[str] = Counter()
        for step, people in Counter(steps).items():
            if band := band_of(step * unit, bands):
                inside[band.key] += people
        return {band.key: inside[band.key] for band in bands}


def _comments(
    instrument: Instrument, disclosure: Disclosure, respondents: Sequence[Respondent]
) -> Iterator[Comment]:
    for item in instrument.items:
        for cell in disclosure.comments:
            written = [r.comments.get(item.key, "").strip() for r in respondents if cell.has(r)]
            for text in sorted(filter(None, written), key=lambda text: _place(item.key, text)):
                yield Comment(item.key, cell, text)


def _place(item: str, text: str) -> bytes:
    """Where a comment comes: by its own text and item alone.

    A shuffle by a seed could be undone by whoever learns the seed. An order that follows from the words alone has
    nothing to undo: whoever wrote what, and when, the order would be the same.
    """
    return sha256(f"{item}\n{text}".encode()).digest()
