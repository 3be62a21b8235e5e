"""Whose profiles count for a team or a cohort on a date: rules in SQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, select

from domain.moment import Moment
from domain.strengths.models import StrengthsProfile


def latest(profile: Any, at: Moment, *, day: Any = None) -> ColumnElement[bool]:
    """Whether a profile is the person's latest by its framework, up to `day` or the date of the question."""
    until = at.on if day is None else day
    later = at.rows(StrengthsProfile)
    newer = select(later.id).where(
        later.person_id == profile.person_id,
        later.framework_id == profile.framework_id,
        later.assessed_on > profile.assessed_on,
        later.assessed_on <= until,
    )
    return and_(profile.assessed_on <= until, ~newer.correlate_except(later).exists())
