"""What is known of the programmes that a report names, as of the report's date and since.

A few statements for a batch of programmes, however many they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import exists, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from domain.calendar import SINCE_ALWAYS, runs_on
from domain.imports.placeholders import is_placeholder
from domain.milestones.models import Milestone
from domain.moment import Moment
from domain.organisations.holders import holder
from domain.organisations.models import Succession
from domain.people.models import Person
from domain.programmes.leads import leads
from domain.programmes.models import (
    DeliveryConfidence,
    Partner,
    PortfolioReport,
    Programme,
    ProgrammeStatus,
    Sponsor,
    StatusReport,
)


@dataclass(frozen=True, slots=True)
class Basics:
    """What a programme itself says."""

    title: str
    status: ProgrammeStatus
    category: str | None
    starts_on: date | None
    whole_life_cost: Decimal | None


@dataclass(frozen=True, slots=True)
class End:
    """The milestone that marks a programme's planned end."""

    id: UUID
    forecast_on: date
    achieved_on: date | None


@dataclass(frozen=True, slots=True)
class Lead:
    """The partnership that leads, and the organisation that holds it on the date."""

    partner_id: UUID
    organisation_id: UUID
    starts_on: date


@dataclass(frozen=True, slots=True)
class Seat:
    """A sponsor's seat of the lead; `awaits_name` where an import put a placeholder into it."""

    id: UUID
    person_id: UUID
    awaits_name: bool


@dataclass(slots=True)
class Latest:
    """The dates since when what is known of a programme is as it is now: nothing earlier can be changed any more."""

    programme: date = SINCE_ALWAYS
    end: date = SINCE_ALWAYS
    lead: date = SINCE_ALWAYS
    seats: date = SINCE_ALWAYS
    reported: date = SINCE_ALWAYS


@dataclass(slots=True)
class Standing:
    """A programme as of a date. Without `basics`, it was not known by then."""

    id: UUID
    ref: str
    latest: Latest
    basics: Basics | None = None
    end: End | None = None
    lead: Lead | None = None
    seats: list[Seat] = field(default_factory=list)
    is_reported: bool = False
    delivery_confidence: DeliveryConfidence | None = None


@dataclass(frozen=True, slots=True)
class Leaving:
    """A programme that closes if a report does not name it."""

    id: UUID
    ref: str
    known_since: date
    title: str


async def standings(session: AsyncSession, refs: Collection[str], on: date) -> dict[str, Standing]:
    """The programmes with those refs that are known at all, as they were known on a date, by ref."""
    statement = select(Programme.id, Programme.ref, Programme.valid_from).where(Programme.ref.in_(refs))
    rows = await session.execute(statement)
    found = {id_: Standing(id_, ref, Latest(programme=since)) for id_, ref, since in rows}
    if found:
        at = Moment(on=literal(on), past=True)
        await _add_basics(session, found, at)
        await _add_ends(session, found, at)
        await _add_leads(session, found, at)
        await _add_seats(session, found, at)
        await _add_reports(session, found, on, at)
    return {standing.ref: standing for standing in found.values()}


async def _add_basics(session: AsyncSession, found: dict[UUID, Standing], at: Moment) -> None:
    then = at.rows(Programme)
    statement = select(
        then.id, then.title, then.status, then.category, then.starts_on, then.whole_life_cost
    ).where(then.id.in_(found))
    for row in await session.execute(statement):
        found[row.id].basics = Basics(row.title, row.status, row.category, row.starts_on, row.whole_life_cost)


async def _add_ends(session: AsyncSession, found: dict[UUID, Standing], at: Moment) -> None:
    then = at.rows(Milestone)
    statement = select(then.programme_id, then.id, then.forecast_on, then.achieved_on).where(
        then.programme_id.in_(found), then.marks_end
    )
    for row in await session.execute(statement):
        found[row.programme_id].end = End(row.id, row.forecast_on, row.achieved_on)
    since = select(Milestone.programme_id, Milestone.valid_from).where(
        Milestone.programme_id.in_(found), Milestone.marks_end
    )
    for programme_id, valid_from in await session.execute(since):
        found[programme_id].latest.end = valid_from


async def _add_leads(session: AsyncSession, found: dict[UUID, Standing], at: Moment) -> None:
    then, now = at.rows(Partner), aliased(Partner)
    held_by = holder(then.organisation_id, then.starts_on, at.on).label("holder_id")
    statement = (
        select(then.programme_id, now.valid_from, then.id, held_by, then.starts_on)
        .join(now, now.id == then.id)
        .where(then.programme_id.in_(found), leads(then, at))
    )
    for row in await session.execute(statement):
        found[row.programme_id].lead = Lead(row.id, row.holder_id, row.starts_on)
        found[row.programme_id].latest.lead = row.valid_from


async def _add_seats(session: AsyncSession, found: dict[UUID, Standing], at: Moment) -> None:
    partners = {standing.lead.partner_id: standing for standing in found.values() if standing.lead}
    then = at.rows(Sponsor)
    statement = (
        select(then.partner_id, then.id, then.person_id, is_placeholder().label("awaits_name"))
        .join(Person, Person.id == then.person_id)
        .where(then.partner_id.in_(partners), runs_on(then, at.on))
        .order_by(then.id)
    )
    for row in await session.execute(statement):
        partners[row.partner_id].seats.append(Seat(row.id, row.person_id, row.awaits_name))
    since = (
        select(Sponsor.partner_id, func.max(Sponsor.valid_from))
        .where(Sponsor.partner_id.in_(partners))
        .group_by(Sponsor.partner_id)
    )
    for partner_id, valid_from in await session.execute(since):
        partners[partner_id].latest.seats = valid_from


async def _add_reports(session: AsyncSession, found: dict[UUID, Standing], on: date, at: Moment) -> None:
    then = at.rows(StatusReport)
    statement = select(then.programme_id, then.delivery_confidence).where(
        then.programme_id.in_(found), then.reported_on == on
    )
    for programme_id, rating in await session.execute(statement):
        found[programme_id].is_reported, found[programme_id].delivery_confidence = True, rating
    latest = (
        select(StatusReport.programme_id, func.max(StatusReport.reported_on))
        .where(StatusReport.programme_id.in_(found))
        .group_by(StatusReport.programme_id)
    )
    for programme_id, reported_on in await session.execute(latest):
        found[programme_id].latest.reported = reported_on


async def to_close(session: AsyncSession, on: date) -> list[Leaving]:
    """The programmes that have left the portfolio by then unless the report of that date names them.

    Those are the programmes of the report before it that are not closed; and of a report that is imported once more,
    its own.
    """
    before = select(func.max(PortfolioReport.reported_on)).where(PortfolioReport.reported_on < on)
    then = Moment(on=literal(on), past=True).rows(Programme)
    statement = (
        select(Programme.id, Programme.ref, Programme.valid_from, then.title)
        .join(then, then.id == Programme.id)
        .where(
            then.status != ProgrammeStatus.CLOSED,
            exists().where(
                StatusReport.programme_id == Programme.id,
                or_(StatusReport.reported_on == on, StatusReport.reported_on == before.scalar_subquery()),
            ),
        )
        .order_by(Programme.ref)
    )
    return [Leaving(*row) for row in await session.execute(statement)]


async def splits(session: AsyncSession) -> dict[UUID, tuple[date, frozenset[UUID]]]:
    """The organisations that were split: when, and into which."""
    into: dict[UUID, set[UUID]] = defaultdict(set)
    on: dict[UUID, date] = {}
    statement = select(Succession.predecessor_id, Succession.successor_id, Succession.valid_from)
    for predecessor_id, successor_id, day in await session.execute(statement):
        into[predecessor_id].add(successor_id)
        on[predecessor_id] = day
    return {id_: (on[id_], frozenset(successors)) for id_, successors in into.items() if len(successors) > 1}
