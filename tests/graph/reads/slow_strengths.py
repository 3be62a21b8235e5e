"""Who shows their strengths to whom, and whose profiles count where, said a second time in plain Python."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
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


def members(sight: Sight, group: Any, day: date) -> set[UUID]:
    """Who is in a team, in any of a programme, or takes part in a cohort, on a day, by what is known on the date."""
    if isinstance(group, models.Programme):
        teams = [row for row in sight.rows(models.Team) if row.programme_id == group.id]
        return {person for row in teams for person in members(sight, row, day)}
    team = isinstance(group, models.Team)
    model, name = (models.TeamMember, "team_id") if team else (models.CohortMember, "cohort_id")
    parts = [row for row in sight.rows(model) if getattr(row, name) == group.id]
    return {
        part.person_id
        for part in parts
        if (team or part.role is CohortRole.PARTICIPANT)
        and part.starts_on <= day < (sight.until(part) or date.max)
    }


def profiles(sight: Sight, group: Any) -> list[Any]:
    """The profiles that count for a group and are shown to the viewer."""
    found = [profile for person in members(sight, group, sight.on) for profile in latest(sight, person)]
    return [profile for profile in found if sight.sees(profile)]


def _held(sight: Sight, group: Any) -> list[tuple[UUID, Any]]:
    """Each strength that is shown, with the person who has it."""
    ids = {profile.id for profile in profiles(sight, group)}
    known = {strength.id: strength for strength in sight.rows(models.Strength)}
    parts = [part for part in sight.rows(models.ProfileStrength) if part.profile_id in ids]
    return [(part.person_id, known[part.strength_id]) for part in parts]


def _used(sight: Sight, model: Any, held: list[tuple[UUID, Any]]) -> list[Any]:
    used = {strength.framework_id for _, strength in held}
    found = [row for row in sight.rows(model) if row.framework_id in used]
    return sorted(found, key=lambda row: (row.framework_id, row.place))


def strengths(sight: Sight, group: Any) -> list[dict[str, Any]]:
    """A map strength by strength."""
    held = _held(sight, group)
    holders = {s.id: {person for person, other in held if other.id == s.id} for _, s in held}
    return [
        {"strength": s.id, "holders": holders.get(s.id, set()), "people": len(holders.get(s.id, set()))}
        for s in _used(sight, models.Strength, held)
    ]


def clusters(sight: Sight, group: Any) -> list[dict[str, Any]]:
    """A map cluster by cluster."""
    held, found = _held(sight, group), []
    for cluster in _used(sight, models.StrengthsCluster, held):
        inside = [person for person, strength in held if strength.cluster_id == cluster.id]
        all_in_all = sum(strength.framework_id == cluster.framework_id for _, strength in held)
        share = (Decimal(len(inside)) / all_in_all).quantize(Decimal("0.001"), ROUND_HALF_UP)
        found.append(
            {"cluster": cluster.id, "people": len({*inside}), "strengths": len(inside), "share": share}
        )
    return found


def coverage(sight: Sight, group: Any) -> list[dict[str, Any]]:
    """How many of a group had a profile, and showed it, over time."""
    return [
        {"on": day, **covered(sight, members(sight, group, day), day)} for day in days(sight, group.starts_on)
    ]


def days(sight: Sight, starts_on: date) -> list[date]:
    """The days on which coverage is counted."""
    months = sight.on.year * 12 + sight.on.month - 1
    firsts = [date(m // 12, m % 12 + 1, 1) for m in range(max(months - 119, 12), months + 1)]
    return sorted({day for day in [*firsts, sight.on] if starts_on <= day <= sight.on})


def reach(sight: Sight, programme: Any) -> dict[str, int]:
    """How many are in the teams of a programme, had a profile, and showed it."""
    figures = covered(sight, members(sight, programme, sight.on), sight.on)
    return {"people": figures.pop("members"), **figures}


def covered(sight: Sight, people: set[UUID], day: date) -> dict[str, int]:
    """How many of some people had a profile on a day, and showed it."""
    assessed = {
        row.person_id for row in sight.rows(models.StrengthsProfile) if row.assessed_on <= day
    } & people
    everybody = LEVELS.index(ConsentLevel.PROGRAMME)
    shown = [person for person in assessed if level_of(sight, person, day) >= everybody]
    return {"members": len(people), "withProfile": len(assessed), "shown": len(shown)}


def may_be_told(sight: Sight, row: Any) -> bool:
    """Whether counts over a whole team can still be told: none of those counted is hidden from a circle, or k are."""
    release_id = row.id if isinstance(row, models.StrengthsRelease) else row.release_id
    [release] = [r for r in sight.world.present[models.StrengthsRelease] if r.id == release_id]
    people = [p.person_id for p in sight.world.present[models.ReleasedPerson] if p.release_id == release_id]
    now = sight.world.present[models.StrengthsConsent]
    ever = [*now, *(old for old, _ in sight.world.past[models.StrengthsConsent])]
    for level in list(ConsentLevel)[1:]:
        for consents in (now, ever):
            showing = {c.person_id for c in consents if LEVELS.index(c.level) >= LEVELS.index(level)}
            if 0 < len(set(people) - showing) < release.k:
                return False
    return True
