"""How far the strengths of the people in programmes' teams are known, and what they can draw on."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from domain.assessments.cells import DEFAULT_K
from domain.summaries.people import Framework, InCluster, Reach, Strengths, Told
from domain.summaries.reading import Reading

Item = dict[str, Any]
_MILLIONTH = Decimal("0.000001")


def coverage(reading: Reading) -> list[Item]:
    """The programmes in whose teams somebody was assessed by the end, by reference, with what was so at the start.

    A summary stays when somebody withdraws their consent, so shares of what so few show that they would be one
    person's are left out, although whoever reads may see each profile today.
    """
    return [
        _item(each, reading.strengths_before.get(each.id))
        for each in sorted(reading.strengths_after.values(), key=lambda each: each.ref)
        if each.strengths.with_profile
    ]


def _item(after: Strengths, before: Strengths | None) -> Item:
    now, then = after.strengths, before.strengths if before else None
    return {
        "programme": {"id": after.id, "ref": after.ref, "title": after.title},
        **_numbers(now),
        "before": _numbers(then) if then else None,
        "shares": [
            {"framework": _framework(each), "clusters": _shares(those)}
            for each, those in _by_framework(now.clusters)
            if max(cluster.people for cluster in those) >= DEFAULT_K
        ],
        "releases": [_told(each) for each in sorted(now.releases.nodes, key=_latest_first)],
    }


def _numbers(reach: Reach) -> dict[str, int]:
    return {"people": reach.people, "withProfile": reach.with_profile, "shown": reach.shown}


def _shares(clusters: list[InCluster]) -> list[Item]:
    """Which part of everything that is shown by a framework lies in each of its clusters, from 0 to 1."""
    everything = sum(each.strengths for each in clusters)
    return [
        {
            "title": each.cluster.name,
            "people": each.people,
            "share": str((Decimal(each.strengths) / everything).quantize(_MILLIONTH, ROUND_HALF_UP)),
        }
        for each in clusters
    ]


def _told(each: Told) -> Item:
    return {
        "team": each.team.name,
        "countedOn": each.counted_on.isoformat(),
        "people": each.people,
        "framework": _framework(each.framework),
        "counts": [
            {"title": count.strength.name, "people": count.people}
            for count in sorted(each.counts.nodes, key=lambda count: (-count.people, count.strength.name))
        ],
    }


def _framework(framework: Framework) -> dict[str, Any]:
    return {"name": framework.name, "version": framework.version}


def _by_framework(clusters: list[InCluster]) -> list[tuple[Framework, list[InCluster]]]:
    """The clusters by framework, by name; within one they stay in its order."""
    found: dict[Framework, list[InCluster]] = {}
    for each in clusters:
        found.setdefault(each.cluster.framework, []).append(each)
    return sorted(found.items(), key=lambda pair: (pair[0].name, pair[0].version))


def _latest_first(each: Told) -> tuple[int, str, str, int]:
    return -each.counted_on.toordinal(), each.team.name, each.framework.name, each.framework.version
