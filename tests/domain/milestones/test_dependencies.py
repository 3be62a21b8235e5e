"""Who waits for whom: no circles, not even when two people draw half of one at the same moment."""

from __future__ import annotations

import asyncio
from datetime import date
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from domain.errors import Refused
from domain.milestones import dependencies
from domain.milestones.models import Dependency, Milestone
from domain.models import Programme
from tests.domain.milestones.scenes import BEGAN, Scene
from tests.races import race

MARCH, MAY = date(2024, 3, 1), date(2024, 5, 1)


async def milestones(here: Scene, *titles: str) -> list[Milestone]:
    """One milestone by each title, in the one programme and the other by turns."""
    programmes = (here.programme_id, here.other_programme_id)
    return [
        await here.milestone(title=title, programme_id=programmes[place % 2])
        for place, title in enumerate(titles)
    ]


async def wait_for(here: Scene, before: Milestone, after: Milestone, on: date = BEGAN) -> Dependency:
    async with here.at(on) as doing:
        return await dependencies.add(doing, before.id, depends_on_id=after.id)


async def known(here: Scene) -> list[tuple[UUID, UUID]]:
    """Who waits for whom in the two programmes."""
    programmes = [here.programme_id, here.other_programme_id]
    steps = select(Dependency.milestone_id, Dependency.depends_on_id)
    return [(a, b) for a, b in await here.look(steps.where(Dependency.programme_id.in_(programmes)))]


async def test_a_milestone_waits_for_one_of_another_programme(here: Scene) -> None:
    rota, contract = await milestones(here, "Rota", "Contract")
    made = await wait_for(here, rota, contract, MARCH)
    assert (made.milestone_id, made.depends_on_id) == (rota.id, contract.id)
    assert (made.programme_id, made.valid_from) == (here.programme_id, MARCH)
    assert (await here.row(Programme, here.programme_id)).heard_on == MARCH
    assert (await here.row(Programme, here.other_programme_id)).heard_on == BEGAN
    assert (await here.journal())[-1] == "milestone.dependency_added"


async def test_a_dependency_that_is_removed_stays_in_the_past(here: Scene) -> None:
    rota, contract = await milestones(here, "Rota", "Contract")
    made = await wait_for(here, rota, contract, MARCH)
    async with here.at(MAY) as doing:
        await dependencies.remove(doing, made.id)
    assert await here.row(Dependency, made.id) is None
    assert (await here.as_of(Dependency, made.id, MARCH)).depends_on_id == contract.id
    assert (await here.journal())[-1] == "milestone.dependency_removed"
    await wait_for(here, contract, rota, MAY)


async def test_a_dependency_is_not_removed_from_before_it_was(here: Scene) -> None:
    rota, contract = await milestones(here, "Rota", "Contract")
    made = await wait_for(here, rota, contract, MAY)
    with pytest.raises(Refused) as refusal:
        async with here.at(MARCH) as doing:
            await dependencies.remove(doing, made.id)
    assert refusal.value.code == "EARLIER_THAN_KNOWN"
    assert await here.row(Dependency, made.id) is not None


async def test_a_circle_is_refused_and_named_in_its_order(here: Scene) -> None:
    one, two = here.refs
    rota, contract, budget, unrelated = await milestones(here, "Rota", "Contract", "Budget", "Office")
    await wait_for(here, rota, contract)
    await wait_for(here, contract, budget)
    await wait_for(here, contract, unrelated)
    with pytest.raises(Refused) as refusal:
        await wait_for(here, budget, rota)
    assert (refusal.value.code, refusal.value.field) == ("DEPENDENCY_CYCLE", "dependsOnId")
    assert (
        f"“Budget” ({one}) waits for “Rota” ({one}) waits for “Contract” ({two}) waits for “Budget” ({one})."
        in refusal.value.message
    )
    assert len(await known(here)) == 3


async def test_nothing_waits_for_itself(here: Scene) -> None:
    [rota] = await milestones(here, "Rota")
    with pytest.raises(Refused) as refusal:
        await wait_for(here, rota, rota)
    assert refusal.value.code == "DEPENDENCY_CYCLE"


async def test_a_dependency_is_there_once(here: Scene) -> None:
    rota, contract = await milestones(here, "Rota", "Contract")
    await wait_for(here, rota, contract)
    with pytest.raises(Refused) as refusal:
        await wait_for(here, rota, contract)
    assert (refusal.value.code, refusal.value.field) == ("ALREADY_DEPENDS", "dependsOnId")


async def test_a_diamond_is_no_circle(here: Scene) -> None:
    top, left, right, bottom = await milestones(here, "Top", "Left", "Right", "Bottom")
    for before, after in ((top, left), (top, right), (left, bottom), (right, bottom)):
        await wait_for(here, before, after)
    assert len(await known(here)) == 4


async def test_a_milestone_that_is_not_there(here: Scene) -> None:
    [rota] = await milestones(here, "Rota")
    with pytest.raises(Refused) as refusal:
        async with here.at() as doing:
            await dependencies.add(doing, rota.id, depends_on_id=uuid4())
    assert (refusal.value.code, refusal.value.field) == ("NOT_FOUND", "dependsOnId")


async def test_two_halves_of_a_circle_at_the_same_moment(here: Scene) -> None:
    rota, contract = await milestones(here, "Rota", "Contract")
    outcome = await race(
        here.database,
        lambda doing: dependencies.add(doing, rota.id, depends_on_id=contract.id),
        lambda doing: dependencies.add(doing, contract.id, depends_on_id=rota.id),
    )
    assert outcome == "DEPENDENCY_CYCLE"
    assert await known(here) == [(rota.id, contract.id)]


@pytest.mark.parametrize("_repeated", range(3))
async def test_many_halves_of_circles_at_once(here: Scene, _repeated: int) -> None:
    made = await milestones(here, *"ABCD")
    ring = [*zip(made, [*made[1:], made[0]], strict=True), *zip([*made[1:], made[0]], made, strict=True)]
    done = await asyncio.gather(*(wait_for(here, *pair) for pair in ring), return_exceptions=True)
    assert {type(each) for each in done} == {Dependency, Refused}
    steps = await known(here)
    for before, after in steps:
        assert dependencies.route(steps, after, before) == []


STEPS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=15)


@given(steps=STEPS, start=st.integers(0, 6), end=st.integers(0, 6))
def test_a_route_is_a_shortest_way(steps: list[tuple[int, int]], start: int, end: int) -> None:
    ids = [UUID(int=number) for number in range(7)]
    way = [
        each.int for each in dependencies.route([(ids[a], ids[b]) for a, b in steps], ids[start], ids[end])
    ]
    reached, distance = {start}, 0
    while end not in reached and reached != (wider := reached | {b for a, b in steps if a in reached}):
        reached, distance = wider, distance + 1
    if end not in reached:
        assert way == []
        return
    assert (way[0], way[-1], len(way)) == (start, end, distance + 1)
    assert all(step in steps for step in pairwise(way))
