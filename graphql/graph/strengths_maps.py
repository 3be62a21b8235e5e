"""Maps of strengths in the schema: what a team or a cohort can draw on, and how many show it.

All that is counted here is what is shown to whoever asks, so that a map tells no more than the profiles behind it.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Uuid, cast, null, select

from domain import models
from domain.strengths import maps
from domain.strengths.maps import Group
from graph.people import Person
from graph.reads import Connection, column, computed, dated, listed, many, one, reads
from graph.strengths import Strength, StrengthsCluster, StrengthsProfile, StrengthsRelease
from graph.strengths_changes import Comparison, StrengthsChange
from graph.strengths_shown import holders, in_cluster, in_use, shown, size


def _group(row: Any) -> Group:
    """The group that an item of a map belongs to."""
    return Group(row.team_id, row.cohort_id)


def _of_team(row: Any) -> Group:
    return Group(row.id, cast(null(), Uuid))


def _of_cohort(row: Any) -> Group:
    return Group(cast(null(), Uuid), row.id)


def _strengths(group: Group, at: Any) -> Any:
    strength = at.rows(models.Strength)
    statement = select(
        strength.id.label("strength_id"),
        group.team_id.label("team_id"),
        group.cohort_id.label("cohort_id"),
        holders(group, at, strength.id).label("people"),
    ).where(strength.framework_id.in_(in_use(group, at)))
    return statement.order_by(strength.framework_id, strength.place).correlate_except(strength)


def _clusters(group: Group, at: Any) -> Any:
    cluster = at.rows(models.StrengthsCluster)
    people, found, share = in_cluster(group, at, cluster)
    statement = select(
        cluster.id.label("cluster_id"),
        people.label("people"),
        found.label("strengths"),
        share.label("share"),
    ).where(cluster.framework_id.in_(in_use(group, at)))
    return statement.order_by(cluster.framework_id, cluster.place).correlate_except(cluster)


def _holds(row: Any, other: Any, at: Any) -> ColumnElement[bool]:
    """Whether a person has that strength, as far as it is shown."""
    profile, part, strength, conditions = shown(_group(row), at)
    having = select(profile.person_id).where(*conditions, strength.id == row.strength_id)
    found: ColumnElement[bool] = other.id.in_(having.correlate_except(profile, part, strength))
    return found


@reads()
class StrengthOnMap:
    """How many of a group have a strength, of those whose profile is shown to whoever asks."""

    strength: Strength = one("strength_id")
    people: int
    holders: Connection[Person] = many(_holds, order=("name",), description="Who they are, by name.")


@reads()
class ClusterOnMap:
    """How much of what a group can draw on lies in a cluster, of what is shown to whoever asks."""

    cluster: StrengthsCluster = one("cluster_id")
    people: int = column("How many have a strength of it.")
    strengths: int = column("How many strengths of it there are, each counted with everybody who has it.")
    share: Decimal = column("Of all strengths by the same framework, from 0 to 1, with three decimals.")


@reads()
class StrengthsCoverage:
    """How many of a group had a profile on a day, and showed it to the programme."""

    on: date
    members: int
    with_profile: int = column("How many of them had been assessed, whether or not they show it.")
    shown: int = column("How many of those show it to the programme: both on that day and today.")


_STRENGTHS = "By framework and place: what the group can draw on, strength by strength."
_CLUSTERS = "By framework and place: what the group can draw on, cluster by cluster."
_PROFILES = "The latest profile of each member by each framework, of those that are shown to whoever asks."
_CHANGE = "How it has changed since an earlier date; a later one counts as the date of the question."
_COVERAGE = (
    f"On the first of each month since it began (the last {maps.MONTHS}), and on the date of the question."
)


@reads(models.Team)
class TeamStrengthsMap:
    """The members of a team on the date of the question by strength and cluster, as far as they show it."""

    members: int = computed(
        lambda row, at: size(_of_team(row), at),
        description="How many there are, whether or not they show anything.",
    )
    strengths: list[StrengthOnMap] = listed(
        lambda row, at: _strengths(_of_team(row), at), description=_STRENGTHS
    )
    clusters: list[ClusterOnMap] = listed(lambda row, at: _clusters(_of_team(row), at), description=_CLUSTERS)
    profiles: Connection[StrengthsProfile] = many(
        lambda row, other, at: maps.counts_for(other, _of_team(row), at),
        order=("assessed_on",),
        description=_PROFILES,
    )
    coverage: list[StrengthsCoverage] = listed(
        lambda row, at: maps.coverage(_of_team(row), row.starts_on, at), description=_COVERAGE
    )
    change: StrengthsChange = dated(
        lambda row, day, at: Comparison(_of_team(row), day, at), "since", description=_CHANGE
    )
    releases: Connection[StrengthsRelease] = many(
        "team_id",
        order=("-valid_from",),
        description="What was told of the whole team up to the date of the question, the latest first.",
    )


@reads(models.Cohort)
class CohortStrengthsMap:
    """The participants of a cohort on the date of the question by strength and cluster, as far as they show it."""

    members: int = computed(
        lambda row, at: size(_of_cohort(row), at),
        description="How many there are, whether or not they show anything.",
    )
    strengths: list[StrengthOnMap] = listed(
        lambda row, at: _strengths(_of_cohort(row), at), description=_STRENGTHS
    )
    clusters: list[ClusterOnMap] = listed(
        lambda row, at: _clusters(_of_cohort(row), at), description=_CLUSTERS
    )
    profiles: Connection[StrengthsProfile] = many(
        lambda row, other, at: maps.counts_for(other, _of_cohort(row), at),
        order=("assessed_on",),
        description=_PROFILES,
    )
    coverage: list[StrengthsCoverage] = listed(
        lambda row, at: maps.coverage(_of_cohort(row), row.starts_on, at), description=_COVERAGE
    )
    change: StrengthsChange = dated(
        lambda row, day, at: Comparison(_of_cohort(row), day, at), "since", description=_CHANGE
    )
    releases: Connection[StrengthsRelease] = many(
        "cohort_id",
        order=("-valid_from",),
        description="What was told of the whole cohort up to the date of the question, the latest first.",
    )
