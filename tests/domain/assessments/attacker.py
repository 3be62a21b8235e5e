"""An attacker who reads everything that was ever published, and adds and subtracts it in any way.

Assumed to be known to the attacker: who took part and in which groups, who skipped which item, how Tandem counts, and
what every round released. Answers to overlapping rounds are taken for the same. Two attacks:

`isolated` is linear and exact for any team: is there a combination of published sums, not zero, about few people? Its
rank is taken over the reals by numpy, which shares no code with what it attacks. To find none about fewer than k
people also means that k-2 people who tell each other what they answered cannot work out what one other answered:
the others' part of a combination would have to be about one person, and the whole of it about k-1.

`certain` tries all answers that a tiny team could have given, and keeps those that would have been published as what
was: scores, spreads and distributions alike. Whose answer is the same in all of them is found out.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np

from domain.assessments.cells import Plan, Respondent
from domain.assessments.disclosure import Disclosure
from domain.assessments.instrument import Instrument
from domain.assessments.overlap import Release
from domain.assessments.questions import questions_of
from domain.assessments.scoring import Subject, subjects
from tests.domain.assessments.scenes import ANEW, release

Unknown = tuple[Hashable, str]
"""What a person answered to an item."""


def equations(
    instrument: Instrument,
    disclosure: Disclosure,
    respondents: Sequence[Respondent],
    asks: Mapping[str, str] | None = None,
) -> Iterator[frozenset[Unknown]]:
    """The sums that were published, each as the answers that are added up in it; `asks` has what each item asks."""
    asked = asks or {item.key: item.key for item in instrument.items}
    for subject in subjects(instrument):
        for cell in disclosure.scores[subject.key]:
            counted = [r for r in respondents if cell.has(r) and _counts(disclosure, subject, r)]
            yield frozenset((r.key, asked[item]) for r in counted for item in subject.items)


@dataclass(frozen=True, slots=True)
class Asked:
    """A round as the attacker knows it: everybody's groups, who took part, who skipped what."""

    instrument: Instrument
    plan: Plan
    people: Sequence[Respondent]

    @property
    def asks(self) -> dict[str, str]:
        """What each item really asks, whatever its key is now."""
        return {item.key: item.key.removeprefix(ANEW) for item in self.instrument.items}


def campaign(
    rounds: Sequence[Asked], decide: Callable[..., Disclosure]
) -> Iterator[list[frozenset[Unknown]]]:
    """All sums that were published after each of some connected rounds, whose answers are kept without a link."""
    questions = questions_of([each.instrument for each in rounds])
    sums: list[frozenset[Unknown]] = []
    before: list[Release] = []
    for number, (asked, named) in enumerate(zip(rounds, questions, strict=True)):
        answers = [Respondent(f"{number} {r.key}", r.groups, r.answers) for r in asked.people]
        decision = decide(
            asked.instrument, asked.plan, answers, participants=asked.people, before=before, questions=named
        )
        before.append(
            release(asked.instrument, decision, answers, participants=asked.people, questions=named)
        )
        sums += equations(asked.instrument, decision, asked.people, asked.asks)
        yield [*sums]


def _counts(disclosure: Disclosure, subject: Subject, respondent: Respondent) -> bool:
    block = disclosure.block_of(subject)
    # A score without a block is made from those of its items, which are equations of their own.
    return block is not None and block.counts(respondent)


def isolated(sums: Sequence[frozenset[Unknown]], fewer_than: int) -> set[Hashable] | None:
    """Some people, fewer than that, whom a combination of the sums is about; None if there is no such combination."""
    sums = [those for those in dict.fromkeys(sums) if those]
    people = sorted({person for those in sums for person, _ in those}, key=str)
    items = sorted({item for those in sums for _, item in those})
    # People who are in the same sums with the same items cannot be told apart: their coefficients are equal.
    alike: dict[tuple[bool, ...], list[Hashable]] = {}
    for person in people:
        alike.setdefault(tuple((person, i) in those for those in sums for i in items), []).append(person)
    matrix = np.array([np.array(key, dtype=float).reshape(len(sums), len(items)) for key in alike])
    matrix = matrix.reshape(len(alike), len(sums), len(items))
    classes = list(alike.values())
    unions = list(_small_unions([len(those) for those in classes], fewer_than))
    if not unions:
        return None
    without = np.array([_flat(np.delete(matrix, union, axis=0), len(classes)) for union in unions])
    ranks = np.linalg.matrix_rank(without)
    full = np.linalg.matrix_rank(_flat(matrix, len(classes)))
    found = next((union for union, rank in zip(unions, ranks, strict=True) if rank < full), None)
    return None if found is None else {person for place in found for person in classes[place]}


def _flat(matrix: np.ndarray, classes: int) -> np.ndarray:
    """Rows of sums by columns of people and items, filled up with columns of zero to the same width."""
    missing = np.zeros((classes - matrix.shape[0], *matrix.shape[1:]))
    whole = np.concatenate([matrix, missing])
    return whole.transpose(1, 0, 2).reshape(whole.shape[1], -1)


def _small_unions(sizes: Sequence[int], fewer_than: int) -> Iterator[tuple[int, ...]]:
    """Unions of classes with 1 to `fewer_than` - 1 people."""
    small = [place for place, size in enumerate(sizes) if size < fewer_than]
    for count in range(1, fewer_than):
        for union in combinations(small, count):
            if sum(sizes[place] for place in union) < fewer_than:
                yield union


def certain(
    instrument: Instrument, disclosure: Disclosure, respondents: Sequence[Respondent]
) -> set[Unknown]:
    """The answers that can only be what they are, whatever else a tiny team might have answered."""
    asked = [(r.key, item) for r in respondents for item, answer in r.answers.items() if answer is not None]
    given = [r.answers[item] for r in respondents for item, answer in r.answers.items() if answer is not None]
    tables = np.array(list(product(instrument.scale.points, repeat=len(asked))))
    true = int(np.flatnonzero((tables == given).all(axis=1))[0])
    possible = np.ones(len(tables), dtype=bool)
    for figures in _figures(instrument, disclosure, respondents, asked, tables):
        possible &= figures == figures[true]
    return {unknown for place, unknown in enumerate(asked) if len(np.unique(tables[possible][:, place])) == 1}


def _figures(
    instrument: Instrument,
    disclosure: Disclosure,
    respondents: Sequence[Respondent],
    asked: Sequence[Unknown],
    tables: np.ndarray,
) -> Iterator[np.ndarray]:
    """What would be published of each table: sums, sums of squares where the spread is, counts of each score."""
    for subject in subjects(instrument):
        for cell in disclosure.scores[subject.key]:
            counted = [r for r in respondents if cell.has(r) and _counts(disclosure, subject, r)]
            columns = [[asked.index((r.key, item)) for item in subject.items] for r in counted]
            if not columns:
                continue
            scores = tables[:, np.array(columns)].sum(axis=2)
            yield scores.sum(axis=1)
            if cell in disclosure.spreads[subject.key]:
                yield (scores**2).sum(axis=1)
            if cell in disclosure.distributions[subject.key]:
                yield from ((scores == value).sum(axis=1) for value in np.unique(scores))
