"""Two programmes, and what a milestone needs round it: an organisation, an approver, a sponsor, a stranger."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select

from domain.access.viewers import ADMINISTRATOR, Role, Viewer
from domain.database import Database
from domain.history import as_of
from domain.milestones import commands
from domain.milestones.models import Milestone
from domain.models import JournalEntry, Organisation, Partner, Person, Programme, Sponsor
from domain.organisations.models import OrganisationKind
from domain.programmes.models import PartnerRole, ProgrammeStatus
from domain.work import Work, work

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
BEGAN = date(2024, 1, 1)


@dataclass(frozen=True)
class Scene:
    """The ids of what is there, and a way to act and to look."""

    database: Database
    refs: tuple[str, str]
    programme_id: UUID
    other_programme_id: UUID
    organisation_id: UUID
    approver_id: UUID
    placeholder_id: UUID
    sponsor: Viewer
    stranger: Viewer

    def at(self, on: date = BEGAN, viewer: Viewer = ADMINISTRATOR) -> AbstractAsyncContextManager[Work]:
        return work(self.database, viewer, now=NOW, on=on)

    async def milestone(self, on: date = BEGAN, **given: Any) -> Milestone:
        usual: dict[str, Any] = {
            "programme_id": self.programme_id,
            "title": "Shared rota agreed",
            "baseline_on": date(2024, 6, 30),
        }
        async with self.at(on) as doing:
            return await commands.create(doing, **(usual | given))

    async def look(self, statement: Any) -> list[Any]:
        async with self.at() as looking:
            return list((await looking.session.execute(statement)).all())

    async def row(self, model: Any, row_id: UUID) -> Any:
        async with self.at() as looking:
            return await looking.session.get(model, row_id)

    async def as_of(self, model: Any, row_id: UUID, on: date) -> Any:
        rows = as_of(model, func.date(on))
        found = await self.look(select(rows).where(rows.c.id == row_id))
        return found[0] if found else None

    async def journal(self) -> list[str]:
        here = JournalEntry.programme_id.in_([self.programme_id, self.other_programme_id])
        found = await self.look(select(JournalEntry.command).where(here).order_by(JournalEntry.id))
        return [command for (command,) in found]


async def scene(database: Database) -> Scene:
    """A scene that has nothing in common with any other of the same database."""
    unique = uuid4().hex[:12].upper()
    refs = (f"P1-{unique}", f"P2-{unique}")
    async with work(database, ADMINISTRATOR, now=NOW, on=BEGAN) as doing:
        organisation = doing.add(
            Organisation(code=unique, name="A trust", kind=OrganisationKind.NHS_TRUST, valid_from=date.min)
        )
        people = [
            doing.add(
                Person(
                    name=name, email=f"{name}-{unique.lower()}@example.org", is_placeholder=name == "nobody"
                )
            )
            for name in ("approver", "nobody", "sponsor", "stranger")
        ]
        first, second = [
            doing.add(
                Programme(ref=ref, title=f"Programme {ref}", status=ProgrammeStatus.ACTIVE, heard_on=BEGAN)
            )
            for ref in refs
        ]
        await doing.save()
        partner = doing.add(
            Partner(
                programme_id=first.id,
                organisation_id=organisation.id,
                role=PartnerRole.LEAD,
                starts_on=BEGAN,
            )
        )
        await doing.save()
        doing.add(
            Sponsor(programme_id=first.id, partner_id=partner.id, person_id=people[2].id, starts_on=BEGAN)
        )
    approver, nobody, sponsor, stranger = (person.id for person in people)
    return Scene(
        database,
        refs,
        first.id,
        second.id,
        organisation.id,
        approver,
        nobody,
        Viewer(Role.SPONSOR, sponsor),
        Viewer(Role.SPONSOR, stranger),
    )
