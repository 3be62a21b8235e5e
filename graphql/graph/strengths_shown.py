"""What is shown of a group's strengths to whoever asks, as SQL: the profiles that count, and counts of them.

`at` looks at the date of the question, or at another day of what is known then.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Numeric, Select, cast, func, select

from domain import models
from domain.strengths import maps
from domain.strengths.maps import Group

_DECIMALS = 3


def size(group: Group, at: Any) -> Any:
    """How many people are in a group."""
    people = maps.members(group, at).subquery()
    return select(func.count()).select_from(people).scalar_subquery()


def shown(group: Group, at: Any) -> tuple[Any, Any, Any, list[ColumnElement[bool]]]:
    """What a group is shown to have: a profile, a part of it, its strength, and the conditions that join them."""
    profile, part, strength = (
        at.rows(model) for model in (models.StrengthsProfile, models.ProfileStrength, models.Strength)
    )
    seen = at.visible(models.StrengthsProfile, profile)
    joined = [part.profile_id == profile.id, strength.id == part.strength_id]
    return profile, part, strength, [*joined, maps.counts_for(profile, group, at), seen]


def holders(group: Group, at: Any, strength_id: Any) -> Any:
    """How many have a strength."""
    return _counted(group, at, lambda strength: strength.id == strength_id, lambda row, _part: row.person_id)


def in_cluster(group: Group, at: Any, cluster: Any) -> tuple[Any, Any, Any]:
    """How many have a strength of a cluster, how many strengths that is, and their share; null of nothing."""
    inside, everything = (
        lambda strength: strength.cluster_id == cluster.id,
        lambda strength: strength.framework_id == cluster.framework_id,
    )
    people = _counted(group, at, inside, lambda profile, _part: profile.person_id.distinct())
    found, of = (_counted(group, at, which, lambda _row, part: part.id) for which in (inside, everything))
    share = func.round(cast(found, Numeric) / func.nullif(of, 0), _DECIMALS, type_=Numeric())
    return people, found, share


def in_use(group: Group, at: Any) -> Select[Any]:
    """The frameworks by which somebody of the group has a profile that is shown."""
    profile, part, strength, conditions = shown(group, at)
    return select(strength.framework_id).where(*conditions).correlate_except(profile, part, strength)


def _counted(group: Group, at: Any, which: Any, what: Any) -> Any:
    """How many: `what(profile, part)` is counted where `which(strength)` holds."""
    profile, part, strength, conditions = shown(group, at)
    found = select(func.count(what(profile, part))).where(*conditions, which(strength))
    return found.correlate_except(profile, part, strength).scalar_subquery()
