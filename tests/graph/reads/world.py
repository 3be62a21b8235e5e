"""All rows of a database in Python's memory, with their past: what the slow way reads instead of asking for it.

Nothing of this is SQL but the loading of whole tables. What rows there were on a date, who saw which of them, who stood
where an organisation had stood: each is said here a second time, so that a mistake would have to be made twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Date, literal, select
from sqlalchemy.orm import DeclarativeBase

from domain import models
from domain.access.viewers import ADMINISTRATOR, Role, Viewer
from domain.database import Database
from domain.milestones.models import Milestone
from domain.programmes.models import PartnerRole, ProgrammeStatus
from domain.tables import Base, Recorded, Tracked
from tests.factories import TODAY
from tests.graph.reads import timeline
from tests.graph.reads.slow_strengths import may_be_told, shown_to

PUBLIC = {
    models.StrengthsFramework, models.StrengthsCluster, models.Strength, models.Method,
    models.Organisation, models.OrganisationIdentifier, models.Succession, models.Continuation, models.Instrument,
    models.InstrumentBand, models.InstrumentDimension, models.InstrumentItem, models.InstrumentTheme,
}  # fmt: skip
OF_PROGRAMME = {
    models.Phase, models.Partner, models.Sponsor, models.StatusReport, models.Milestone, models.LedgerEntry,
    models.Baseline, models.Dependency, models.Evidence, models.JournalEntry, models.Cohort, models.CohortMember,
    models.Team, models.TeamMember, models.Round, models.RoundCell, models.Result, models.RoundComment,
    models.Comparison, models.SessionSeries, models.Session, models.SessionCohort,
    models.SessionFacilitator, models.AgendaItem, models.Attendance, models.TablePlan, models.TableSeat,
    models.Proposal, models.Decision, models.Action,
    models.StrengthsRelease, models.ReleasedStrength,
}  # fmt: skip

OWN = {models.Summary, models.StrengthsConsent, models.ProposalVote, models.Feedback}


@dataclass(frozen=True, slots=True)
class World:
    """Every table as it is, and of the tracked ones every row as it was, with the date until which it was so."""

    present: dict[type[DeclarativeBase], list[Any]]
    past: dict[type[Base], list[tuple[Any, date]]]

    @classmethod
    async def load(cls, database: Database) -> World:
        present: dict[type[DeclarativeBase], list[Any]] = {}
        past: dict[type[Base], list[tuple[Any, date]]] = {}
        async with database.engine.connect() as connection:
            for mapper in Base.registry.mappers:
                model = mapper.class_
                rows = await connection.execute(select(model.__table__))
                present[model] = [_row(model, row) for row in rows.mappings()]
                if issubclass(model, Tracked):
                    versions = models.HISTORY[model]
                    rows = await connection.execute(
                        select(versions).where(versions.c.valid_until < literal(date.max, Date))
                    )
                    past[model] = [(_row(model, row), row["valid_until"]) for row in rows.mappings()]
        world = cls(present, past)
        present[models.TimelineEntry] = world.as_seen(ADMINISTRATOR, TODAY).rows(models.TimelineEntry)
        return world

    def as_seen(self, viewer: Viewer, today: date, as_of: date | None = None) -> Sight:
        """What a viewer sees of it at present, or as of a past date."""
        return Sight(self, viewer, as_of or today, past=as_of is not None)


def _row(model: type[Any], values: Any) -> Any:
    row = model()
    row.__dict__.update({name: value for name, value in values.items() if name != "valid_until"})
    return row


@dataclass(slots=True)
class Sight:
    """What one viewer sees of the world on a date."""

    world: World
    viewer: Viewer
    on: date
    past: bool
    _rows: dict[type[Base], list[Any]] = field(default_factory=dict)
    _seats: set[UUID] | None = None
    shown: dict[UUID, bool] = field(default_factory=dict)
    _known: Sight | None = None
    _knows: Sight | None = None

    @property
    def known(self) -> Sight:
        """The same date by what is known today."""
        if self._known is None:
            self._known = self.world.as_seen(self.viewer, self.on)
        return self._known

    def on_day(self, day: date) -> Sight:
        """Another day, by what is known at this date."""
        return Sight(self.world, self.viewer, day, self.past, _knows=self)

    def rows(self, model: type[Any]) -> list[Any]:
        """The rows as they were, whoever looks."""
        if self._knows is not None:
            return self._knows.rows(model)
        if model not in self._rows:
            self._rows[model] = list(self._as_they_were(model))
        return self._rows[model]

    def _as_they_were(self, model: type[Any]) -> Iterable[Any]:
        if model is models.TimelineEntry:
            return timeline.entries(self)
        present = self.world.present[model]
        if not self.past or not issubclass(model, Tracked | Recorded):
            return present
        now = [row for row in present if row.valid_from <= self.on]
        then = [row for row, until in self.world.past.get(model, ()) if row.valid_from <= self.on < until]
        return [*now, *then]

    def seen(self, model: type[Any]) -> list[Any]:
        """The rows that the viewer sees."""
        return [row for row in self.rows(model) if self.sees(row)]

    def find(self, model: type[Any], row_id: UUID | None) -> Any:
        """The row with that id, if there is one and the viewer sees it."""
        return next((row for row in self.seen(model) if row.id == row_id), None)

    def sees(self, row: Any) -> bool:
        """Whether the viewer sees a row."""
        if isinstance(row, models.TimelineEntry):
            row = timeline.record(self, row)
        model, person = type(row), self.viewer.person_id
        if model in {models.StrengthsProfile, models.ProfileStrength}:
            if row.person_id not in self.shown:
                self.shown[row.person_id] = shown_to(self, row.person_id)
            return self.shown[row.person_id]
        told = model not in {models.StrengthsRelease, models.ReleasedStrength} or may_be_told(self, row)
        if self.viewer.role is Role.ADMINISTRATOR or model in PUBLIC or not told:
            return told
        if model in {models.Programme, *OF_PROGRAMME}:
            return (row.id if model is models.Programme else row.programme_id) in self.seats
        if model is models.Person:
            return row.id in self._colleagues()
        if model is models.Affiliation:
            return row.person_id in self._colleagues()
        return model in OWN and row.person_id == person

    @property
    def seats(self) -> set[UUID]:
        """The programmes in which the viewer has a seat on the date, by what is known today."""
        if self._seats is None:
            own = [s for s in self.world.present[models.Sponsor] if s.person_id == self.viewer.person_id]
            self._seats = {seat.programme_id for seat in own if self.runs(seat)}
        return self._seats

    def _colleagues(self) -> set[UUID | None]:
        named = (
            (models.Sponsor, "person_id"),
            (models.Milestone, "owner_person_id"),
            (models.StatusReport, "author_id"),
            (models.Baseline, "approved_by_id"),
            (models.CohortMember, "person_id"),
            (models.TeamMember, "person_id"),
            (models.SessionFacilitator, "person_id"),
            (models.Action, "owner_id"),
        )
        others = {
            getattr(row, name)
            for model, name in named
            for row in self.world.present[model]
            if row.programme_id in self.seats
        }
        return {self.viewer.person_id, *others}

    def runs(self, row: Any, day: date | None = None) -> bool:
        """Whether the row's period has the date in it, or another day."""
        day = day or self.on
        return row.starts_on <= day and (row.ends_on is None or row.ends_on > day)

    def until(self, row: Any) -> date | None:
        """The day from which a team or a member is no more: its own end, or that of what it is in."""
        around: tuple[tuple[type[Any], str], ...] = ((models.Cohort, "cohort_id"), (models.Team, "team_id"))
        within = [
            outer
            for model, name in around
            for outer in self.rows(model)
            if outer.id == getattr(row, name, None)
        ]
        return min((day for day in (row.ends_on, *map(self.until, within)) if day is not None), default=None)

    def is_in(self, row: Any) -> bool:
        """Whether there is a team, or somebody is a member, on the date."""
        until = self.until(row)
        return row.starts_on <= self.on and (until is None or until > self.on)

    def comes_from(self, member: Any) -> UUID | None:
        """The organisation that a member comes from on the date, or came from on the last day of their part."""
        partners = self._partners(member.programme_id, self._day_of(member))
        return self.affiliated_with(member.person_id, self._day_of(member), partners)

    def is_from_partner(self, member: Any) -> bool:
        """Whether a member belongs to a partner of the programme on that day."""
        day = self._day_of(member)
        partners = self._partners(member.programme_id, day)
        return any(
            self.holder(a.organisation_id, a.starts_on, day) in partners
            for a in self._affiliations(member.person_id, day)
        )

    def counts_for(self, attendance: Any) -> UUID | None:
        """The organisation that somebody counts for at a session: where they belonged on the day it was held."""
        [session] = [s for s in self.rows(models.Session) if s.id == attendance.session_id]
        partners = self._partners(attendance.programme_id, session.held_on)
        return self.affiliated_with(attendance.person_id, session.held_on, partners)

    def affiliated_with(
        self, person_id: UUID, day: date, first: frozenset[UUID | None] = frozenset()
    ) -> UUID | None:
        """The organisation that a person belongs to on a day, as it is called on the date."""

        def rank(a: Any) -> tuple[bool, date, UUID]:
            return self.holder(a.organisation_id, a.starts_on, day) in first, a.starts_on, a.id

        stays = sorted(self._affiliations(person_id, day), key=rank)
        return self.holder(stays[-1].organisation_id, stays[-1].starts_on) if stays else None

    def _affiliations(self, person_id: UUID, day: date) -> list[Any]:
        return [a for a in self.rows(models.Affiliation) if a.person_id == person_id and self.runs(a, day)]

    def _partners(self, programme_id: UUID, day: date) -> frozenset[UUID | None]:
        running = [
            p for p in self.rows(models.Partner) if p.programme_id == programme_id and self.runs(p, day)
        ]
        return frozenset(self.holder(p.organisation_id, p.starts_on, day) for p in running)

    def _day_of(self, member: Any) -> date:
        until = self.until(member)
        last = self.on if until is None else min(self.on, until - timedelta(days=1))
        day: date = max(member.starts_on, last)
        return day

    def holder(
        self, organisation_id: UUID | None, since: date | None, day: date | None = None
    ) -> UUID | None:
        """Who holds on the date, or another day, what the organisation began to hold on `since`, by all that is known
        today.
        """
        day = day or self.on
        if organisation_id is None or since is None:
            return organisation_id
        holder, last = organisation_id, since
        while True:
            after = [s for s in self.world.present[models.Succession] if s.predecessor_id == holder]
            if len(after) != 1 or not last < after[0].valid_from <= day:
                return holder
            holder, last = after[0].successor_id, after[0].valid_from

    def lead_id(self, programme: Any) -> UUID | None:
        """The organisation that leads a programme on the date."""
        for partner in self.rows(models.Partner):
            leads = partner.role is PartnerRole.LEAD and partner.programme_id == programme.id
            if leads and self.runs(partner):
                return self.holder(partner.organisation_id, partner.starts_on)
        return None

    def awaits_decision(self, partner: Any) -> bool:
        """Whether nobody has decided yet which successor goes on with a part in an open programme."""
        holder = self.holder(partner.organisation_id, partner.starts_on)
        steps = [
            s for s in self.rows(models.Succession) if s.predecessor_id == holder and s.valid_from <= self.on
        ]
        programme = next((p for p in self.rows(models.Programme) if p.id == partner.programme_id), None)
        is_open = programme is not None and programme.status is not ProgrammeStatus.CLOSED
        return self.runs(partner) and len(steps) > 1 and is_open

    def milestones(self, programme: Any) -> list[Milestone]:
        """All milestones of a programme."""
        return [m for m in self.rows(models.Milestone) if m.programme_id == programme.id]

    def due(self, milestone: Milestone, days: int) -> bool:
        """Whether a milestone is open and expected within so many days from the date on."""
        latest = date.max - timedelta(days=days)
        until = min(self.on, latest) + timedelta(days=days)
        return milestone.is_open and self.on <= milestone.forecast_on < until
