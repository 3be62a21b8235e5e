"""The published rounds that a round has to be held against: connected with it through people, questions and time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from domain.assessments import instrument as pure
from domain.assessments.cells import Cell, Participant
from domain.assessments.models import Instrument
from domain.assessments.overlap import Release, release_of
from domain.assessments.questions import Questions, ask_the_same, questions_of
from domain.assessments.result_models import Result
from domain.assessments.round_models import Round, RoundCell, RoundInvitation
from domain.journal.models import JournalEntry
from domain.work import Work

AT_ABOUT_THE_SAME_TIME: Final = timedelta(days=30)
"""Rounds that were open with no more than this between them overlap: answers to both may be taken for the same."""

_ALWAYS: Final = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC) - AT_ABOUT_THE_SAME_TIME


@dataclass(frozen=True, slots=True)
class Connected:
    """What connected rounds released, and the questions of the round that they are connected with."""

    releases: Sequence[Release]
    questions: Questions


@dataclass(frozen=True, slots=True)
class _Known:
    """A round: what it asked, with which k, and when it was opened and closed, by the moment of recording."""

    k: int
    asked: pure.Instrument
    opened_at: datetime
    closed_at: datetime

    def overlaps(self, other: _Known) -> bool:
        """Whether people could have been asked the same in both at about the same time."""
        near = (
            self.opened_at - other.closed_at <= AT_ABOUT_THE_SAME_TIME
            and other.opened_at - self.closed_at <= AT_ABOUT_THE_SAME_TIME
        )
        return near and ask_the_same(self.asked, other.asked)


async def connected_with(work: Work, row: Round) -> Connected:
    """What was released by the published rounds that a closed one is connected with, over any number of rounds.

    Two rounds are connected where somebody took part in both, they asked the same, and they overlap by the moments at
    which their opening and closing were recorded. The dates that people entered do not count.
    """
    known = await _rounds(work, [row.id])
    frontier = [row.id]
    while frontier:
        pairs = await _with_the_same_people(work, frontier, known)
        met = await _rounds(work, {other for _, other in pairs})
        found = {other: met[other] for one, other in pairs if known[one].overlaps(met[other])}
        known |= found
        frontier = [*found]
    by_round = dict(zip(known, questions_of([each.asked for each in known.values()]), strict=True))
    own = by_round.pop(row.id)
    return Connected(await _released(work, known, by_round), own)


async def _with_the_same_people(
    work: Work, rounds: Collection[UUID], known: Collection[UUID]
) -> list[tuple[UUID, UUID]]:
    """Pairs of one of the rounds and a published one, not known yet, in which the same person took part."""
    mine, theirs = aliased(RoundInvitation), aliased(RoundInvitation)
    pairs = await work.session.execute(
        select(mine.round_id, theirs.round_id)
        .join(theirs, theirs.person_id == mine.person_id)
        .join(Round, Round.id == theirs.round_id)
        .where(mine.round_id.in_(rounds), mine.answered, theirs.answered, theirs.round_id.not_in(known))
        .where(Round.published_on.is_not(None))
        .distinct()
        .order_by(theirs.round_id, mine.round_id)
    )
    return [(one, other) for one, other in pairs]


async def _rounds(work: Work, rounds: Collection[UUID]) -> dict[UUID, _Known]:
    moments = await _moments(work, rounds)
    found = await work.session.execute(
        select(Round.id, Round.k, Instrument)
        .join(Instrument, Instrument.id == Round.instrument_id)
        .where(Round.id.in_(rounds))
    )
    return {id_: _Known(k, instrument.read(), *moments[id_]) for id_, k, instrument in found}


async def _moments(work: Work, rounds: Collection[UUID]) -> Mapping[UUID, tuple[datetime, datetime]]:
    """When each round was opened and closed, as the journal has it; where it does not say, at any time."""
    told = await work.session.execute(
        select(JournalEntry.subject_id, JournalEntry.command, func.max(JournalEntry.recorded_at))
        .where(
            JournalEntry.subject_id.in_(rounds), JournalEntry.command.in_(("round.opened", "round.closed"))
        )
        .group_by(JournalEntry.subject_id, JournalEntry.command)
    )
    moments = {(round_id, command): moment for round_id, command, moment in told}
    earliest, latest = _ALWAYS
    return {
        each: (
            moments.get((each, "round.opened"), earliest),
            moments.get((each, "round.closed"), latest),
        )
        for each in rounds
    }


async def _released(
    work: Work, known: Mapping[UUID, _Known], questions: Mapping[UUID, Questions]
) -> list[Release]:
    """Whom the numbers are about that rounds published, of those with questions."""
    rounds = list(questions)
    people: dict[UUID, list[Participant]] = defaultdict(list)
    for round_id, person_id, groups in await work.session.execute(
        select(RoundInvitation.round_id, RoundInvitation.person_id, RoundInvitation.groups).where(
            RoundInvitation.round_id.in_(rounds), RoundInvitation.answered
        )
    ):
        people[round_id].append(Participant(person_id, groups))
    told: dict[UUID, dict[Cell, frozenset[Hashable]]] = {each: {} for each in rounds}
    cells: dict[UUID, Cell] = {}
    for cell in await work.session.scalars(
        select(RoundCell).where(RoundCell.round_id.in_(rounds), RoundCell.participants.is_not(None))
    ):
        cells[cell.id] = cell.pure
        members = (person.key for person in people[cell.round_id] if cell.pure.has(person))
        told[cell.round_id][cell.pure] = frozenset(members)
    counted = await _counted(work, {each: known[each].asked for each in rounds}, cells)
    return [release_of(known[each].k, told[each], counted[each], questions[each]) for each in rounds]


async def _counted(
    work: Work, asked: Mapping[UUID, pure.Instrument], cells: Mapping[UUID, Cell]
) -> Mapping[UUID, Mapping[str, Mapping[Cell, int]]]:
    """Of how many people the scores tell, by round, item and cell.

    Where an item's own score is not published but that of a dimension of it is, that counts the same people.
    """
    counted: dict[UUID, dict[str, dict[Cell, int]]] = defaultdict(lambda: defaultdict(dict))
    found = await work.session.execute(
        select(Result.round_id, Result.cell_id, Result.key, Result.n).where(Result.round_id.in_(asked))
    )
    # Scores of fewer items last, so that what an item says of itself stays.
    results = sorted(found, key=lambda each: -len(_items(asked[each.round_id], each.key)))
    for round_id, cell_id, key, n in results:
        for item in _items(asked[round_id], key):
            counted[round_id][item][cells[cell_id]] = n
    return counted


def _items(instrument: pure.Instrument, key: str) -> Sequence[str]:
    """The items that a score is of."""
    return [key] if key in instrument.by_key else [item.key for item in instrument.items_of(key)]
