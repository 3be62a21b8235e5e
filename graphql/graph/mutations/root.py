"""The root of all mutations: the slices joined."""

from __future__ import annotations

import strawberry

from graph.mutations.milestones import MilestoneMutations


@strawberry.type
class Mutation(MilestoneMutations):
    """Every change of state is one of these. A refusal is in `userErrors`, and then nothing has changed."""
