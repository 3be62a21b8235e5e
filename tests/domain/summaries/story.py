"""One winter of one sponsor, with everything in it that a summary speaks of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from domain.database import Database
from domain.milestones import commands as milestones
from domain.milestones.models import Criticality, ReasonCode
from domain.people.models import Person
from domain.programmes import commands as programmes
from domain.programmes import reports, sponsors
from domain.programmes.models import DeliveryConfidence, Programme
from domain.summaries.period import Period
from domain.work import Work
from tests import factories as make

WINTER = Period(date(2025, 12, 31), date(2026, 3, 31))

HEADLINE = {
    "programmes": 5,
    "joined": 1,
    "left": 2,
    "ratingImproved": 1,
    "ratingWorsened": 1,
    "ratingUnchanged": 1,
    "ratingNotComparable": 1,
    "milestonesSlipped": 2,
    "daysSlipped": 92 + 30,
    "milestonesBroughtForward": 1,
    "daysBroughtForward": 31,
    "milestonesAchieved": 1,
    "milestonesOverdue": 1,
}
"""What the winter comes to, counted by hand."""


@dataclass(frozen=True, slots=True)
class Story:
    """Who is in it."""

    ada: Person
    ben: Person
    hub: Programme


async def tell(database: Database) -> Story:
    """Let the winter happen."""
    async with make.acting(database, on=date(2025, 9, 1)) as work:
        story, promised = await _autumn(work)
    async with make.acting(database, on=date(2026, 1, 20)) as work:
        late = await make.programme(work, "late-start", title="Late start")
        await make.sponsor(work, late, story.ada)
        await milestones.reforecast(
            work, promised["rooms"], forecast_on=date(2026, 3, 2), reason=ReasonCode.RESOURCE
        )
    async with make.acting(database, on=date(2026, 2, 14)) as work:
        await _february(work, story, promised)
    async with make.acting(database, on=date(2026, 3, 10)) as work:
        await _march(work, story)
    return story


async def _autumn(work: Work) -> tuple[Story, dict[str, object]]:
    ada, ben = await make.person(work, "Ada King"), await make.person(work, "Ben Okri")
    lead = await make.organisation(work, "RX4", name="Northern Trust")
    made = {}
    for ref, rating in _RATINGS.items():
        ends_on = date(2026, 6, 30) if ref == "hub" else None
        made[ref] = await make.programme(work, ref, lead=lead, title=f"The {ref}", ends_on=ends_on)
        seat = await make.sponsor(work, made[ref], ada)
        if ref == "handed-over":
            await sponsors.end(work, seat.id, ends_on=date(2026, 3, 1))
        await reports.report(
            work, made[ref].id, delivery_confidence=rating, reason=None, reported_on=date(2025, 9, 1)
        )
    alien = await make.programme(work, "alien", lead=lead)
    await make.sponsor(work, alien, ben)
    await make.milestone(work, alien, baseline_on=date(2026, 1, 1))
    hub = made["hub"]
    promised = {
        "rooms": await make.milestone(
            work, hub, "Training rooms", baseline_on=date(2026, 1, 31), criticality=Criticality.CRITICAL
        ),
        "pilot": await make.milestone(work, hub, "Pilot", baseline_on=date(2026, 2, 10)),
        "scrap": await make.milestone(work, hub, "Old portal", baseline_on=date(2026, 2, 20)),
        "early": await make.milestone(work, made["choir"], "Concert", baseline_on=date(2026, 5, 31)),
        "far": await make.milestone(work, made["choir"], "Tour", baseline_on=date(2027, 5, 31)),
    }
    ids: dict[str, object] = {key: row.id for key, row in promised.items()}
    return Story(ada, ben, hub), ids | {ref: row.id for ref, row in made.items()}


_RATINGS = {
    "hub": DeliveryConfidence.AMBER_GREEN,
    "choir": DeliveryConfidence.AMBER,
    "ward": DeliveryConfidence.GREEN,
    "reset": DeliveryConfidence.AMBER,
    "closed": DeliveryConfidence.GREEN,
    "handed-over": DeliveryConfidence.RED,
}
