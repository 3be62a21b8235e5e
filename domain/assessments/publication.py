"""Publishing a round: once, for every reader, for good. It is decided, worked out, kept, and the answers are deleted.

All of that is one transaction, so a worker that is killed half-way has done nothing, and one that finds the round
published does nothing more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from uuid_utils.compat import uuid7

from domain.access.viewers import Permission
from domain.assessments import instrument as pure
from domain.assessments.cells import Cell, Participant, Plan, Respondent
from domain.assessments.comparing import compare_with_earlier, compare_within
from domain.assessments.connected import Connected, connected_with
from domain.assessments.disclosure import decide
from domain.assessments.figures import figure
from domain.assessments.models import Instrument, InstrumentBand, InstrumentDimension, InstrumentItem
from domain.assessments.partitions import answers_of, drop_partition
from domain.assessments.result_models import Result, ResultKind, RoundComment
from domain.assessments.results import Results
from domain.assessments.results import publish as work_out
from domain.assessments.round_models import Round, RoundCell, RoundInvitation, RoundState
from domain.assessments.scoring import subjects
from domain.tables import Recorded
from domain.work import Work


async def publish(work: Work, round_id: UUID) -> Round:
    """Publish a closed round and delete its answers. Published already, it stays as it is.

    Raises:
        Refused: ROUND_NOT_CLOSED.
    """
    row = await work.find(Round, round_id, for_update=True)
    work.require(Permission.EDIT_ROUNDS)
    if row.state is RoundState.PUBLISHED:
        return row
    row.require_closed()
    instrument = await work.session.get_one(Instrument, row.instrument_id)
    # Of two rounds that are connected, over whichever others, the later one to be published has to know of the other.
    await work.alone("publishing")
    closed = await _load(work, row, instrument)
    results = await asyncio.to_thread(_decided, closed)
    await _keep(work, closed, results)
    row.publish(on=work.on)
    # The journal has that it was published; what was, is in the results.
    work.record("round.published", row)
    await work.save()
    await compare_within(work, row)
    await compare_with_earlier(work, row)
    await drop_partition(work.session, row.id)
    return row


@dataclass(frozen=True, slots=True)
class _Closed:
    """A round that was closed, as calculations take it."""

    row: Round
    instrument: pure.Instrument
    cells: Mapping[Cell, RoundCell]
    respondents: Sequence[Respondent]
    participants: Sequence[Participant]
    connected: Connected


def _decided(closed: _Closed) -> Results:
    """What is published; some seconds of work for a large round, so beside the loop."""
    plan = Plan(tuple(closed.cells), closed.row.k)
    disclosure = decide(
        closed.instrument,
        plan,
        closed.respondents,
        participants=closed.participants,
        before=closed.connected.releases,
        questions=closed.connected.questions,
    )
    return work_out(closed.instrument, disclosure, closed.respondents)


async def _load(work: Work, row: Round, instrument: Instrument) -> _Closed:
    cells = await work.session.scalars(
        select(RoundCell).where(RoundCell.round_id == row.id).order_by(RoundCell.place)
    )
    kept = answers_of(row.id)
    answers = await work.session.execute(
        select(kept.c.groups, kept.c.answers, kept.c.comments).order_by(kept.c.id)
    )
    read = instrument.read()
    nothing = dict.fromkeys(read.by_key)
    return _Closed(
        row=row,
        instrument=read,
        cells={cell.pure: cell for cell in cells},
        respondents=[
            Respondent(number, groups, {**nothing, **given}, comments)
            for number, (groups, given, comments) in enumerate(answers)
        ],
        participants=await _participants(work, row.id),
        connected=await connected_with(work, row),
    )


async def _participants(work: Work, round_id: UUID) -> list[Participant]:
    found = await work.session.execute(
        select(RoundInvitation.person_id, RoundInvitation.groups).where(
            RoundInvitation.round_id == round_id, RoundInvitation.answered
        )
    )
    return [Participant(person_id, groups) for person_id, groups in found]


@dataclass(frozen=True, slots=True)
class _Keys:
    """Where the parts of an instrument are kept: their ids by key, bands by dimension and key."""

    dimensions: Mapping[str, UUID]
    items: Mapping[str, tuple[UUID, UUID]]
    bands: Mapping[tuple[UUID, str], UUID]


async def _keys(work: Work, instrument_id: UUID) -> _Keys:
    dimensions = await work.session.execute(
        select(InstrumentDimension.key, InstrumentDimension.id).where(
            InstrumentDimension.instrument_id == instrument_id
        )
    )
    items = await work.session.execute(
        select(InstrumentItem.key, InstrumentItem.id, InstrumentItem.dimension_id).where(
            InstrumentItem.instrument_id == instrument_id
        )
    )
    by_key = {row.key: row.id for row in dimensions}
    bands = await work.session.execute(
        select(InstrumentBand.dimension_id, InstrumentBand.key, InstrumentBand.id).where(
            InstrumentBand.dimension_id.in_(by_key.values())
        )
    )
    return _Keys(
        by_key,
        {key: (id_, dimension_id) for key, id_, dimension_id in items},
        {(dimension_id, key): id_ for dimension_id, key, id_ in bands},
    )


async def _keep(work: Work, closed: _Closed, results: Results) -> None:
    """Write what is published, before the round itself says that it is: after that nothing can be added."""
    keys = await _keys(work, closed.row.instrument_id)
    await _insert(work, Result, _results(work, closed, results, keys))
    await _insert(work, RoundComment, _comments(work, closed, results, keys))
    for cell, participants in results.participants.items():
        closed.cells[cell].participants = participants
    await work.save()


async def _insert(work: Work, model: type[Recorded], rows: Iterator[dict[str, Any]]) -> None:
    if found := list(rows):
        await work.session.execute(insert(model), found)


def _results(work: Work, closed: _Closed, results: Results, keys: _Keys) -> Iterator[dict[str, Any]]:
    places = _places(closed.instrument)
    for result in results.results:
        is_item = result.key in keys.items
        item_id, dimension_id = keys.items[result.key] if is_item else (None, keys.dimensions[result.key])
        yield {
            "id": uuid7(),
            "valid_from": work.on,
            "programme_id": closed.row.programme_id,
            "round_id": closed.row.id,
            "cell_id": closed.cells[result.cell].id,
            "dimension_id": dimension_id,
            "item_id": item_id,
            "kind": _kind(closed.instrument, result.key),
            "key": result.key,
            "place": places[result.key],
            "n": result.n,
            "score": figure(result.score),
            "band_id": None if result.band is None else keys.bands[dimension_id, result.band.key],
            "deviation": figure(result.deviation),
            "agreement": figure(result.agreement),
            "distribution": result.distribution,
            "scores": result.scores,
        }


def _comments(work: Work, closed: _Closed, results: Results, keys: _Keys) -> Iterator[dict[str, Any]]:
    for place, comment in enumerate(results.comments):
        yield {
            "id": uuid7(),
            "valid_from": work.on,
            "programme_id": closed.row.programme_id,
            "round_id": closed.row.id,
            "cell_id": closed.cells[comment.cell].id,
            "item_id": keys.items[comment.item][0],
            "place": place,
            "text": comment.text,
        }


def _places(instrument: pure.Instrument) -> dict[str, int]:
    return {subject.key: place for place, subject in enumerate(subjects(instrument))}


def _kind(instrument: pure.Instrument, key: str) -> ResultKind:
    if key in instrument.by_key:
        return ResultKind.ITEM
    return (
        ResultKind.TOTAL
        if instrument.total is not None and key == instrument.total.key
        else ResultKind.DIMENSION
    )
