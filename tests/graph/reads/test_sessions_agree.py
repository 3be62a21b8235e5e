"""What is derived of sessions, for all of them at once, both ways: today, in the past, and as a sponsor sees it."""

from __future__ import annotations

import pytest

from domain import models
from domain.access.viewers import ADMINISTRATOR, Role, Viewer
from domain.sessions.practice import ActionStatus, ProposalStatus
from tests.graph.reads.conftest import Ask
from tests.graph.reads.world import World

PARTS = (
    "heldOn isCancelled agendaMinutes minutesLeft agenda(first: 20) { nodes { position method { name } } }",
    "tablePlan { metShare randomMetShare seats(first: 20) { nodes { roundNumber tableNumber person { id } } } }",
    "cohorts(first: 20) { nodes { name } } facilitators(first: 20) { nodes { id } }",
    "expected(first: 90) { totalCount nodes { id } }",
    "openingActions(first: 20) { totalCount nodes { id isOverdue closedOn owner { name } } }",
    "attendances(first: 20) { nodes { status mode organisation { name } } }",
    "attendanceCounts { organisation { name } status mode people }",
    "proposals(first: 9) { nodes { voteCount status became { question } votes(first: 9) { nodes { id } } } }",
    "feedback(first: 20) { nodes { rating } } decisions(first: 20) { nodes { item { question } } }",
)


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.split("(")[0].split(" ")[0])
async def test_what_is_derived_agrees(agreed: Ask, world: World, part: str) -> None:
    for as_of in ("", '@asOf(date: "2021-06-30")', '@asOf(date: "2024-02-29")'):
        data = await agreed(f"query Q {as_of} {{ sessions(first: 100) {{ totalCount nodes {{ {part} }} }} }}")
        assert data["sessions"]["totalCount"] > 0
    seen = 0
    for person in sorted({seat.person_id for seat in world.present[models.Sponsor]}):
        viewer = Viewer(Role.SPONSOR, person)
        data = await agreed(f"{{ sessions(first: 90) {{ totalCount nodes {{ {part} }} }} }}", viewer=viewer)
        seen += data["sessions"]["totalCount"]
    assert seen > 0


async def test_sessions_are_found_by_what_is_derived(agreed: Ask) -> None:
    for given in (
        "{minutesLeft: {lt: 60}}",
        "{isCancelled: {eq: true}}",
        "{cohorts: {some: {members: {some: {role: {eq: FACILITATOR}}}}}}",
        "{actions: {some: {isOverdue: {eq: true}}}}",
        "{proposals: {none: {voteCount: {gte: 1}}}}",
        "{attendances: {some: {organisation: {name: {ne: null}}}}}",
    ):
        found = await agreed(
            f"{{ sessions(filter: {given}) {{ totalCount nodes {{ id }} }} }}", viewer=ADMINISTRATOR
        )
        assert found["sessions"]["totalCount"] > 0, given


async def test_the_story_tells_of_all_of_it(world: World) -> None:
    proposals = {proposal.status for proposal in world.present[models.Proposal]}
    assert {ProposalStatus.OPEN, ProposalStatus.ON_AGENDA} <= proposals
    assert {action.status for action in world.present[models.Action]} >= {
        ActionStatus.OPEN,
        ActionStatus.DONE,
    }
    for model in (models.Attendance, models.TableSeat, models.Decision, models.Feedback, models.ProposalVote):
        assert len(world.present[model]) >= 8, model
