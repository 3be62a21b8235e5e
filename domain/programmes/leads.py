"""Who leads a programme on a date."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, case, select

from domain.calendar import runs_on
from domain.moment import Moment
from domain.organisations.holders import holder
from domain.organisations.models import Continuation
from domain.programmes.figures import ProgrammeFigures, led_by, led_since
from domain.programmes.models import Partner, PartnerRole, Programme


def leads(partner: type[Partner], at: Moment) -> ColumnElement[bool]:
    """The condition under which a partner is the lead at a moment."""
    return and_(partner.role == PartnerRole.LEAD, runs_on(partner, at.on))


def lead(programme: type[Programme], at: Moment) -> Select[Partner]:
    """The partner that leads a programme at a moment: one row, or none before the programme is known."""
    partner = at.rows(Partner)
    return select(partner).where(partner.programme_id == programme.id, leads(partner, at))


def lead_organisation(programme: type[Programme], at: Moment) -> ScalarSelect[UUID]:
    """The id of the organisation that leads a programme at a moment, after all successions up to then."""
    figures = at.rows(ProgrammeFigures)
    statement = select(_held_by(figures, at)).where(figures.id == programme.id)
    return statement.correlate_except(figures).scalar_subquery()


def lead_organisation_by(figures: type[ProgrammeFigures], at: Moment) -> ColumnElement[UUID]:
    """The same from the programme's figures, for many programmes at once.

    Who was ever succeeded is looked up once, so that nothing is looked up for a lead that was not.
    """
    named = led_by(figures, at.on)
    succeeded = named.in_(select(Continuation.__table__.c.organisation_id))
    return case((succeeded, _held_by(figures, at)), else_=named)


def _held_by(figures: type[ProgrammeFigures], at: Moment) -> ColumnElement[UUID]:
    return holder(led_by(figures, at.on), led_since(figures, at.on), at.on)
