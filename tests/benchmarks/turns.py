"""Contenders take turns, so that whatever else the machine does meets all of them alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from tests.benchmarks.load import Load

TURNS = 5
_TOO_LONG_S = 200


@dataclass(frozen=True, slots=True)
class Entrant:
    """One of them: bears load of so many connections for so many seconds; alone an answer `took` so many."""

    name: str
    bear: Callable[[int, float], Load]
    took: float

    def gives_up(self, connections: int) -> bool:
        """Whether it would take minutes until all connections are answered."""
        return connections > 1 and self.took * connections > _TOO_LONG_S


def in_turns(
    entrants: Sequence[Entrant], connections: int, seconds: float, longest: float
) -> Iterator[tuple[str, Load]]:
    """For each the median of its turns, which last so many seconds together.

    Who is slow has a single turn, in which each connection gets an answer, but of at most `longest` seconds.
    """
    loads = defaultdict[str, list[Load]](list)
    for turn in range(TURNS):
        for entrant in entrants:
            needed = 1.5 * entrant.took * connections
            if needed <= seconds / TURNS:
                loads[entrant.name].append(entrant.bear(connections, seconds / TURNS))
            elif turn == 0 and not entrant.gives_up(connections):
                loads[entrant.name].append(entrant.bear(connections, max(seconds, min(needed, longest))))
    for name, taken in loads.items():
        middle = sorted(taken, key=lambda load: load.per_second)[len(taken) // 2]
        yield name, replace(middle, turns=tuple(load.per_second for load in taken))
