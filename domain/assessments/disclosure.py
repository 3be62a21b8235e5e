"""What of a closed round is published. Decided once, from the same input always the same, for every reader.

What is guarded against, with which assumptions, is said to respondents in docs/anonymity.md. In short: the reader
knows everybody's groups, who took part and who skipped which item; has everything that was published of this round
and of overlapping rounds; and adds and subtracts it in any way. Still no combination is about 1 to k-1 people, and
none is so high or so low that it gives answers away.

What is not published carries no reason, so that what is too small looks like what protects something else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from domain.assessments.blocks import Block, blocks_of
from domain.assessments.cells import Cell, Participant, Plan, Respondent
from domain.assessments.guarding import comment_cells, guard
from domain.assessments.instrument import Instrument
from domain.assessments.scoring import Subject, subjects
from domain.assessments.sorting import sort

PARTICIPANTS: Final = "participants"
"""Under which a release has the sets of people whose number was published."""

Release = Mapping[str, Sequence[frozenset[Hashable]]]
"""Sets of people about whom something was published: by item, or under `PARTICIPANTS`."""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What may be published: by item, dimension or total, the cells of each kind of result.

    `participants` are the cells whose number of participants may be told. In `scores` are those with n and score, in
    `spreads` also SD, agreement and intervals, in `distributions` also how many gave each answer. `comments` may be
    shown for the cells given, for each item. What is not here is withheld, without a reason.
    """

    plan: Plan
    blocks: tuple[Block, ...]
    participants: tuple[Cell, ...]
    scores: Mapping[str, tuple[Cell, ...]]
    spreads: Mapping[str, tuple[Cell, ...]]
    distributions: Mapping[str, tuple[Cell, ...]]
    comments: tuple[Cell, ...]

    def block_of(self, subject: Subject) -> Block | None:
        """The block by which people are scored on the subject; None where only its items are scored."""
        return next((block for block in self.blocks if block.scores(subject)), None)


def decide(
    instrument: Instrument,
    plan: Plan,
    respondents: Sequence[Respondent],
    *,
    participants: Sequence[Participant] | None = None,
    before: Iterable[Release] = (),
) -> Disclosure:
    """What of a closed round is published.

    `participants` are those who took part, as people, where answers are kept without a link to them: their keys are
    then compared with what was released `before`, and the respondents' keys are not. Without it, respondents are both.
    `before` are the releases of all overlapping rounds: those that asked some of the same people the same items at
    about the same time, so that an attacker may take the answers for the same.

    Raises:
        ValueError: two people have one key, or the participants are not in the same groups as the respondents.
    """
    known = _known(respondents, participants, plan)
    released = _together(before)
    cells = tuple(sort(plan.cells, known, released.get(PARTICIPANTS, ())).side_by_side(plan.k))
    scores: dict[str, tuple[Cell, ...]] = {}
    spreads: dict[str, tuple[Cell, ...]] = {}
    distributions: dict[str, tuple[Cell, ...]] = {}
    blocks = blocks_of(instrument, respondents, plan.k)
    for block in blocks:
        counted = [respondent for respondent in respondents if block.counts(respondent)]
        earlier = {people for item in block.items for people in released.get(item, ())}
        guarded = guard(instrument, block, sort(cells, counted, sorted(earlier, key=len)), plan.k)
        scores |= guarded.scores
        spreads |= guarded.spreads
        distributions |= guarded.distributions
    return Disclosure(
        plan=plan,
        blocks=blocks,
        participants=cells,
        scores=_with_derived(instrument, cells, scores),
        spreads=spreads,
        distributions=distributions,
        comments=comment_cells(sort(cells, respondents), plan.k) if instrument.comments else (),
    )


def _known(
    respondents: Sequence[Respondent], participants: Sequence[Participant] | None, plan: Plan
) -> Sequence[Participant]:
    known = respondents if participants is None else participants
    for people in (respondents, known):
        if len({person.key for person in people}) < len(people):
            raise ValueError("two people have the same key")
    if _in_groups(respondents, plan) != _in_groups(known, plan):
        raise ValueError("the participants are not in the same groups as the respondents")
    return known


def _in_groups(people: Sequence[Participant], plan: Plan) -> Counter[tuple[bool, ...]]:
    return Counter(tuple(cell.has(person) for cell in plan.cells) for person in people)


def _together(before: Iterable[Release]) -> dict[str, list[frozenset[Hashable]]]:
    together: dict[str, list[frozenset[Hashable]]] = {}
    for released in before:
        for key, sets in released.items():
            together.setdefault(key, []).extend(sets)
    return together


def _with_derived(
    instrument: Instrument, cells: Sequence[Cell], scores: Mapping[str, tuple[Cell, ...]]
) -> dict[str, tuple[Cell, ...]]:
    """With the scores that no block has: worked out from published items, they tell nothing that these do not."""
    derived = {
        subject.key: tuple(cell for cell in cells if all(cell in scores[item] for item in subject.items))
        for subject in subjects(instrument)
        if subject.key not in scores
    }
    return {**scores, **derived}


def release(
    instrument: Instrument,
    disclosure: Disclosure,
    respondents: Sequence[Respondent],
    *,
    participants: Sequence[Participant] | None = None,
) -> Release:
    """Whom the published results are about, to be given to `decide` for overlapping rounds.

    Where answers are kept without a link to people, `participants` have to be given, and only they are in it.
    """
    known = respondents if participants is None else participants
    about = {PARTICIPANTS: [_members(cell, known) for cell in disclosure.participants]}
    if participants is not None:
        return about
    for block in disclosure.blocks:
        counted = [respondent for respondent in respondents if block.counts(respondent)]
        scored = [disclosure.scores[s.key] for s in subjects(instrument) if block.scores(s)]
        sets = [_members(cell, counted) for cell in disclosure.participants if any(cell in c for c in scored)]
        about.update(dict.fromkeys(block.items, sets))
    return about


def _members(cell: Cell, people: Iterable[Participant]) -> frozenset[Hashable]:
    return frozenset(person.key for person in people if cell.has(person))
