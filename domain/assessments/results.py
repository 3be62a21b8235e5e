"""The results that a round publishes: the numbers of what `disclosure.decide` allows, and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256

from domain.assessments.cells import Cell, Respondent
from domain.assessments.disclosure import Disclosure
from domain.assessments.instrument import Band, Instrument, band_of
from domain.assessments.scoring import Subject, per_step, score_of, scored_answer, subjects
from domain.assessments.statistics import agreement, deviation, mean


@dataclass(frozen=True, slots=True)
class Result:
    """What is published of one item, dimension or total in one cell.

    `score` is the exact mean of people's scores: points of the scale, their sum, or percent favourable. `n` is how
    many people it is about; for a score worked out from items over different people, the fewest of an item.
    `distribution` has how many people gave each answer (after reversal), or are in each band; by point, or band key.
    """

    key: str
    cell: Cell
    n: int
    score: Fraction
    band: Band | None = None
    deviation: float | None = None
    agreement: float | None = None
    distribution: Mapping[str, int] | None = None


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
    found: dict[tuple[str, Cell], Result] = {}
    # Items come first, since scores that no block has are worked out from them.
    for subject in reversed(subjects(instrument)):
        for cell in disclosure.scores[subject.key]:
            people = _scored(disclosure, subject, cell, respondents)
            found[subject.key, cell] = (
                _derived(instrument, subject, cell, found)
                if people is None
                else _result(instrument, disclosure, subject, cell, people)
            )
    ordered = [found[s.key, cell] for s in subjects(instrument) for cell in disclosure.scores[s.key]]
    return Results(
        participants={cell: sum(map(cell.has, respondents)) for cell in disclosure.participants},
        results=tuple(ordered),
        comments=tuple(_comments(instrument, disclosure, respondents)),
    )


def scores(
    instrument: Instrument, disclosure: Disclosure, key: str, cell: Cell, respondents: Sequence[Respondent]
) -> list[Fraction] | None:
    """People's scores, to compare rounds or groups by; None where the spread of the cell is withheld."""
    subject = next(subject for subject in subjects(instrument) if subject.key == key)
    if cell not in disclosure.spreads.get(key, ()):
        return None
    people = _scored(disclosure, subject, cell, respondents)
    return [_score(instrument, subject, person) for person in people or []]


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


def _scored(
    disclosure: Disclosure, subject: Subject, cell: Cell, respondents: Sequence[Respondent]
) -> list[Respondent] | None:
    """Whose answers the result is about; None where it is worked out from items."""
    block = disclosure.block_of(subject)
    return None if block is None else [r for r in respondents if cell.has(r) and block.counts(r)]


def _score(instrument: Instrument, subject: Subject, person: Respondent) -> Fraction:
    score = score_of(instrument, person.answers, subject.items)
    assert score is not None  # they are counted because they answered
    return score


def _result(
    instrument: Instrument, disclosure: Disclosure, subject: Subject, cell: Cell, people: Sequence[Respondent]
) -> Result:
    scored = [_score(instrument, subject, person) for person in people]
    bands = _bands(instrument, subject)
    score = mean(scored)
    spread = cell in disclosure.spreads[subject.key]
    points = [[_point(instrument, item, person) for person in people] for item in subject.items]
    distributed = cell in disclosure.distributions[subject.key]
    return Result(
        key=subject.key,
        cell=cell,
        n=len(people),
        score=score,
        band=band_of(score, bands),
        deviation=deviation(scored) if spread else None,
        agreement=agreement(points, len(instrument.scale.points)) if spread else None,
        distribution=_distribution(instrument, subject, points[0], scored, bands) if distributed else None,
    )


def _derived(
    instrument: Instrument, subject: Subject, cell: Cell, found: Mapping[tuple[str, Cell], Result]
) -> Result:
    items = [found[item, cell] for item in subject.items]
    # An item's score is a number of its own steps; the subject's are smaller, unless it is their sum.
    whole = sum((item.score / per_step(instrument, 1) for item in items), Fraction(0))
    score = whole * per_step(instrument, len(items))
    return Result(
        key=subject.key,
        cell=cell,
        n=min(item.n for item in items),
        score=score,
        band=band_of(score, _bands(instrument, subject)),
    )


def _bands(instrument: Instrument, subject: Subject) -> tuple[Band, ...]:
    dimensions = [*instrument.dimensions, *([instrument.total] if instrument.total else [])]
    return next((dimension.bands for dimension in dimensions if dimension.key == subject.key), ())


def _point(instrument: Instrument, item: str, person: Respondent) -> Fraction:
    answer = person.answers[item]
    assert answer is not None  # they are counted because they answered
    return Fraction(scored_answer(instrument, instrument.by_key[item], answer))


def _distribution(
    instrument: Instrument,
    subject: Subject,
    points: Sequence[Fraction],
    scored: Sequence[Fraction],
    bands: tuple[Band, ...],
) -> Mapping[str, int] | None:
    if subject.is_item:
        given = Counter(points)
        return {str(point): given[Fraction(point)] for point in instrument.scale.points}
    if not bands:
        return None
    inside = Counter(band.key for score in scored if (band := band_of(score, bands)))
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
