"""What of a closed round is published. Decided once, from the same input always the same, for every reader.

What is guarded against, with which assumptions, is said to respondents in docs/anonymity.md. In short: the reader
knows everybody's groups, who took part and who skipped which item; has everything that was published of this round
and of overlapping rounds; and adds and subtracts it in any way. Still no combination is about 1 to k-1 people, and
none is so high or so low that it gives answers away.

What is not published carries no reason, so that what is too small looks like what protects something else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.assessments.blocks import Block, blocks_of
from domain.assessments.cells import Cell, Participant, Plan, Respondent
from domain.assessments.guarding import comment_cells, guard
from domain.assessments.instrument import Instrument
from domain.assessments.overlap import Accepts, Release, Source, acceptance, source_among
from domain.assessments.questions import Questions, questions_of
from domain.assessments.scoring import Subject, subjects
from domain.assessments.sorting import sort


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
    before: Sequence[Release] = (),
    questions: Questions | None = None,
) -> Disclosure:
    """What of a closed round is published.

    `participants` are those who took part, as people, where answers are kept without a link to them: their keys are
    then compared with what was released `before`, and the respondents' keys are not. Without it, respondents are both.
    `before` are the releases of all rounds that are connected with this one: that asked some of the same people, or
    people who were asked in another of them, the same at about the same time, so that an attacker may take the answers
    for the same. `questions` names what the items ask, as the releases do; without it, their wording does.

    Raises:
        ValueError: two people have one key, or the participants are not in the same groups as the respondents.
    """
    known = _known(respondents, participants, plan)
    others = _Others(known, before, plan, questions or questions_of([instrument])[0])
    cells = sort(plan.cells, known).side_by_side(plan.k, others.accept_participants())
    scores: dict[str, tuple[Cell, ...]] = {}
    spreads: dict[str, tuple[Cell, ...]] = {}
    distributions: dict[str, tuple[Cell, ...]] = {}
    blocks = blocks_of(instrument, respondents, plan.k)
    for block in blocks:
        counted = [respondent for respondent in respondents if block.counts(respondent)]
        accepts = others.accept_scores(block, cells, counted)
        guarded = guard(instrument, block, sort(cells, counted), plan.k, accepts)
        others.remember(
            block, [cell for cell in cells if any(cell in c for c in guarded.scores.values())], counted
        )
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


class _Others:
    """All that was published of the same people and questions, and what is added to it."""

    def __init__(
        self, known: Sequence[Participant], before: Sequence[Release], plan: Plan, questions: Questions
    ) -> None:
        self._known = known
        self._plan = plan
        self._questions = questions
        self._participants = [released.participants for released in before]
        # What was said of the larger number has to stay true.
        self._k = max(plan.k, *(released.k for released in before)) if before else plan.k
        self._scores: dict[str, list[Source]] = {}
        for released in before:
            for question, sources in released.scores.items():
                self._scores.setdefault(question, []).extend(sources)

    def accept_participants(self) -> Accepts:
        """Which cells may have their number of participants told, and results at all."""
        cells = self._plan.cells
        return acceptance(cells, source_among(cells, self._known, self._known), [self._participants], self._k)

    def accept_scores(self, block: Block, cells: Sequence[Cell], counted: Sequence[Respondent]) -> Accepts:
        """Which cells may have scores of the items of a block."""
        systems = (self._scores.get(self._questions[item], ()) for item in block.items)
        return acceptance(cells, source_among(cells, self._known, counted), systems, self._k)

    def remember(self, block: Block, cells: Sequence[Cell], counted: Sequence[Respondent]) -> None:
        """Note what is published of a block, where items of other blocks ask the same."""
        source = source_among(cells, self._known, counted)
        asked = Counter(self._questions.values())
        for question in {self._questions[item] for item in block.items}:
            if asked[question] > 1:
                self._scores.setdefault(question, []).append(source)


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
