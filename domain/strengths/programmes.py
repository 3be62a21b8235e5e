"""What the people in a programme's teams can draw on together, and how many of them were assessed: rules in SQL.

A person counts once, in however many teams of the programme they are on the date of the question.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Numeric, Select, cast, func, literal_column, select

from domain.access.consent import consents
from domain.cohorts.models import TeamMember
from domain.cohorts.rules import in_team
from domain.moment import Moment
from domain.strengths.maps import latest
from domain.strengths.models import (
    ConsentLevel,
    ProfileStrength,
    Strength,
    StrengthsCluster,
    StrengthsProfile,
)

_DECIMALS = 3


def in_teams(programme: Any, at: Moment) -> Select[UUID]:
    """The ids of the people who are in a team of a programme on the date of the question, each once."""
    member = at.rows(TeamMember)
    people = select(member.person_id).where(member.programme_id == programme.id, in_team(member, at))
    return people.distinct().correlate_except(member)


def people(programme: Any, at: Moment) -> ColumnElement[int]:
    """How many they are."""
    return _counted(programme, at)


def with_profile(programme: Any, at: Moment) -> ColumnElement[int]:
    """How many of them had been assessed by the date of the question, whether or not they show it."""
    return _counted(programme, at, lambda person_id: _assessed(person_id, at))


def shown(programme: Any, at: Moment) -> ColumnElement[int]:
    """How many of those show it to the programme, both today and on the date of the question."""
    return _counted(
        programme,
        at,
        lambda person_id: _assessed(person_id, at),
        lambda person_id: consents(person_id, ConsentLevel.PROGRAMME, at.on),
    )


def _counted(programme: Any, at: Moment, *which: Any) -> ColumnElement[int]:
    found = in_teams(programme, at).subquery()
    person_id = found.c[0]
    number = select(func.count(cast(literal_column("1"), Integer))).select_from(found)
    return number.where(*(each(person_id) for each in which)).correlate_except(found).scalar_subquery()


def _assessed(person_id: Any, at: Moment) -> ColumnElement[bool]:
    profile = at.rows(StrengthsProfile)
    found = select(profile.id).where(profile.person_id == person_id, profile.assessed_on <= at.on)
    return found.correlate_except(profile).exists()


def clusters(programme: Any, at: Any) -> Any:
    """How much lies in which cluster, of the profiles of these people that are shown to whoever asks.

    Its columns are `cluster_id`, `people` who have a strength of it, `strengths` (each counted with everybody who has
    it) and their `share` of all by the same framework, in the order of frameworks and clusters.
    """
    cluster, found, used = at.rows(StrengthsCluster), _held(programme, at).subquery(), _held(programme, at)
    strengths = func.count(found.c.part_id)
    of_framework = func.sum(strengths).over(partition_by=cluster.framework_id)
    statement = (
        select(
            cluster.id.label("cluster_id"),
            func.count(found.c.person_id.distinct()).label("people"),
            strengths.label("strengths"),
            func.round(cast(strengths, Numeric) / of_framework, _DECIMALS, type_=Numeric()).label("share"),
        )
        .select_from(cluster)
        .outerjoin(found, found.c.cluster_id == cluster.id)
        .where(cluster.framework_id.in_(used.with_only_columns(used.selected_columns.framework_id)))
        .group_by(cluster.id, cluster.framework_id, cluster.place)
        .order_by(cluster.framework_id, cluster.place)
    )
    return statement.correlate_except(cluster, found)


def _held(programme: Any, at: Any) -> Any:
    """Each strength that one of these people is shown to have, by the latest profile of each framework."""
    profile, part, strength = (at.rows(model) for model in (StrengthsProfile, ProfileStrength, Strength))
    return (
        select(strength.framework_id, strength.cluster_id, profile.person_id, part.id.label("part_id"))
        .select_from(profile)
        .join(part, part.profile_id == profile.id)
        .join(strength, strength.id == part.strength_id)
        .where(
            latest(profile, at),
            profile.person_id.in_(in_teams(programme, at)),
            at.visible(StrengthsProfile, profile),
        )
        .correlate_except(profile, part, strength)
    )
