"""One winter of one sponsor, with everything in it that a summary speaks of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from domain.database import Database
from domain.milestones import commands as milestones
from domain.milestones.models import Criticality, Milestone, ReasonCode
from domain.people.models import Person
from domain.programmes import commands as programmes
from domain.programmes import reports, sponsors
from domain.programmes.models import DeliveryConfidence
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


RATINGS = {
    "hub": DeliveryConfidence.AMBER_GREEN,
    "choir": DeliveryConfidence.AMBER,
    "ward": DeliveryConfidence.GREEN,
    "renewal": DeliveryConfidence.AMBER,
    "finished": DeliveryConfidence.GREEN,
    "handed-over": DeliveryConfidence.RED,
}
"""Ada's programmes in autumn, and how they were judged."""

MARCH = {
    "hub": (DeliveryConfidence.RED, "The builder went <bankrupt>."),
    "choir": (DeliveryConfidence.AMBER_GREEN, None),
    "renewal": (DeliveryConfidence.RESET, "A new business case."),
}
"""How some of them were judged in March, and why."""


@dataclass(slots=True)
class Story:
    """Who and what is in it, by names of the story's own."""

    people: dict[str, Person] = field(default_factory=dict)
    programmes: dict[str, UUID] = field(default_factory=dict)
    milestones: dict[str, UUID] = field(default_factory=dict)

    @property
    def ada(self) -> Person:
        """Whose winter it is."""
        return self.people["ada"]


async def tell(database: Database) -> Story:
    """Let the winter happen."""
    story = Story()
    chapters = [
        (date(2025, 9, 1), _autumn),
        (date(2026, 1, 20), _january),
        (date(2026, 2, 14), _february),
        (date(2026, 3, 10), _march),
    ]
    for on, chapter in chapters:
        async with make.acting(database, on=on) as work:
            await chapter(work, story)
    return story


async def _autumn(work: Work, story: Story) -> None:
    story.people |= {"ada": await make.person(work, "Ada King"), "ben": await make.person(work, "Ben Okri")}
    lead = await make.organisation(work, "RX4", name="Northern Trust")
    for ref, rating in RATINGS.items():
        ends_on = date(2026, 6, 30) if ref == "hub" else None
        programme = await make.programme(work, ref, lead=lead, title=f"The {ref}", ends_on=ends_on)
        story.programmes[ref] = programme.id
        seat = await make.sponsor(work, programme, story.ada)
        if ref == "handed-over":
            await sponsors.end(work, seat.id, ends_on=date(2026, 3, 1))
        await reports.report(work, programme.id, delivery_confidence=rating, reported_on=work.on)
    alien = await make.programme(work, "alien", lead=lead)
    await make.sponsor(work, alien, story.people["ben"])
    await make.milestone(work, alien, baseline_on=date(2026, 1, 1))
    await _promise(work, story, "hub", "Training rooms", date(2026, 1, 31), criticality=Criticality.CRITICAL)
    await _promise(work, story, "hub", "Pilot", date(2026, 2, 10))
    await _promise(work, story, "hub", "Old portal", date(2026, 2, 20))
    await _promise(work, story, "choir", "Concert", date(2026, 5, 31))
    await _promise(work, story, "choir", "Tour", date(2027, 5, 31))


async def _promise(work: Work, story: Story, ref: str, title: str, baseline_on: date, **given: Any) -> None:
    made = await milestones.create(
        work, programme_id=story.programmes[ref], title=title, baseline_on=baseline_on, **given
    )
    story.milestones[title] = made.id


async def _january(work: Work, story: Story) -> None:
    late = await make.programme(work, "late-start", title="Late start")
    story.programmes["late-start"] = late.id
    await make.sponsor(work, late, story.ada)
    # Its programme joined in winter, so what it achieves is not among what changed.
    await _promise(work, story, "late-start", "Kick-off", work.on)
    await milestones.achieve(work, story.milestones["Kick-off"], achieved_on=work.on)
    rooms, portal = story.milestones["Training rooms"], story.milestones["Old portal"]
    await milestones.reforecast(work, rooms, forecast_on=date(2026, 3, 2), reason=ReasonCode.RESOURCE)
    await milestones.reforecast(work, portal, forecast_on=date(2026, 3, 20), reason=ReasonCode.SCOPE)


async def _february(work: Work, story: Story) -> None:
    end = await work.session.scalar(
        select(Milestone.id).where(
            Milestone.programme_id == story.programmes["hub"], Milestone.marks_end.is_(True)
        )
    )
    assert end is not None
    await milestones.reforecast(
        work, end, forecast_on=date(2026, 9, 30), reason=ReasonCode.FUNDING, note="Waiting for the grant."
    )
    concert = story.milestones["Concert"]
    await milestones.reforecast(work, concert, forecast_on=date(2026, 4, 30), reason=ReasonCode.ESTIMATE)
    await milestones.achieve(work, story.milestones["Pilot"], achieved_on=date(2026, 2, 12))
    await milestones.cancel(work, story.milestones["Old portal"], note="The new one is there.")
    await programmes.close(work, story.programmes["finished"], reason="It is done.")


async def _march(work: Work, story: Story) -> None:
    for ref, (rating, reason) in MARCH.items():
        await reports.report(
            work, story.programmes[ref], delivery_confidence=rating, reason=reason, reported_on=work.on
        )
