from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from domain.database import Database
from domain.models import JournalEntry
from domain.programmes import commands
from tests import factories
from tests.factories import NOW, START, TODAY, acting


async def test_an_entry_says_who_did_what_when_to_what(database: Database) -> None:
    async with acting(database) as work:
        it = await factories.joint(work)
    async with acting(database, on=TODAY - timedelta(days=1)) as work:
        await commands.pause(work, it.programme.id, reason="Funding.")
    async with acting(database) as work:
        entry = (
            await work.session.scalars(select(JournalEntry).where(JournalEntry.command == "programme.paused"))
        ).one()
    assert (entry.actor_id, entry.subject_type, entry.subject_id) == (None, "Programme", it.programme.id)
    assert (entry.programme_id, entry.recorded_at) == (it.programme.id, NOW)
    assert entry.valid_from == TODAY - timedelta(days=1)
    assert entry.changes == {"status": ["ACTIVE", "PAUSED"], "reason": [None, "Funding."]}


async def test_every_command_writes_one_entry(database: Database) -> None:
    async with acting(database) as work:
        await factories.joint(work)
        entries = (await work.session.scalars(select(JournalEntry).order_by(JournalEntry.id))).all()
    assert [entry.command for entry in entries] == [
        "organisation.created",
        "organisation.created",
        "programme.created",
        "partner.added",
        "person.created",
        "person.created",
        "sponsor.appointed",
        "sponsor.appointed",
        "milestone.created",
    ]
    assert {entry.valid_from for entry in entries} == {START}
