"""A portfolio with everything in it that makes reading hard: nulls, ties, other alphabets, dates at both ends, a past.

It is told by the commands themselves, with choices that are the same every time. What a command refuses is left out.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from domain.access.viewers import Role, Viewer
from domain.database import Database
from domain.errors import Refused
from domain.milestones import commands as milestones
from domain.milestones import dependencies, evidence
from domain.milestones.models import Criticality, ReasonCode
from domain.organisations import commands as organisations
from domain.organisations.models import OrganisationKind
from domain.people import commands as people
from domain.people.models import SummaryFrequency
from domain.programmes import commands as programmes
from domain.programmes import partners, phases, reports, sponsors
from domain.programmes.models import DeliveryConfidence, PartnerRole, ProgrammeStatus
from domain.summaries import commands as summaries
from domain.work import Work
from tests.factories import NOW, TODAY, acting
from tests.graph.reads.assessments import ask_teams
from tests.graph.reads.cohorts import gather
from tests.graph.reads.meetings import meet
from tests.graph.reads.strengths import assess

FIRST = date(2019, 1, 1)
_DAYS = (TODAY - FIRST).days

NAMES = (
    "Aldermoor Council", "aldermoor council", "Aldermoor Council", "Ørsted & Søn", "Ýsafjörður", "Żółć Trust",
    "İstanbul Büyükşehir", "ΟΔΟΣ ΣΟΦΙΑΣ", "東京都", "Zed's \"Ltd\"", "🚂 Rail", "é", "e\u0301", "100 % A_B\\C",
)  # fmt: skip
TITLES = (
    "Harbour", "harbour", "Harbour", "Straße", "STRASSE", "Ελλάδα", "مشروع", "Δ' ; DROP TABLE programmes; --",
    "%s $1 :x {y}", "A", "Ⅻ", "🌉 Bridge", "\\", "x" * 200,
)  # fmt: skip
CATEGORIES = (None, None, "Transport", "transport", "ICT", "Santé")
COSTS = (None, None, Decimal(0), Decimal("-7169.20"), Decimal("5609.46"), Decimal("5609.46"), Decimal("0.01"),
         Decimal("2420003112000.00"))  # fmt: skip

Item = TypeVar("Item")


class Story:
    """Chooses, tries and remembers the ids of what came of it."""

    def __init__(self, database: Database, seed: int = 1) -> None:
        self.database = database
        self.choices = random.Random(seed)
        self.made: dict[str, list[UUID]] = {}
        self.on = FIRST

    def one(self, items: Sequence[Item]) -> Item:
        return self.choices.choice(items)

    def day(self) -> date:
        return FIRST + timedelta(days=self.choices.randrange(_DAYS))

    def some(self, kind: str) -> UUID:
        return self.one(self.made[kind])

    async def attempt(
        self,
        kind: str,
        command: Callable[[Work], Awaitable[Any]],
        *,
        on: date | None = None,
        now: datetime = NOW,
    ) -> UUID | None:
        """Do it with effect from a day, entered now, or not at all; the id of what it returned."""
        try:
            moment = now + timedelta(microseconds=self.one([0, 1, 120_000, 999_999]))
            async with acting(
                self.database, on=on or self.day(), viewer=self._somebody(), now=moment
            ) as work:
                row = await command(work)
        except Refused:
            return None
        self.made.setdefault(kind, []).append(row.id)
        return row.id  # type: ignore[no-any-return]

    def _somebody(self) -> Viewer:
        known = self.made.get("person")
        return Viewer(Role.ADMINISTRATOR, self.one(known) if known and self.choices.random() < 0.5 else None)


async def tell(database: Database) -> Story:
    """Everything, in the order in which it can happen."""
    story = Story(database)
    for number in range(14):
        await _organisation(story, number)
    for number in range(8):
        await _person(story, number)
    await _successions(story)
    for number in range(14):
        await _programme(story, number)
    for _ in range(30):
        await _takes_part(story)
    for number in range(45):
        await _milestone(story, number)
    changes = [_change_milestone] * 110 + [_change_programme] * 60 + [_change_other] * 40
    story.choices.shuffle(changes)
    for place, change in enumerate(changes):
        story.on = FIRST + timedelta(days=_DAYS * place // (len(changes) - 1))
        await change(story)
    await gather(story)
    await meet(story)
    await assess(story)
    await ask_teams(story)
    for _ in range(6):
        await _summary(story)
    return story


async def _organisation(story: Story, number: int) -> None:
    opened = story.one([None, date(1000, 1, 1), story.day(), story.day()])
    closed = story.one([None, None, date(2999, 12, 31), TODAY])
    made = await story.attempt(
        "organisation",
        lambda work: organisations.create(
            work,
            code=f"O{number:02}",
            name=NAMES[number],
            kind=story.one(list(OrganisationKind)),
            parent_id=story.one([None, *story.made.get("organisation", [])]),
            opened_on=opened,
            closed_on=closed,
        ),
        on=FIRST,
    )
    if made is not None and number % 2:
        await story.attempt(
            "identifier",
            lambda work: organisations.add_identifier(
                work, made, scheme=story.one(["ODS", "GSS"]), value=f"R{number}"
            ),
        )


async def _person(story: Story, number: int) -> None:
    made = await story.attempt(
        "person",
        lambda work: people.create(
            work,
            name=story.one(NAMES),
            email=f"p{number}@example.org",
            is_placeholder=number % 3 == 0,
            summary_frequency=story.one(list(SummaryFrequency)),
        ),
        on=story.one([FIRST, story.day()]),
    )
    for _ in range(2):
        await _affiliation(story, made)


async def _affiliation(story: Story, person: UUID | None) -> None:
    starts = story.day()
    await story.attempt(
        "affiliation",
        lambda work: people.affiliate(
            work,
            person or story.some("person"),
            organisation_id=story.some("organisation"),
            starts_on=starts,
            ends_on=story.one([None, starts + timedelta(days=200)]),
            position=story.one([None, "Chair", "chair"]),
        ),
        on=starts,
    )


async def _successions(story: Story) -> None:
    """A chain of three, a split, and whatever else is possible."""
    known = story.made["organisation"]
    pairs = [(0, 1, 2020), (1, 2, 2022), (3, 4, 2021), (3, 5, 2021), (6, 7, 2023)]
    pairs += [
        (story.choices.randrange(len(known)), story.choices.randrange(len(known)), 2024) for _ in range(4)
    ]
    for before, after, year in pairs:
        first, second = known[before % len(known)], known[after % len(known)]
        for each in (first, second):
            await story.attempt("changed", partial(organisations.reopen, organisation_id=each), on=TODAY)
        succeed = partial(
            organisations.succeed, predecessor_id=first, successor_id=second, on=date(year, 4, 1)
        )
        await story.attempt("succession", succeed, on=TODAY)


async def _programme(story: Story, number: int) -> None:
    on = story.one([FIRST, FIRST, date(2019, 9, 30)])
    starts = story.one([None, date(1000, 1, 1), on, TODAY])
    await story.attempt(
        "programme",
        lambda work: programmes.create(
            work,
            ref=story.one([f"p{number}", f"P/{number}.x"]),
            title=story.one(TITLES),
            lead_id=story.some("organisation"),
            purpose=story.one([None, 'Line\nbreak\t"quoted"']),
            status=story.one(list(ProgrammeStatus)),
            category=story.one(CATEGORIES),
            starts_on=starts,
            ends_on=story.one([None, date(2999, 12, 31), TODAY, TODAY + timedelta(days=90)]),
            whole_life_cost=story.one(COSTS),
            as_reported=True,
        ),
        on=on,
    )


async def _takes_part(story: Story) -> None:
    starts = story.day()
    programme = story.some("programme")
    ends = story.one([None, None, starts + timedelta(days=story.choices.randrange(1, 900))])
    made = await story.attempt(
        "partner",
        lambda work: partners.add(
            work,
            programme,
            organisation_id=story.some("organisation"),
            role=story.one([role for role in PartnerRole if role is not PartnerRole.LEAD]),
            starts_on=starts,
            ends_on=ends,
        ),
        on=starts,
    )
    if made is not None:
        await story.attempt(
            "sponsor",
            lambda work: sponsors.appoint(
                work,
                programme,
                partner_id=made,
                person_id=story.one(story.made["person"][1:]),
                starts_on=starts,
                ends_on=ends,
            ),
            on=starts,
        )


async def _milestone(story: Story, number: int) -> None:
    baseline = story.one([story.day(), date(2026, 6, 30), TODAY, date(1000, 1, 1), date(2999, 12, 31)])
    await story.attempt(
        "milestone",
        lambda work: milestones.create(
            work,
            programme_id=story.some("programme"),
            title=TITLES[number % len(TITLES)],
            baseline_on=baseline,
            forecast_on=story.one([None, None, story.day()]),
            criticality=story.one(list(Criticality)),
            owner_organisation_id=story.one([None, story.some("organisation")]),
            owner_person_id=story.one([None, story.some("person")]),
            evidence_required=story.one([True, False]),
        ),
        on=story.one([FIRST, date(2020, 1, 1)]),
    )


async def _change_milestone(story: Story) -> None:
    it, other, on = story.some("milestone"), story.some("milestone"), story.on
    changes: list[Callable[[Work], Awaitable[Any]]] = [
        lambda work: milestones.reforecast(
            work, it, forecast_on=story.day(), reason=story.one(list(ReasonCode)), note="Rain; 'wind'"
        ),
        lambda work: milestones.reforecast(work, it, forecast_on=date(2999, 12, 31), reason=ReasonCode.SCOPE),
        lambda work: milestones.rebaseline(
            work, it, baseline_on=story.day(), approved_by_id=story.some("person"), note="Agreed"
        ),
        lambda work: milestones.achieve(work, it, achieved_on=on, evidence_url="https://example.org/x"),
        lambda work: milestones.withdraw_achievement(work, it, note="No"),
        lambda work: milestones.cancel(work, it, note="No more"),
        lambda work: milestones.reinstate(work, it, note="After all"),
        lambda work: milestones.update(work, it, title=story.one(TITLES)),
        lambda work: milestones.assign_owner(
            work, it, organisation_id=story.some("organisation"), person_id=story.some("person")
        ),
        lambda work: dependencies.add(work, it, depends_on_id=other),
        lambda work: evidence.add(work, it, title=story.one(TITLES), url="https://example.org/?q=%27"),
        lambda work: evidence.remove(work, story.some("evidence")),
        lambda work: dependencies.remove(work, story.some("dependency")),
    ]
    place = story.choices.randrange(len(changes))
    kind = {9: "dependency", 10: "evidence"}.get(place, "changed")
    if (place == 11 and "evidence" not in story.made) or (place == 12 and "dependency" not in story.made):
        return
    await story.attempt(kind, changes[place], on=on)


async def _change_programme(story: Story) -> None:
    it, on = story.some("programme"), story.on
    changes: list[Callable[[Work], Awaitable[Any]]] = [
        lambda work: programmes.update(
            work,
            it,
            title=story.one(TITLES),
            category=story.one(CATEGORIES),
            whole_life_cost=story.one(COSTS),
        ),
        lambda work: programmes.activate(work, it),
        lambda work: programmes.pause(work, it),
        lambda work: programmes.close(work, it),
        lambda work: programmes.reopen(work, it),
        lambda work: partners.change_lead(
            work, it, organisation_id=story.some("organisation"), starts_on=on, as_reported=True
        ),
        lambda work: phases.add(work, it, title=story.one(TITLES), starts_on=on),
        lambda work: reports.report(
            work,
            it,
            delivery_confidence=story.one([None, *DeliveryConfidence]),
            reason=story.one([None, "Because"]),
            author_id=story.one([None, story.some("person")]),
            reported_on=on,
        ),
        lambda work: reports.report(work, it, delivery_confidence=DeliveryConfidence.GREEN, reported_on=on),
    ]
    await story.attempt("changed", story.one(changes), on=on)


async def _change_other(story: Story) -> None:
    on = story.on
    changes: list[Callable[[Work], Awaitable[Any]]] = [
        lambda work: organisations.update(work, story.some("organisation"), name=story.one(NAMES)),
        lambda work: people.update(work, story.some("person"), name=story.one(NAMES)),
        lambda work: people.end_affiliation(work, story.some("affiliation"), ends_on=on),
        lambda work: partners.end(work, story.some("partner"), ends_on=on),
        lambda work: sponsors.end(work, story.some("sponsor"), ends_on=on),
    ]
    await story.attempt("changed", story.one(changes), on=on)


async def _summary(story: Story) -> None:
    year = story.one([2023, 2024, 2025])
    made = await story.attempt(
        "summary",
        lambda work: summaries.store(
            work,
            person_id=story.one(story.made["person"][1:]),
            period_from=date(year, 1, 1),
            period_to=date(year, 4, 1),
            content={"headline": {"programmes": year, "naïve": "ü"}, "rows": [None, 1.5, {"a": []}]},
            html="<p>&amp;</p>",
        ),
        on=TODAY,
    )
    if made is not None and story.choices.random() < 0.5:
        await story.attempt("changed", lambda work: summaries.review(work, made), on=TODAY)
