"""Who stands where an organisation stood, on a date.

A partnership, a seat or a milestone names the organisation as it was when it began. Successions since then
are followed only as far as there is one successor: at a split somebody has to decide, and until then the
organisation that closed stays. So nothing is rewritten when a succession is recorded, in whatever order
things become known, and no count changes.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from domain.organisations.models import Continuation


def holder(organisation_id: Any, since: Any, on: ColumnElement[date]) -> ColumnElement[UUID]:
    """The organisation that on `on` holds what `organisation_id` began to hold on `since`."""
    step = Continuation.__table__.alias()
    successor = (
        select(step.c.holder_id)
        .where(
            step.c.organisation_id == organisation_id,
            step.c.from_on > since,
            step.c.from_on <= on,
            step.c.until_on > on,
        )
        .correlate_except(step)
        .scalar_subquery()
    )
    return func.coalesce(successor, organisation_id)
