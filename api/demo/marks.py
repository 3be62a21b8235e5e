"""Marks that people could have given, made so that they add up to what a published average says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from api.demo.story import Marks

_STRIDE = 7
"""Over twenty people, which it has no factor in common with, it comes to everybody before it comes to one again."""


def marks_of(
    sides: Mapping[str, Sequence[UUID]], sums: Mapping[str, int], leanings: Mapping[str, Sequence[int]]
) -> dict[UUID, Marks]:
    """What each person answers, so that the marks of each item add up to its sum.

    Everybody starts from the same whole mark, those whose turn it is give what is left over, and people lean up or
    down. `leanings` has one number for each person of a side; all of them together add up to 0, and in each item
    they lie with other people of the side.
    """
    marks: dict[UUID, dict[str, int]] = {person: {} for those in sides.values() for person in those}
    people = list(marks)
    for turn, (item, total) in enumerate(sums.items()):
        base, over = divmod(total, len(people))
        for place, person in enumerate(people):
            marks[person][item] = base + ((place * _STRIDE + turn) % len(people) < over)
        for side, those in sides.items():
            for place, person in enumerate(those):
                marks[person][item] += leanings[side][(place + turn) % len(those)]
    return dict(marks)
