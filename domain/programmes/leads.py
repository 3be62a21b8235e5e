"""Who leads a programme on a date."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, select

from domain.calendar import runs_on
from domain.moment import Moment
from domain.organisations.holders import holder
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
    held_by = holder(led_by(figures, at.on), led_since(figures, at.on), at.on)
    statement = select(held_by).where(figures.id == programme.id)
    return statement.correlate_except(figures).scalar_subquery()
