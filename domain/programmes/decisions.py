"""Which partners wait for a decision: their organisation was split, and nobody has said yet who goes on."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, select

from domain.calendar import runs_on
from domain.moment import Moment
from domain.organisations.holders import holder
from domain.organisations.models import Succession
from domain.programmes.models import Partner, Programme, ProgrammeStatus


def awaits_decision(partner: type[Partner], at: Moment) -> ColumnElement[bool]:
    """Whether a part in an open programme runs, and is held by an organisation that was split by then."""
    step, programme = at.rows(Succession), at.rows(Programme)
    split = (
        select(step.predecessor_id)
        .where(step.valid_from <= at.on)
        .group_by(step.predecessor_id)
        .having(func.count() > 1)
    )
    is_open = exists().where(programme.id == partner.programme_id, programme.status != ProgrammeStatus.CLOSED)
    held_by = holder(partner.organisation_id, partner.starts_on, at.on)
    return and_(runs_on(partner, at.on), held_by.in_(split), is_open.correlate_except(programme))


def undecided(at: Moment) -> Select[UUID]:
    """The ids of the partners of open programmes that wait for a decision at a moment."""
    partner = at.rows(Partner)
    return select(partner.id).where(awaits_decision(partner, at))
