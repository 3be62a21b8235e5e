"""Which milestone waits for which, across programmes too. A circle is refused: nothing in it could begin."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import exists, literal, select

from domain.errors import NotFound, Refused
from domain.milestones.changes import begin, finish
from domain.milestones.models import Dependency, Milestone
from domain.programmes.models import Programme
from domain.work import Work


async def add(work: Work, milestone_id: UUID, *, depends_on_id: UUID) -> Dependency:
    """Have a milestone wait for another.

    Raises:
        Refused: ALREADY_DEPENDS, or DEPENDENCY_CYCLE with the milestones of the circle in their order.
    """
    change = await begin(work, milestone_id)
    await work.find(Milestone, depends_on_id, named="dependsOnId")
    # Two transactions that each add half of a circle do not see each other's half: so one waits until
    # the other has committed, and looks only then.
    await work.alone("dependencies")
    await _require_new(work, milestone_id, depends_on_id)
    await _require_no_circle(work, milestone_id, depends_on_id)
    dependency = work.add(
        Dependency(programme_id=change.programme.id, milestone_id=milestone_id, depends_on_id=depends_on_id)
    )
    await finish(work, change, "milestone.dependency_added", depends_on_id=depends_on_id)
    return dependency


async def remove(work: Work, dependency_id: UUID) -> Dependency:
    """Have a milestone wait for another no longer; the past keeps that it did."""
    milestone_id = (await work.find(Dependency, dependency_id)).milestone_id
    change = await begin(work, milestone_id)
    dependency = await work.find(Dependency, dependency_id, for_update=True)
    await finish(work, change, "milestone.dependency_removed", depended_on_id=dependency.depends_on_id)
    await work.remove(dependency)
    return dependency


def route(steps: Iterable[tuple[UUID, UUID]], start: UUID, end: UUID) -> list[UUID]:
    """The shortest way from start to end along the steps, with both; empty where there is none."""
    onward: dict[UUID, list[UUID]] = {}
    for before, after in steps:
        onward.setdefault(before, []).append(after)
    came_from: dict[UUID, UUID] = {}
    waiting = deque([start])
    while waiting and end not in came_from and start != end:
        here = waiting.popleft()
        for there in onward.get(here, []):
            if there not in came_from and there != start:
                came_from[there] = here
                waiting.append(there)
    way = [end]
    while way[-1] in came_from:
        way.append(came_from[way[-1]])
    return way[::-1] if way[-1] == start else []


async def _require_new(work: Work, milestone_id: UUID, depends_on_id: UUID) -> None:
    known = select(
        exists().where(Dependency.milestone_id == milestone_id, Dependency.depends_on_id == depends_on_id)
    )
    if (await work.session.execute(known)).scalar_one():
        raise Refused(
            "ALREADY_DEPENDS",
            "This milestone waits for that one already. Choose another, or leave it as it is.",
            field="dependsOnId",
        )


async def _require_no_circle(work: Work, milestone_id: UUID, depends_on_id: UUID) -> None:
    way = route(await _steps(work, depends_on_id, milestone_id), depends_on_id, milestone_id)
    if way:
        names = [await _name(work, each) for each in [milestone_id, *way]]
        raise Refused(
            "DEPENDENCY_CYCLE",
            f"This would go round in a circle: {' waits for '.join(names)}. "
            "Remove one of these dependencies first, or choose another milestone.",
            field="dependsOnId",
        )


async def _steps(work: Work, start: UUID, end: UUID) -> Sequence[tuple[UUID, UUID]]:
    """Every dependency that can be reached from start, if end is among them; else none."""
    reached = select(literal(start).label("id")).cte("reached", recursive=True)
    reached = reached.union(
        select(Dependency.depends_on_id).join(reached, Dependency.milestone_id == reached.c.id)
    )
    found = await work.session.execute(
        select(Dependency.milestone_id, Dependency.depends_on_id).where(
            Dependency.milestone_id.in_(select(reached.c.id)),
            exists(select(reached.c.id).where(reached.c.id == end)),
        )
    )
    return [(before, after) for before, after in found]


async def _name(work: Work, milestone_id: UUID) -> str:
    """The milestone by title and programme, if the viewer can see it."""
    try:
        milestone = await work.find(Milestone, milestone_id)
        programme = await work.find(Programme, milestone.programme_id)
    except NotFound:
        return "a milestone of another programme"
    return f"“{milestone.title}” ({programme.ref})"
