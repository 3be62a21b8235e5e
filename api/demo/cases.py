"""Which programmes the demo enters beside the major projects, each in one transaction and once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, select

from api.demo import forum, partnership, pulse
from api.demo.story import Story, story
from domain.database import Database
from domain.programmes.models import Programme


@dataclass(frozen=True, slots=True)
class Case:
    """A programme by its reference, and what happened in it from its first day on."""

    ref: str
    title: str
    begins: date
    tell: Callable[[Story], Awaitable[None]]


CASES = (
    Case(forum.REF, forum.TITLE, forum.BEGINS, forum.tell),
    Case(pulse.REF, pulse.TITLE, pulse.BEGINS, pulse.tell),
    Case(partnership.REF, partnership.TITLE, partnership.BEGINS, partnership.tell),
)
"""In the order in which they are entered."""


async def enter(database: Database, case: Case) -> bool:
    """Enter a programme unless it is there; whether it was entered.

    All of it is one transaction: whoever stops the demo half-way has no half of a programme.
    """
    async with story(database, case.begins) as told:
        if await told.work.session.scalar(select(exists().where(Programme.ref == case.ref))):
            return False
        await case.tell(told)
    return True
