"""A programme as it went on, day after day, by the commands that people would have used on those days."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from uuid import UUID

from sqlalchemy import select

from domain.access.viewers import ADMINISTRATOR
from domain.assessments import answering, closing, inviting, opening, publication, rounds, storing
from domain.assessments.round_models import Round
from domain.calendar import LONDON
from domain.cohorts import teams
from domain.cohorts.models import Team
from domain.database import Database, take_effect
from domain.milestones import commands as milestones
from domain.milestones.models import Milestone
from domain.organisations.models import Organisation
from domain.people import commands as people
from domain.people.models import Person
from domain.programmes import commands as programmes
from domain.programmes import partners, phases, sponsors
from domain.programmes.models import Partner, PartnerRole, Programme, ProgrammeStatus
from domain.work import Work
from domain.work import work as begin

Marks = Mapping[str, int]
"""What one person answers, by item."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A round as it went: who answered what, and which groups were declared before it opened.

    `answers` has those who answered; `comments` what some of them wrote beside an item.
    """

    title: str
    instrument: str
    opens: date
    closes: date
    answers: Mapping[UUID, Marks]
    comments: Mapping[UUID, Mapping[str, str]] = field(default_factory=dict)
    groups: Mapping[str, Mapping[str, Sequence[UUID]]] = field(default_factory=dict)
    by_organisation: bool = False


@dataclass(frozen=True, slots=True)
class About:
    """What a programme is from its first day on."""

    ref: str
    title: str
    purpose: str
    category: str
    begins: date
    ends: date


@dataclass(slots=True)
class Story:
    """One transaction that goes through the years."""

    work: Work
    emails: dict[UUID, str] = field(default_factory=dict)

    async def on(self, day: date) -> Work:
        """Go on to five in the afternoon of a day: the commands after this one act then."""
        self.work.on, self.work.now = day, _afternoon(day)
        await take_effect(self.work.session, day)
        return self.work

    async def programme(
        self,
        about: About,
        lead: Organisation,
        others: Sequence[Organisation],
        stages: Sequence[tuple[str, date, date]] = (),
    ) -> Programme:
        """A programme that begins, with all its partners and what it is to go through."""
        programme = await programmes.create(
            self.work,
            ref=about.ref,
            title=about.title,
            lead_id=lead.id,
            purpose=about.purpose,
            status=ProgrammeStatus.ACTIVE,
            category=about.category,
            starts_on=about.begins,
            ends_on=about.ends,
        )
        for other in others:
            await partners.add(
                self.work,
                programme.id,
                organisation_id=other.id,
                role=PartnerRole.PARTNER,
                starts_on=about.begins,
            )
        for title, starts_on, ends_on in stages:
            await phases.add(self.work, programme.id, title=title, starts_on=starts_on, ends_on=ends_on)
        return programme

    async def staff(
        self, organisation: Organisation, names: Sequence[str], *, position: str | None = None
    ) -> list[UUID]:
        """People who belong to an organisation from this day on."""
        return [await self._employee(organisation, name, position) for name in names]

    async def _employee(self, organisation: Organisation, name: str, position: str | None) -> UUID:
        # Of example.org no mail is ever delivered to anybody.
        address = f"{name.lower().replace(' ', '.')}@{organisation.code.lower()}.example.org"
        person: Person = await people.create(self.work, name=name, email=address)
        await people.affiliate(
            self.work,
            person.id,
            organisation_id=organisation.id,
            starts_on=self.work.on,
            position=position,
        )
        self.emails[person.id] = person.email
        return person.id

    async def sponsor(
        self, programme: Programme, organisation: Organisation, name: str, *, position: str
    ) -> None:
        """Somebody answers for the programme on behalf of one of its partners from this day on."""
        [person_id] = await self.staff(organisation, [name], position=position)
        part = select(Partner.id).where(
            Partner.programme_id == programme.id, Partner.organisation_id == organisation.id
        )
        partner_id = (await self.work.session.scalars(part)).one()
        await sponsors.appoint(
            self.work, programme.id, partner_id=partner_id, person_id=person_id, starts_on=self.work.on
        )

    async def team(
        self, programme: Programme, name: str, members: Sequence[UUID], *, cohort_id: UUID | None = None
    ) -> Team:
        """A team across organisations from this day on."""
        made = await teams.create(
            self.work, programme.id, name=name, cohort_id=cohort_id, starts_on=self.work.on
        )
        for person_id in members:
            await teams.add_member(self.work, made.id, person_id=person_id, starts_on=self.work.on)
        return made

    async def ask(self, team: Team, asked: Asked) -> Round:
        """A whole round: opened for the team, answered through its links, closed and published."""
        work = await self.on(asked.opens)
        instrument = await storing.store(work, shipped_key=asked.instrument)
        row = await rounds.create(
            work,
            team.id,
            instrument_id=instrument.id,
            title=asked.title,
            by_organisation=asked.by_organisation,
        )
        for grouping, groups in asked.groups.items():
            for name, members in groups.items():
                await rounds.group(work, row.id, grouping=grouping, name=name, person_ids=members)
        await opening.open_(work, row.id)
        await inviting.invite(work, row.id)
        await self._answer(asked)
        await self.on(asked.closes)
        await closing.close(work, row.id)
        return await publication.publish(work, row.id)

    async def _answer(self, asked: Asked) -> None:
        links: list[inviting.Link] = self.work.handed.pop("links")
        tokens = {link.email: link.path.removeprefix(inviting.PATH) for link in links}
        for person_id, marks in asked.answers.items():
            await answering.answer(
                self.work,
                token=tokens[self.emails[person_id]],
                answers=marks,
                comments=asked.comments.get(person_id),
            )

    async def finish(self, programme: Programme, day: date, reason: str) -> None:
        """The programme reaches its planned end and is closed."""
        work = await self.on(day)
        end = select(Milestone.id).where(Milestone.programme_id == programme.id, Milestone.marks_end)
        await milestones.achieve(work, (await work.session.scalars(end)).one(), achieved_on=day)
        await programmes.close(work, programme.id, reason=reason)


@asynccontextmanager
async def story(database: Database, begins: date) -> AsyncIterator[Story]:
    """A story that begins on a day; it is kept when it is told to the end, or else nothing of it."""
    async with begin(database, ADMINISTRATOR, now=_afternoon(begins), on=begins) as work:
        yield Story(work)


def _afternoon(day: date) -> datetime:
    return datetime.combine(day, time(17), LONDON).astimezone(UTC)
