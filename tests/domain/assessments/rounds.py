"""A team that is asked, by the commands themselves: people of two organisations, their links, their answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from domain.assessments import answering, closing, inviting, opening, publication, rounds, storing
from domain.assessments.models import Instrument
from domain.assessments.result_models import Result
from domain.assessments.round_models import Round, RoundCell
from domain.cohorts import teams
from domain.cohorts.models import Team
from domain.database import Database
from domain.organisations.models import Organisation
from domain.people import commands as people
from domain.programmes.models import Programme
from domain.work import Work
from tests import factories
from tests.factories import START, acting, noon

AUDIT = """
key: audit
version: 1
title: A short audit
licence: CC BY 4.0
author: A forum
language: en-GB
scale: {minimum: 1, maximum: 5, labels: {1: Never, 5: Always}}
scoring: MEAN
comments: true
total: {title: Everything, benchmark: {value: 3.5, source: "A survey of forums", date: 2017-01-31}}
dimensions:
  - {key: working, title: Working together, bands: [{key: good, title: Good, from: 3.25}, {key: low, title: Low}]}
items:
  - {key: listen, text: People listen., dimension: working}
  - {key: rush, text: People rush., dimension: working, reverse: true}
themes: [{key: voice, title: Voice, items: [listen]}]
"""
ONCE = date(2026, 3, 2)
"""The day on which things happen, unless a test says otherwise."""

Answer = Mapping[str, int | None]


@dataclass
class Asked:
    """A team of a programme: the first half belongs to the lead, the second to the other organisation."""

    database: Database
    programme: Programme
    lead: Organisation
    other: Organisation
    team: Team
    people: list[UUID]
    instrument: Instrument
    tokens: dict[UUID, str] = field(default_factory=dict)

    async def draft(self, title: str = "Spring", *, on: date = ONCE, **given: Any) -> Round:
        """A round that is a draft."""
        async with acting(self.database, on=on, now=noon(on)) as work:
            return await rounds.create(
                work, self.team.id, instrument_id=self.instrument.id, title=title, **given
            )

    async def open(self, title: str = "Spring", *, on: date = ONCE, **given: Any) -> Round:
        """A round that is open, with a link for each person."""
        return await self.start(await self.draft(title, on=on, **given), on=on)

    async def start(self, row: Round, *, on: date = ONCE) -> Round:
        """Open a draft and give everybody a link."""
        async with acting(self.database, on=on, now=noon(on)) as work:
            opened = await opening.open_(work, row.id)
            await inviting.invite(work, row.id)
            await self.remember(work)
        return opened

    async def remember(self, work: Work) -> None:
        """Keep the links that were handed out, by person."""
        found = {f"p{number}@example.org": person for number, person in enumerate(self.people)}
        for link in work.handed["links"]:
            self.tokens[found[link.email]] = link.path.removeprefix(inviting.PATH)

    async def answer(self, person: UUID, answers: Answer, *, on: date = ONCE, **comments: str) -> None:
        """What one person sends."""
        async with acting(self.database, on=on, now=noon(on)) as work:
            await answering.answer(work, token=self.tokens[person], answers=answers, comments=comments)

    async def all_answer(self, answers: Sequence[Answer | None], *, on: date = ONCE) -> None:
        """What the people send, in turn; None sends nothing."""
        for person, given in zip(self.people, answers, strict=True):
            if given is not None:
                await self.answer(person, given, on=on)

    async def close(self, row: Round, *, on: date = ONCE) -> None:
        """Take no more answers."""
        async with acting(self.database, on=on, now=noon(on)) as work:
            await closing.close(work, row.id)

    async def publish(self, row: Round, *, on: date = ONCE) -> Round:
        """What the worker does."""
        async with acting(self.database, on=on, now=noon(on)) as work:
            return await publication.publish(work, row.id)

    async def ask(
        self, title: str, answers: Sequence[Answer | None], *, on: date = ONCE, **given: Any
    ) -> Round:
        """A whole round, from the draft to the results."""
        row = await self.open(title, on=on, **given)
        await self.all_answer(answers, on=on)
        await self.close(row, on=on)
        return await self.publish(row, on=on)

    async def results(self, row: Round) -> dict[tuple[str, str], Result]:
        """What a round published, by the title of the cell and the key of what it is of."""
        async with acting(self.database) as work:
            found = await work.session.execute(
                select(RoundCell.title, Result)
                .join(RoundCell, RoundCell.id == Result.cell_id)
                .where(Result.round_id == row.id)
            )
            return {(title, result.key): result for title, result in found}


async def asked_team(database: Database, size: int = 12, file: str = AUDIT) -> Asked:
    """A team of so many people, and an instrument for them."""
    async with acting(database, on=START) as work:
        joint = await factories.joint(work, "forum")
        team = await teams.create(work, joint.programme.id, name="Forum", starts_on=START)
        members = []
        for number in range(size):
            person = await factories.person(work, f"Person {number}", email=f"p{number}@example.org")
            employer = joint.lead if number < size // 2 else joint.other
            await people.affiliate(work, person.id, organisation_id=employer.id, starts_on=START)
            await teams.add_member(work, team.id, person_id=person.id, starts_on=START)
            members.append(person.id)
        instrument = await storing.store(work, file=file)
    return Asked(database, joint.programme, joint.lead, joint.other, team, members, instrument)


def both(listen: int | None, rush: int | None) -> Answer:
    """An answer to the audit."""
    return {"listen": listen, "rush": rush}


def some(size: int) -> list[Answer]:
    """Answers of people who differ, in every group of two or more."""
    return [both(2 + number % 3, 2 + number % 2) for number in range(size)]


async def _sub_team(it: Asked, name: str, members: Sequence[UUID]) -> Asked:
    """The same people's world, seen by a team of some of them."""
    async with acting(it.database) as work:
        team = await teams.create(work, it.programme.id, name=name, starts_on=START)
        for person in members:
            await teams.add_member(work, team.id, person_id=person, starts_on=START)
    return Asked(it.database, it.programme, it.lead, it.other, team, it.people, it.instrument)


async def _asked(it: Asked, title: str, answers: dict[UUID, Answer], *, on: date = ONCE) -> Round:
    row = await it.open(title, on=on)
    for person, given in answers.items():
        await it.answer(person, given, on=on)
    await it.close(row, on=on)
    return await it.publish(row, on=on)


async def sub_team_asked(it: Asked, name: str, numbers: range, *, on: date = ONCE) -> Round:
    """A whole round of some of the people, by their numbers."""
    members = [it.people[number] for number in numbers]
    team = await _sub_team(it, name, members)
    return await _asked(team, name, dict(zip(members, some(len(members)), strict=True)), on=on)
