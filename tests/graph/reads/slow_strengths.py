"""Who shows their strengths to whom, and whose profiles count where, said a second time in plain Python."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from domain import models
from domain.access.viewers import Role
from domain.cohorts.models import CohortRole
from domain.strengths.models import ConsentLevel

if TYPE_CHECKING:
    from tests.graph.reads.world import Sight

LEVELS = [None, *ConsentLevel]


def level_of(sight: Sight, person_id: UUID, day: date) -> int:
    """To which level a person shows their strengths, by the lesser of what holds today and what held on a day."""
    now = [row for row in sight.world.present[models.StrengthsConsent] if row.person_id == person_id]
    then = [row for row in now if row.valid_from <= day]
    then += [
        row
        for row, until in sight.world.past[models.StrengthsConsent]
        if row.person_id == person_id and row.valid_from <= day < until
    ]
    held, holds = (max([0, *(LEVELS.index(row.level) for row in rows)]) for rows in (now, then))
    return min(held, holds)


def shown_to(sight: Sight, person_id: UUID) -> bool:
    """Whether the viewer is shown a person's strengths."""
    viewer, level = sight.viewer.person_id, level_of(sight, person_id, sight.on)
    if person_id == viewer:
        return True
    if level >= LEVELS.index(ConsentLevel.PROGRAMME) and (
        sight.viewer.role is Role.ADMINISTRATOR
        or _programmes(sight, person_id) & (_programmes(sight, viewer) | sight.seats)
    ):
        return True
    if level >= LEVELS.index(ConsentLevel.TEAM) and _teams(sight, person_id) & _teams(sight, viewer):
        return True
    return level >= LEVELS.index(ConsentLevel.FACILITATOR) and bool(
        _cohorts(sight, person_id) & _cohorts(sight, viewer, CohortRole.FACILITATOR)
    )


def _running(sight: Sight, model: type[Any], person_id: UUID | None) -> list[Any]:
    """The parts that a person has on the date, by what is known today."""
    known = sight.known
    return [row for row in known.rows(model) if row.person_id == person_id and known.is_in(row)]


def _teams(sight: Sight, person_id: UUID | None) -> set[UUID]:
    return {row.team_id for row in _running(sight, models.TeamMember, person_id)}


def _cohorts(sight: Sight, person_id: UUID | None, role: CohortRole | None = None) -> set[UUID]:
    parts = _running(sight, models.CohortMember, person_id)
    return {row.cohort_id for row in parts if role in {None, row.role}}


def _programmes(sight: Sight, person_id: UUID | None) -> set[UUID]:
    parts = [p for m in (models.CohortMember, models.TeamMember) for p in _running(sight, m, person_id)]
    return {part.programme_id for part in parts}


def latest(sight: Sight, person_id: UUID, day: date | None = None) -> list[Any]:
    """The latest profiles of a person up to a day, one by each framework."""
    found: dict[UUID, Any] = {}
    for row in sorted(sight.rows(models.StrengthsProfile), key=lambda row: row.assessed_on):
        if row.person_id == person_id and row.assessed_on <= (day or sight.on):
            found[row.framework_id] = row
    return list(found.values())


def consent_of(sight: Sight, person_id: UUID) -> UUID | None:
    """The id of a person's consent."""
    found = [row.id for row in sight.rows(models.StrengthsConsent) if row.person_id == person_id]
    return found[0] if found else None
