"""Which milestone waits for which: what can be done about that."""

from __future__ import annotations

import strawberry

from domain.milestones import dependencies
from graph.milestones import Dependency
from graph.mutations.inputs import Request, asks, id_of
from graph.mutations.performing import Payload, mutation
from graph.reads import subject


@strawberry.type(description="What became of the dependency.")
class DependencyPayload(Payload):
    """The answer of every mutation that changes a dependency."""

    dependency: Dependency | None = subject(description="Null once it is removed.")


@asks
class DependencyAddInput(Request):
    """A milestone, and another that has to come first, which may be another programme's."""

    milestone_id: strawberry.ID = id_of("Milestone", "The id of the Milestone that waits.")
    depends_on_id: strawberry.ID = id_of("Milestone", "The id of the Milestone that has to come first.")


@asks
class DependencyRemoveInput(Request):
    """Which dependency there is no more."""

    id: strawberry.ID = id_of("Dependency")


@strawberry.type
class DependencyMutations:
    """What can be done with dependencies."""

    dependency_add = mutation(dependencies.add, DependencyAddInput, DependencyPayload)
    dependency_remove = mutation(dependencies.remove, DependencyRemoveInput, DependencyPayload)
