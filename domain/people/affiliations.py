"""With which organisation a person is affiliated on a day: before a change of employer the old one, after it the new.

Nothing is written anywhere when somebody changes employer, so what they did before stays with the organisation that
they did it for. Attendance of a past session, for example, asks with the day of the session as `day`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, select

from domain.calendar import runs_on
from domain.moment import Moment
from domain.organisations.holders import holder
from domain.people.models import Affiliation

Preference = Callable[[type[Affiliation]], ColumnElement[bool]]
"""Which of the affiliations that a person has on one day comes first."""


def affiliated_with(
    person_id: Any, at: Moment, *, day: ColumnElement[date] | None = None, first: Preference | None = None
) -> ScalarSelect[UUID]:
    """The id of the organisation to which a person belongs on `day` (that of the question, if it is not given).

    It is named as of the question, after all successions up to then. Of several, one that `first` holds for comes
    before the others, and then the one that began last. Null where the person belongs to none.
    """
    affiliation = at.rows(Affiliation)
    held_by = holder(affiliation.organisation_id, affiliation.starts_on, at.on)
    preferred = [] if first is None else [first(affiliation).desc()]
    return (
        select(held_by)
        .where(affiliation.person_id == person_id, runs_on(affiliation, at.on if day is None else day))
        .order_by(*preferred, affiliation.starts_on.desc(), affiliation.id.desc())
        .limit(1)
        .correlate_except(affiliation)
        .scalar_subquery()
    )
