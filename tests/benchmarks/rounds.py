"""Publishes a large round and then many small ones, as the worker does it, and says what that took.

It is a process of its own with a database of its own, so that the memory is that of publishing alone:
`python -m tests.benchmarks.rounds ROUNDS`.
"""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, timedelta
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

import msgspec
import psutil
from sqlalchemy import insert

from domain import embedded, migrations
from domain.assessments import storing
from domain.assessments.instrument import Instrument as Asked
from domain.assessments.partitions import answers_of, make_partition
from domain.assessments.round_models import Round, RoundCell, RoundInvitation, RoundState
from domain.cohorts import teams
from domain.database import Database
from domain.people.models import Person
from domain.settings import Settings
from domain.work import Work
from tests import factories
from tests.benchmarks.results import Published
from tests.factories import START, acting
from workers.rounds import publish_round
from workers.running import without_a_job

PEOPLE, ITEMS, GROUPS = 500, 38, 12
"""Of the large round."""
_SMALL, _ROUNDS_OF_A_TEAM = 12, 10
# After so many, everything that is kept for good has been filled.
_WARM = 20


def _large_instrument() -> str:
    items = "".join(
        f"  - {{key: item-{n}, text: Statement {n}., dimension: d{n % 5}}}\n" for n in range(ITEMS)
    )
    dimensions = "".join(f"  - {{key: d{n}, title: Dimension {n}}}\n" for n in range(5))
    return (
        "key: large\nversion: 1\ntitle: Large\nlicence: CC BY 4.0\nauthor: Tests\nlanguage: en-GB\n"
        "scale: {minimum: 1, maximum: 5, labels: {1: Never, 5: Always}}\nscoring: MEAN\ntotal: {title: All}\n"
        f"dimensions:\n{dimensions}items:\n{items}"
    )


async def published(rounds: int) -> Published:
    """Publish the large round, and then so many small ones."""
    with tempfile.TemporaryDirectory(prefix="tandem-bench-") as directory:
        settings = Settings.read({"TANDEM_DATA_DIR": directory})
        with embedded.servers(settings, durable=False) as servers:
            await migrations.upgrade(servers.database_url)
            database = Database(servers.database_url)
            try:
                return await _published(database, rounds)
            finally:
                await database.close()


async def _published(database: Database, rounds: int) -> Published:
    made = _Making(database)
    await made.begin()
    large = await made.large()
    small = [each async for each in made.small(rounds)]
    began = perf_counter()
    await publish_round(database, without_a_job, str(large))
    large_s, took, memory = perf_counter() - began, [], []
    for row_id in small:
        before = perf_counter()
        await publish_round(database, without_a_job, str(row_id))
        took.append(perf_counter() - before)
        memory.append(psutil.Process().memory_info().rss)
    warm = min(_WARM, len(small) - 1)
    return Published(
        large_s=large_s,
        rounds=len(small),
        seconds_each=sum(took[warm:]) / len(took[warm:]),
        memory_early=memory[warm + (len(memory) - warm) // 5],
        memory_late=memory[-1],
    )


@dataclass(frozen=True, slots=True)
class _Team:
    """Who is asked, and in which group each of them is."""

    id: UUID
    people: list[UUID]
    groups: list[str]


class _Making:
    """Closed rounds, written row by row: to answer them one by one is not what is measured."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._choices = random.Random(1)
        self._programme: Any = None
        self._instruments: dict[str, Any] = {}

    async def begin(self) -> None:
        """A programme, and the instruments."""
        async with acting(self._database) as work:
            self._programme = await factories.programme(work)
            self._instruments["large"] = await storing.store(work, file=_large_instrument())
            self._instruments["small"] = await storing.store(work, shipped_key="five-dimensions-25")

    async def large(self) -> UUID:
        """The large round."""
        async with acting(self._database) as work:
            people = await self._people(work, PEOPLE)
            team = await teams.create(work, self._programme.id, name="Everybody", starts_on=START)
            groups = [f"Group {number % GROUPS:02}" for number in range(PEOPLE)]
            return await self._closed(work, _Team(team.id, people, groups), "large", "Large", START)

    async def small(self, rounds: int) -> AsyncIterator[UUID]:
        """Small rounds of many teams, two months apart."""
        for first in range(0, rounds, _ROUNDS_OF_A_TEAM):
            async with acting(self._database) as work:
                people = await self._people(work, _SMALL)
                team = await teams.create(work, self._programme.id, name=f"Team {first}", starts_on=START)
                groups = [("Staff", "Management")[number % 2] for number in range(_SMALL)]
                for number in range(first, min(first + _ROUNDS_OF_A_TEAM, rounds)):
                    on = START + timedelta(days=60 * (number - first))
                    title = f"Round {number}"
                    yield await self._closed(work, _Team(team.id, people, groups), "small", title, on)

    async def _people(self, work: Work, number: int) -> list[UUID]:
        ids = [uuid4() for _ in range(number)]
        rows = [
            {"id": each, "name": f"Person {each}", "version": 1, "valid_from": START, "email": f"{each}@example.org",
             "is_placeholder": False, "summary_frequency": "ON_REQUEST"}
            for each in ids
        ]  # fmt: skip
        await work.session.execute(insert(Person), rows)
        return ids

    async def _closed(self, work: Work, asked: _Team, kind: str, title: str, on: date) -> UUID:
        team, people, groups = asked.id, asked.people, asked.groups
        instrument, row_id = self._instruments[kind], uuid4()
        of = {"programme_id": self._programme.id, "round_id": row_id}
        tracked = {"version": 1, "valid_from": START}
        row = {"id": row_id, "programme_id": self._programme.id, "team_id": team, "instrument_id": instrument.id,
               "title": title, "state": RoundState.CLOSED, "k": 5, "by_organisation": False, "groupings": {},
               "opened_on": on, "closed_on": on + timedelta(days=7), **tracked}  # fmt: skip
        await work.session.execute(insert(Round), [row])
        cells: list[tuple[str | None, str, int]] = [(None, "Everybody", len(people))]
        cells += [("Group", group, groups.count(group)) for group in sorted(set(groups))]
        await work.session.execute(
            insert(RoundCell),
            [
                {"id": uuid4(), **of, "place": place, "grouping": grouping, "group_key": grouping and name,
                 "title": name, "invited": invited, **tracked}
                for place, (grouping, name, invited) in enumerate(cells)
            ],
        )  # fmt: skip
        of_each = [{**of, "groups": {"Group": group}} for group in groups]
        await work.session.execute(
            insert(RoundInvitation),
            [
                {"id": uuid4(), **each, "person_id": person, "answered": True}
                for each, person in zip(of_each, people, strict=True)
            ],
        )
        await make_partition(work.session, row_id)
        answers = [
            {"id": uuid4(), **each, "answers": self._answers(instrument.read()), "comments": {}}
            for each in of_each
        ]
        await work.session.execute(insert(answers_of(row_id)), answers)
        return row_id

    def _answers(self, instrument: Asked) -> dict[str, int]:
        """Mostly all of the items, since some people skip some."""
        asked = [item.key for item in instrument.items]
        left_out = self._choices.choice(asked) if self._choices.random() < 0.1 else None
        return {key: self._choices.choice((1, 2, 3, 3, 4, 4, 5)) for key in asked if key != left_out}


if __name__ == "__main__":
    print(msgspec.json.encode(asyncio.run(published(int(sys.argv[1])))).decode())
