"""The timeline of every programme of the story, both ways."""

from __future__ import annotations

from typing import Any

import pytest

from domain import models
from domain.access.viewers import ADMINISTRATOR, Role, Viewer
from tests.graph.reads.world import World

TIMELINES = """query Q %s { programmes(first: 30) { nodes { ref timeline(%s) {
    totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    nodes { kind on title members withProfile shown
        milestone { title status } session { title heldOn } round { title state } }
} } } }"""


@pytest.mark.parametrize("as_of", ["", '@asOf(date: "2024-03-01")', '@asOf(date: "2025-03-01")'])
@pytest.mark.parametrize(
    "arguments",
    [
        "first: 100",
        "last: 3",
        'filter: {kind: {in: [SESSION, STRENGTHS_COVERAGE]}, on: {gte: "2024-01-01"}}',
        "filter: {milestone: {status: {eq: ACHIEVED}}}",
        "filter: {round: {state: {eq: PUBLISHED}}}, last: 5",
    ],
)
async def test_every_timeline_is_the_same_both_ways(
    agreed: Any, world: World, as_of: str, arguments: str
) -> None:
    people = [Viewer(Role.SPONSOR, person.id) for person in world.present[models.Person][:3]]
    for viewer in (ADMINISTRATOR, *people):
        await agreed(TIMELINES % (as_of, arguments), viewer=viewer)


async def test_the_story_has_every_kind(agreed: Any) -> None:
    data = await agreed(TIMELINES % ("", "first: 100"))
    kinds = {node["kind"] for each in data["programmes"]["nodes"] for node in each["timeline"]["nodes"]}
    assert len(kinds) == 6
