"""What is killed, during what and when: drawn from a seed, so that a run can be repeated in the same order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from random import Random
from typing import TypeVar

Value = TypeVar("Value")

_KILLS_A_FULL_DISK = 40


class Victim(StrEnum):
    """What is killed, or made to fail."""

    API = "api"
    WORKER = "worker"
    VALKEY = "Valkey"
    POSTGRES = "PostgreSQL"
    BACKEND = "one connection's process of PostgreSQL"
    DISK = "full disk"


class Doing(StrEnum):
    """What is under way then; mutations are sent all the time."""

    MUTATING = "mutations"
    IMPORTING = "import of a portfolio"
    COMPILING = "compiling summaries"
    ANSWERING = "answering a round"
    PUBLISHING = "publishing a round"


@dataclass(frozen=True, slots=True)
class Blow:
    """One kill; `moment` is how far into what is under way it comes, from 0 to 1."""

    number: int
    victim: Victim
    doing: Doing
    moment: float
    choice: int


def script(kills: int, seed: int, only: Sequence[Victim] = ()) -> list[Blow]:
    """So many kills of processes, and among them full disks: one, and one more for each 40 kills beyond 40.

    `only` has all of them fall on those victims.
    """
    random = Random(seed)
    if not only:
        killed: list[Victim] = [victim for victim in Victim if victim is not Victim.DISK]
        victims: list[Victim] = list(islice(_in_turns(killed, random), kills))
        for _ in range(max(1, kills // _KILLS_A_FULL_DISK)):
            victims.insert(random.randint(1, len(victims)), Victim.DISK)
    else:
        victims = list(islice(_in_turns(only, random), kills))
    doings = _in_turns(list(Doing), random)
    return [
        Blow(number, victim, next(doings), random.random(), random.randrange(1000))
        for number, victim in enumerate(victims, start=1)
    ]


def _in_turns(values: Sequence[Value], random: Random) -> Iterator[Value]:
    """All of them in random order, again and again: a short script has each of them too."""
    while True:
        yield from random.sample(values, len(values))
