"""Tallies: whatever is asked for together, under whichever filter, on whichever day. Both ways have to agree."""

from __future__ import annotations

import pytest

from domain.access.viewers import ADMINISTRATOR, Role, Viewer
from graph.schema import schema
from tests import factories as make
from tests.benchmarks.straight import Watched
from tests.graph.reads.conftest import Ask
from tests.graph.reads.story import Story

FIGURES = {
    "programmes": "programmes",
    "few": "byStatus { status programmes } byHealth { health programmes }",
    "shared": "byCategory { category programmes } byDeliveryConfidence { deliveryConfidence programmes }",
    "computed": "byHealth { health programmes }",
    "many": "byLead { lead { code } programmes }",
    "sums": "milestonesOpen milestonesDue milestonesOverdue milestonesSlipped",
    "difference": "milestonesDue",
    "everything": "programmes byHealth { health programmes } byLead { lead { code } programmes } "
    "byCategory { category programmes } milestonesOpen milestonesDue milestonesSlipped",
    "many and sums": "byLead { programmes } milestonesDue milestonesOverdue",
}
FILTERS = {
    "none": "",
    "kept": "(filter: {status: {in: [ACTIVE, PAUSED]}})",
    "kept, in parts": "(filter: {not: {or: [{status: {eq: CLOSED}}, {status: {isNull: true}}]}, health: null})",
    "kept, of nothing": "(filter: {or: []})",
    "shared": "(filter: {status: {ne: CLOSED}, category: {isNull: false}})",
    "beside": '(filter: {heardOn: {gt: "2024-01-01"}})',
    "own": '(filter: {title: {contains: "e"}})',
    "computed": "(filter: {or: [{health: {eq: OVERDUE}}, {deliveryConfidence: {eq: GREEN}}]})",
    "related": "(filter: {lead: {code: {isNull: false}}})",
    "nothing": '(filter: {ref: {eq: ""}})',
}


@pytest.mark.parametrize("asked", FIGURES.values(), ids=FIGURES)
async def test_figures_under_every_filter(agreed: Ask, asked: str) -> None:
    fields = " ".join(
        f"f{n}: portfolio{filtered} {{ {asked} }}" for n, filtered in enumerate(FILTERS.values())
    )
    await agreed(f"{{ {fields} }}")
    await agreed(f'query @asOf(date: "2026-01-15") {{ {fields} }}')


@pytest.mark.parametrize(
    ("filtered", "viewer", "looks"),
    [
        *((FILTERS[name], ADMINISTRATOR, False) for name in ("none", "kept", "kept, in parts")),
        *((FILTERS[name], ADMINISTRATOR, True) for name in ("shared", "computed", "related")),
        ("", Viewer(Role.SPONSOR, make.NOBODY), True),
    ],
)
async def test_programmes_are_looked_at_only_where_it_must_be(
    story: Story, filtered: str, viewer: Viewer, looks: bool
) -> None:
    context = Watched(story.database, viewer, make.NOW, trusted=True)
    result = await schema.execute(f"{{ portfolio{filtered} {{ {FIGURES['everything']} }} }}", None, context)
    assert not result.errors
    assert ("programme_figures" in context.sent[0]) is looks


async def test_who_leads_is_counted_as_often_as_there_are_programmes(agreed: Ask) -> None:
    answer = await agreed("{ portfolio { programmes byLead { programmes } byStatus { programmes } } }")
    told = answer["portfolio"]
    assert told["programmes"] > 1
    for name in ("byLead", "byStatus"):
        assert sum(each["programmes"] for each in told[name]) == told["programmes"]
