"""How a map of strengths has changed from one date to another: who came and went, and what there is to draw on.

Both sides are counts of what is shown to whoever asks, judged for each of the two dates, so a comparison tells no more
than the maps. Counts over a whole group are compared from release to release, as far as both can still be told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Date, and_, func, literal_column, or_, select, true, tuple_

from domain import models
from domain.calendar import FIRST_YEAR
from domain.strengths import maps
from domain.strengths.maps import Group
from graph.people import Person
from graph.reads import Connection, column, computed, listed, many, one, reads
from graph.strengths import Strength, StrengthsCluster
from graph.strengths_shown import holders, in_cluster, in_use, size

_FIRST = literal_column(f"DATE '{FIRST_YEAR}-01-01'", Date())


@dataclass(frozen=True, slots=True)
class Comparison:
    """What stands behind a comparison: a group, an earlier day, and how whoever asks looks at the later one."""

    group: Group
    day: ColumnElement[date]
    at: Any

    @property
    def since(self) -> Any:
        """The earlier date: not after the later one, and one that can be written (the first that there is cannot)."""
        return func.greatest(_FIRST, func.least(self.day, self.at.on), type_=self.day.type)

    @property
    def on(self) -> Any:
        """The later date."""
        return self.at.on

    @property
    def then(self) -> Any:
        """How whoever asks looks at the earlier date."""
        return self.at.on_day(self.since)


def _joined(row: Comparison, other: Any, at: Any) -> ColumnElement[bool]:
    return and_(other.id.in_(maps.members(row.group, at)), other.id.not_in(maps.members(row.group, row.then)))


def _left(row: Comparison, other: Any, at: Any) -> ColumnElement[bool]:
    return and_(other.id.in_(maps.members(row.group, row.then)), other.id.not_in(maps.members(row.group, at)))


def _used(row: Comparison, framework_id: Any, at: Any) -> ColumnElement[bool]:
    """Whether a framework is in use on one of the two dates."""
    return or_(framework_id.in_(in_use(row.group, row.then)), framework_id.in_(in_use(row.group, at)))


def _strengths(row: Comparison, at: Any) -> Any:
    strength = at.rows(models.Strength)
    before, people = (holders(row.group, day, strength.id) for day in (row.then, at))
    statement = select(
        strength.id.label("strength_id"),
        before.label("people_before"),
        people.label("people"),
        (people - before).label("difference"),
    ).where(_used(row, strength.framework_id, at))
    return statement.order_by(strength.framework_id, strength.place).correlate_except(strength)


def _clusters(row: Comparison, at: Any) -> Any:
    cluster = at.rows(models.StrengthsCluster)
    before, after = (in_cluster(row.group, day, cluster) for day in (row.then, at))
    names = ("people", "strengths", "share")
    statement = select(
        cluster.id.label("cluster_id"),
        *(value.label(f"{name}_before") for name, value in zip(names, before, strict=True)),
        *(value.label(name) for name, value in zip(names, after, strict=True)),
        (after[2] - before[2]).label("share_difference"),
    ).where(_used(row, cluster.framework_id, at))
    return statement.order_by(cluster.framework_id, cluster.place).correlate_except(cluster)


def _released(row: Comparison, at: Any) -> Any:
    """What the latest release up to each date told of, where these are two."""
    earlier, later, strength = (
        at.rows(model) for model in (models.StrengthsRelease, models.StrengthsRelease, models.Strength)
    )
    before, after = at.rows(models.ReleasedStrength), at.rows(models.ReleasedStrength)
    statement = select(
        strength.id.label("strength_id"),
        earlier.valid_from.label("counted_before_on"),
        later.valid_from.label("counted_on"),
        before.people.label("people_before"),
        after.people.label("people"),
        (after.people - before.people).label("difference"),
    ).where(
        _latest(earlier, row.group, row.since, at),
        _latest(later, row.group, at.on, at),
        earlier.framework_id == later.framework_id,
        earlier.id != later.id,
        *(
            condition
            for told, release in ((before, earlier), (after, later))
            for condition in (told.release_id == release.id, told.strength_id == strength.id)
        ),
        *(_seen(models.ReleasedStrength, told, at) for told in (before, after)),
    )
    ordered = statement.order_by(strength.framework_id, strength.place)
    return ordered.correlate_except(earlier, later, strength, before, after)


def _latest(release: Any, group: Group, day: Any, at: Any) -> ColumnElement[bool]:
    """Whether a release is the latest of a group by its framework up to a day, of those that are seen."""
    newer = at.rows(models.StrengthsRelease)
    known = select(newer.id).where(
        _is_of(newer, group, day, at),
        newer.framework_id == release.framework_id,
        tuple_(newer.valid_from, newer.id) > tuple_(release.valid_from, release.id),
    )
    return and_(_is_of(release, group, day, at), ~known.correlate_except(newer).exists())


def _is_of(release: Any, group: Group, day: Any, at: Any) -> ColumnElement[bool]:
    of_group = or_(release.team_id == group.team_id, release.cohort_id == group.cohort_id)
    return and_(of_group, release.valid_from <= day, _seen(models.StrengthsRelease, release, at))


def _seen(model: type[Any], row: Any, at: Any) -> ColumnElement[bool]:
    condition = at.visible(model, row)
    return true() if condition is None else condition


@reads()
class StrengthChange:
    """How many of a group showed a strength to whoever asks, on two dates."""

    strength: Strength = one("strength_id")
    people_before: int
    people: int
    difference: int


@reads()
class ClusterChange:
    """How much of what a group can draw on lay in a cluster, on two dates; see `ClusterOnMap`."""

    cluster: StrengthsCluster = one("cluster_id")
    people_before: int
    people: int
    strengths_before: int
    strengths: int
    share_before: Decimal | None = column("Null if nothing by its framework was shown.")
    share: Decimal | None = column("Null if nothing by its framework is shown.")
    share_difference: Decimal | None = column("The later share minus the earlier.")


@reads()
class ReleasedChange:
    """How many of the whole group had a strength, by the latest release up to each of two dates."""

    strength: Strength = one("strength_id")
    counted_before_on: date
    counted_on: date
    people_before: int
    people: int
    difference: int


@reads()
class StrengthsChange:
    """A map on two dates: the date of the question, and an earlier one by what is known now.

    As for a map of the past, people are counted who show their strengths today and showed them on that date.
    """

    since: date
    on: date
    members_before: int = computed(lambda row, _at: size(row.group, row.then))
    members: int = computed(lambda row, at: size(row.group, at))
    joined: Connection[Person] = many(
        _joined, order=("name",), description="Who is in it now and was not then."
    )
    left: Connection[Person] = many(_left, order=("name",), description="Who was in it then and is not now.")
    strengths: list[StrengthChange] = listed(_strengths, description="By framework and place.")
    clusters: list[ClusterChange] = listed(_clusters, description="By framework and place.")
    released: list[ReleasedChange] = listed(
        _released,
        description="What was told of the whole group by then and again since, as far as k allows both.",
    )
