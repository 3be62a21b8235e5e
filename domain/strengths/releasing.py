"""Which counts over a whole team may be told, those of people included who show their strengths to nobody.

Whoever reads them is taken to know who is in the team, the profile of everybody who ever showed it to them, and all
that was told before of overlapping teams. What they do not know is about the others, the hidden ones. So everything is
decided over these, for each circle of readers, by the rules of assessments (`docs/anonymity.md`): no combination of
counts is about 1 to k-1 hidden people, and none says of all the hidden people in it that they have a strength, or that
they lack it.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from domain.assessments.extremes import BETWEEN, HIGHEST, LOWEST, Standing, gives_away
from domain.assessments.lattice import isolates

People = frozenset[Hashable]


@dataclass(frozen=True, slots=True)
class Earlier:
    """What was told before: about whom, and of which strengths."""

    people: People
    strengths: frozenset[Hashable]


@dataclass(frozen=True, slots=True)
class Question:
    """Who is counted now and was before, what each of them has, and what each circle of readers has been shown.

    `known` has the people whose profiles a circle sees or saw, a set for each circle. `has` is of everybody in the team
    and in what was told before, as far as they still have a profile.
    """

    people: People
    has: Mapping[Hashable, frozenset[Hashable]]
    known: Sequence[People]
    before: Sequence[Earlier]
    k: int


def is_large_enough(asked: Question) -> bool:
    """Whether anything may be told at all: k people are counted, and nothing is about 1 to k-1 hidden ones."""
    told = [asked.people, *(earlier.people for earlier in asked.before)]
    return len(asked.people) >= asked.k and not any(
        _isolates([people - known for people in told], asked.k) for known in asked.known
    )


def publishable(asked: Question, strengths: Sequence[Hashable]) -> frozenset[Hashable]:
    """The strengths whose counts may be told, of a team that is large enough. The others are left out without a reason.

    Where one strength has to go, others go with it: how many strengths a profile has is known, so the rest of all
    counts would tell of one alone. Where what was told before is about somebody whose profile is gone, nothing is told.
    """
    if not frozenset[Hashable]().union(*(earlier.people for earlier in asked.before)) <= asked.has.keys():
        return frozenset()
    exposed = {strength for strength in strengths if any(_tells(asked, strength, k) for k in asked.known)}
    withheld = set(exposed)
    rest = sorted(
        (strength for strength in strengths if strength not in exposed),
        key=lambda strength: sum(strength in asked.has[person] for person in asked.people),
    )
    while withheld and rest and not all(_is_blurred(asked, withheld, known) for known in asked.known):
        withheld.add(rest.pop(0))
    return frozenset(strengths) - withheld


def _isolates(sets: Sequence[People], k: int) -> bool:
    atoms = _atoms(sets)
    columns = list(atoms)
    rows = [{c: 1 for c, inside in enumerate(columns) if inside[row]} for row in range(len(sets))]
    return isolates(rows, [len(atoms[column]) for column in columns], k)


def _tells(asked: Question, strength: Hashable, known: People) -> bool:
    """Whether the counts of a strength say of all hidden people in some combination that they have it, or lack it."""
    told = [asked.people, *(e.people for e in asked.before if strength in e.strengths)]
    atoms = _atoms([people - known for people in told])
    if not atoms:
        return False
    members = [[a for a, inside in enumerate(atoms) if inside[row]] for row in range(len(told))]
    return gives_away(Standing(members, [[_extreme(asked, strength, those) for those in atoms.values()]]))


def _extreme(asked: Question, strength: Hashable, people: Sequence[Hashable]) -> int:
    having = {strength in asked.has[person] for person in people}
    return HIGHEST if having == {True} else LOWEST if having == {False} else BETWEEN


def _is_blurred(asked: Question, withheld: set[Hashable], known: People) -> bool:
    """Whether the sum of what is withheld leaves it open, for each of them, who of the hidden has it."""
    hidden = asked.people - known
    total = sum(len(withheld & asked.has[person]) for person in hidden)
    return not hidden or (len(withheld) > 1 and 0 < total < len(withheld) * len(hidden))


def _atoms(sets: Sequence[People]) -> dict[tuple[bool, ...], list[Hashable]]:
    """People by the sets that they are in."""
    atoms: dict[tuple[bool, ...], list[Hashable]] = {}
    for person in frozenset[Hashable]().union(*sets):
        atoms.setdefault(tuple(person in each for each in sets), []).append(person)
    return atoms
