"""Maps of strengths as the engine answers them, held against the slow way for every team and cohort."""

from __future__ import annotations

from typing import Any

import pytest

from domain import models
from domain.access.viewers import ADMINISTRATOR, Role, Viewer
from tests.graph.reads.world import World

MAP = """query Q %s { %s(first: 30) { nodes { name strengthsMap { members
    strengths { people strength { key } }
    clusters { people strengths share cluster { key } }
    profiles(first: 10) { nodes { assessedOn person { id } } }
    coverage { on members withProfile shown }
} } } }"""
HOLDERS = """query Q %s { %s(last: 20) { nodes { strengthsMap {
    strengths { people holders(first: 3) { nodes { name } } }
} } } }"""

PROGRAMMES = """query Q %s { programmes(first: 30) { nodes { ref strengths { people withProfile shown
    clusters { people strengths share cluster { key } }
    releases(first: 5) { nodes { countedOn people team { name } counts(first: 5) { nodes { people } } } }
} } } }"""
RELEASES = """query Q %s { %s { nodes { strengthsMap {
    releases(first: 5) { nodes { countedOn people k framework { key } programme { ref }
        counts(first: 5) { nodes { people strength { key } } } } }
} } } }"""


def _people(world: World) -> list[Viewer]:
    return [Viewer(Role.SPONSOR, person.id) for person in world.present[models.Person]]


@pytest.mark.parametrize("kind", ["teams", "cohorts"])
@pytest.mark.parametrize("as_of", ["", '@asOf(date: "2024-03-01")', '@asOf(date: "2024-12-31")'])
async def test_every_map_is_the_same_both_ways(agreed: Any, world: World, kind: str, as_of: str) -> None:
    told = 0
    for viewer in (ADMINISTRATOR, *_people(world)):
        data = await agreed(MAP % (as_of, kind), viewer=viewer)
        told += sum(
            item["people"] for node in data[kind]["nodes"] for item in node["strengthsMap"]["strengths"]
        )
    assert told > 0


@pytest.mark.parametrize("kind", ["teams", "cohorts"])
async def test_what_was_told_of_whole_groups_is_the_same_both_ways(
    agreed: Any, world: World, kind: str
) -> None:
    told = 0
    for viewer in (ADMINISTRATOR, *_people(world)):
        for as_of in ("", '@asOf(date: "2025-01-31")'):
            data = await agreed(RELEASES % (as_of, kind), viewer=viewer)
            told += sum(len(node["strengthsMap"]["releases"]["nodes"]) for node in data[kind]["nodes"])
    assert told > 0


@pytest.mark.parametrize("as_of", ["", '@asOf(date: "2024-03-01")', '@asOf(date: "2025-01-31")'])
async def test_every_programme_is_the_same_both_ways(agreed: Any, world: World, as_of: str) -> None:
    told = 0
    for viewer in (ADMINISTRATOR, *_people(world)):
        for node in (await agreed(PROGRAMMES % as_of, viewer=viewer))["programmes"]["nodes"]:
            reach = node["strengths"]
            assert reach["people"] >= reach["withProfile"] >= reach["shown"]
            told += len(reach["clusters"])
    assert told > 0


async def test_one_programme_is_the_same_both_ways(agreed: Any) -> None:
    found = await agreed('{ programme(ref: "crew") { ref strengths { people withProfile shown } } }')
    assert found["programme"]["strengths"]["people"] > 0


CHANGE = """query Q($since: Date!) %s { %s(first: 20) { nodes { strengthsMap { change(since: $since) {
    since on membersBefore members
    joined { totalCount nodes { name } } left(last: 5) { nodes { name } }
    strengths { peopleBefore people difference strength { key } }
    clusters { peopleBefore people strengthsBefore strengths shareBefore share shareDifference cluster { key } }
    released { countedBeforeOn countedOn peopleBefore people difference strength { key } }
} } } } }"""


@pytest.mark.parametrize("kind", ["teams", "cohorts"])
@pytest.mark.parametrize("as_of", ["", '@asOf(date: "2025-02-01")'])
@pytest.mark.parametrize("since", ["0001-01-01", "2025-02-15", "2030-01-01"])
async def test_every_change_is_the_same_both_ways(
    agreed: Any, world: World, kind: str, as_of: str, since: str
) -> None:
    for viewer in (ADMINISTRATOR, *_people(world)[:5]):
        await agreed(CHANGE % (as_of, kind), {"since": since}, viewer=viewer)
