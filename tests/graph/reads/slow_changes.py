"""How maps of strengths change from a date to another, said a second time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from domain import models
from tests.graph.reads import slow_strengths as strengths

if TYPE_CHECKING:
    from tests.graph.reads.world import Sight


def change(sight: Sight, group: Any, day: date) -> dict[str, Any]:
    """What stands behind a comparison of a group."""
    since = max(min(day, sight.on), date(1000, 1, 1))
    before, after = (strengths.members(sight, group, on) for on in (since, sight.on))
    return {
        "group": group,
        "since": since,
        "on": sight.on,
        "membersBefore": len(before),
        "members": len(after),
        "joined": after - before,
        "left": before - after,
    }


def _sides(sight: Sight, row: dict[str, Any]) -> tuple[Sight, Sight]:
    return sight.on_day(row["since"]), sight


def strengths_changed(sight: Sight, row: dict[str, Any]) -> list[dict[str, Any]]:
    """Strength by strength."""
    then, now = ({s["strength"]: s["people"] for s in strengths.strengths(side, row["group"])}
                 for side in _sides(sight, row))  # fmt: skip
    found = [s for s in _ordered(sight, models.Strength) if s.id in then or s.id in now]
    return [
        {"strength": s.id, "peopleBefore": then.get(s.id, 0), "people": now.get(s.id, 0),
         "difference": now.get(s.id, 0) - then.get(s.id, 0)}
        for s in found
    ]  # fmt: skip


def clusters_changed(sight: Sight, row: dict[str, Any]) -> list[dict[str, Any]]:
    """Cluster by cluster."""
    then, now = ({c["cluster"]: c for c in strengths.clusters(side, row["group"])}
                 for side in _sides(sight, row))  # fmt: skip
    nothing: dict[str, Any] = {"people": 0, "strengths": 0, "share": None}
    return [
        {"cluster": c.id, **_between(then.get(c.id, nothing), now.get(c.id, nothing))}
        for c in _ordered(sight, models.StrengthsCluster)
        if c.id in then or c.id in now
    ]


def _between(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    shares: list[Decimal | None] = [before["share"], after["share"]]
    return {
        **{f"{name}Before": before[name] for name in ("people", "strengths", "share")},
        **{name: after[name] for name in ("people", "strengths", "share")},
        "shareDifference": None if None in shares else after["share"] - before["share"],
    }


def _ordered(sight: Sight, model: type[Any]) -> list[Any]:
    return sorted(sight.rows(model), key=lambda row: (row.framework_id, row.place))


def released(sight: Sight, row: dict[str, Any]) -> list[dict[str, Any]]:
    """What was told of the whole group by the latest release up to each date."""
    then, now = (_latest(sight, row["group"], day) for day in (row["since"], sight.on))
    return [item for strength in _ordered(sight, models.Strength)
            for item in _told(sight, then, now, strength)]  # fmt: skip


def _latest(sight: Sight, group: Any, day: date) -> dict[UUID, Any]:
    """The latest release by each framework."""
    name = "team_id" if isinstance(group, models.Team) else "cohort_id"
    seen = [r for r in sight.seen(models.StrengthsRelease) if getattr(r, name) == group.id]
    known = sorted((r for r in seen if r.valid_from <= day), key=lambda r: (r.valid_from, r.id))
    return {release.framework_id: release for release in known}


def _told(
    sight: Sight, then: dict[UUID, Any], now: dict[UUID, Any], strength: Any
) -> Iterator[dict[str, Any]]:
    earlier, later = then.get(strength.framework_id), now.get(strength.framework_id)
    if earlier is None or later is None or earlier is later:
        return
    counts = {
        c.release_id: c.people for c in sight.seen(models.ReleasedStrength) if c.strength_id == strength.id
    }
    if earlier.id in counts and later.id in counts:
        yield {
            "strength": strength.id, "countedBeforeOn": earlier.valid_from, "countedOn": later.valid_from,
            "peopleBefore": counts[earlier.id], "people": counts[later.id],
            "difference": counts[later.id] - counts[earlier.id],
        }  # fmt: skip
