"""Reads what a summary is made from: as its sponsor, through trusted documents, as of both ends of the period."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from domain.access.viewers import Role, Viewer
from domain.database import Database
from domain.errors import NotFound
from domain.summaries import changes
from domain.summaries.people import Round, Session, Strengths
from domain.summaries.period import Period
from domain.summaries.reading import Milestone, Moved, Programme, Reader, Reading, Standing, assemble
from domain.summaries.sources import Source
from graph.asking import ask
from graph.sizes import MOST_VALUES
from graph.trusted import documents

# What each document lists, by the name of the list in its answer.
LISTS: dict[str, tuple[str, type[Any]]] = {
    "summary/programmes": ("programmes", Programme),
    "summary/milestones": ("milestones", Milestone),
    "summary/moves": ("milestones", Moved),
    "summary/standing": ("programmes", Standing),
    "summary/sessions": ("sessions", Session),
    "summary/rounds": ("rounds", Round),
    "summary/strengths": ("programmes", Strengths),
}


async def read(
    database: Database, person_id: UUID, period: Period
) -> tuple[Reader, Reading, dict[str, Source]]:
    """The sponsor, what they read, and what was asked for it.

    Raises:
        NotFound: there is no such person.
    """
    viewer = Viewer(Role.SPONSOR, person_id)
    sources = _of_both_ends(period) | _of_people(period)
    answers = {name: await answer(database, viewer, source) for name, source in sources.items()}
    further = _of_what_changed(assemble(period, answers))
    answers |= {name: await answer(database, viewer, source) for name, source in further.items()}
    return await _reader(database, viewer), assemble(period, answers), sources | further


# Of the values that a request may have, so that a source of any size can be asked for.
_IDS_AT_ONCE = MOST_VALUES // 2


async def answer(database: Database, viewer: Viewer, source: Source) -> dict[str, Any]:
    """The items of a source by their ids: the whole list, read page by page, and for some ids at a time."""
    found: dict[str, Any] = {}
    for variables in _portions(source.variables):
        found |= await _read(database, viewer, source.document, variables)
    return found


def _portions(variables: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    ids = variables.get("ids") or []
    if len(ids) <= _IDS_AT_ONCE:
        yield variables
        return
    for first in range(0, len(ids), _IDS_AT_ONCE):
        yield {**variables, "ids": ids[first : first + _IDS_AT_ONCE]}


async def _read(
    database: Database, viewer: Viewer, document: str, variables: Mapping[str, Any]
) -> dict[str, Any]:
    field, kind = LISTS[document]
    found: dict[str, Any] = {}
    after: str | None = None
    while True:
        said = await ask(database, viewer, documents()[document], {**variables, "after": after})
        page = said[field]
        found |= {node["id"]: msgspec.convert(node, kind) for node in page["nodes"]}
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return found


async def _reader(database: Database, viewer: Viewer) -> Reader:
    said = await ask(database, viewer, documents()["summary/sponsor"], {})
    if said["viewer"]["person"] is None:
        raise NotFound("person", field="personId")
    return msgspec.convert(said["viewer"]["person"], Reader)


def _of_both_ends(period: Period) -> dict[str, Source]:
    return {
        "programmesAtStart": _source("summary/programmes", period.starts),
        "programmesAtEnd": _source("summary/programmes", period.ends),
        "milestonesAtStart": _source("summary/milestones", period.starts),
        "milestonesAtEnd": _source("summary/milestones", period.ends),
    }


def _of_people(period: Period) -> dict[str, Source]:
    """What people did together, and what is known of them.

    Sessions before the period are asked for as of its end too: what was noted late counts, and for whom somebody counts
    is said of both stretches of time alike.
    """
    starts, ends, earlier = (day.isoformat() for day in (period.starts, period.ends, period.previous_starts))
    return {
        "sessions": _source("summary/sessions", period.ends, since=starts, until=ends),
        "sessionsBefore": _source("summary/sessions", period.ends, since=earlier, until=starts),
        "rounds": _source("summary/rounds", period.ends, since=starts),
        "strengthsAtStart": _source("summary/strengths", period.starts, since=earlier),
        "strengthsAtEnd": _source("summary/strengths", period.ends, since=starts),
    }


def _of_what_changed(reading: Reading) -> dict[str, Source]:
    """The second round of questions: why what slipped did, and what became of what is the sponsor's at one end only."""
    period = reading.period
    slipped = sorted(slip.milestone.id for slip in changes.slips(reading) if slip.days > 0)
    moved = sorted(programme.id for programme in [*changes.joined(reading), *changes.left(reading)])
    return {
        "moves": _source("summary/moves", period.ends, ids=slipped, since=period.starts.isoformat()),
        "standingAtStart": _source("summary/standing", period.starts, ids=moved),
        "standingAtEnd": _source("summary/standing", period.ends, ids=moved),
    }


def _source(document: str, on: date, **variables: Any) -> Source:
    return Source(document, documents()[document].id, {"on": on.isoformat(), **variables}, on)
