"""A programme whose executives, Ada of one partner and Ben of the other, meet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any

from domain.sessions import agenda, commands
from domain.sessions.models import Session, SessionMode
from domain.sessions.practice import AgendaItem
from domain.work import Work
from tests.domain.cohorts.scenes import Together, join, together
from tests.factories import TODAY

DAY = timedelta(days=1)
HALF_PAST_TWELVE = time(12, 30)


@dataclass(frozen=True, slots=True)
class Meeting:
    """The people, as for cohorts, and a session on `TODAY`, at 12:30 in London, an hour before `NOW` at 13:00."""

    of: Together
    session: Session

    def __getattr__(self, name: str) -> Any:
        return getattr(self.of, name)


async def meeting(work: Work, **given: Any) -> Meeting:
    """Ada and Ben are executives and meet."""
    of = await together(work)
    await join(work, of.cohort, of.ada)
    await join(work, of.cohort, of.ben)
    return Meeting(of, await plan(work, of, **given))


async def plan(work: Work, of: Together | Meeting, **given: Any) -> Session:
    """A session of the executives, in person for 90 minutes unless a test says otherwise."""
    usual: dict[str, Any] = {
        "title": "First day",
        "cohort_ids": [of.cohort.id],
        "mode": SessionMode.IN_PERSON,
        "held_on": TODAY,
        "begins": HALF_PAST_TWELVE,
        "minutes": 90,
        "place": "Town hall",
    }
    return await commands.plan(work, of.programme.id, **(usual | given))


async def ask(
    work: Work, session: Session, question: str = "What do we promise?", **given: Any
) -> AgendaItem:
    """A question of half an hour on the agenda of a session."""
    usual: dict[str, Any] = {"question": question, "minutes": 30}
    return await agenda.add(work, session.id, **(usual | given))
