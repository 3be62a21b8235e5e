"""What a scene has of sessions: one at this moment, one to come, and what belongs to them."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from domain.cohorts.models import Cohort
from domain.sessions import agenda, check_in, commands, methods, outcomes, proposals, series
from domain.sessions.models import SessionMode
from domain.tables import Identified
from domain.work import Work
from tests.factories import TODAY, Joint


async def meetings(work: Work, hub: Joint, cohort: Cohort) -> dict[str, Identified]:
    """Ada is in the cohort; Ben facilitates, and has a link to check in by."""
    usual: dict[str, Any] = {
        "cohort_ids": [cohort.id],
        "mode": SessionMode.HYBRID,
        "begins": time(12, 30),
        "minutes": 90,
        "place": "Town hall",
        "link": "https://meet.example.org/a",
        "facilitator_ids": [hub.other_sponsor.id],
    }
    of = hub.programme.id
    ben = hub.other_sponsor.id
    session = await commands.plan(work, of, title="First day", held_on=TODAY, **usual)
    coming = await commands.plan(work, of, title="Second day", held_on=date(2026, 7, 1), **usual)
    item = await agenda.add(work, session.id, question="What do we promise?", minutes=30)
    await check_in.issue(work, session.id, person_ids=[ben])
    return {
        "session": session,
        "coming": coming,
        "item": item,
        "spare": await agenda.add(work, coming.id, question="Anything else?", minutes=5),
        "series": await series.plan(
            work, of, title="Huddle", held_on=date(2026, 6, 3), times=3, every_weeks=2, **usual
        ),
        "method": await methods.add(
            work, name=f"Bingo {hub.programme.ref}", description="Find somebody who …"
        ),
        "proposal": await proposals.make(
            work, coming.id, person_id=ben, question="Who decides?", reason="Nobody knows."
        ),
        "decision": await outcomes.decide(work, session.id, text="We meet weekly", agenda_item_id=item.id),
        "action": await outcomes.agree(
            work, session.id, title="Write it down", owner_id=ben, due_on=date(2026, 6, 8)
        ),
    }
