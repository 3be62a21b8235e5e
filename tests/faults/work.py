"""What is under way when something is killed: how it is prepared, done, and compared with the same undisturbed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Harm(StrEnum):
    """What a kill may never do."""

    LOST = "lost"
    DOUBLED = "doubled"
    UNFINISHED = "unfinished"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it would be had nothing been killed."""

    harm: Harm
    blow: int
    words: str


class Work(Protocol):
    """One piece of work, done once."""

    async def prepare(self) -> None:
        """Everything that has to be there first; nothing is killed meanwhile."""

    async def act(self) -> None:
        """The work itself, whatever is killed meanwhile, until it is done."""

    def spoil(self) -> bool:
        """End what runs beside the server half-way, if there is such a thing; whether there was."""
        ...

    async def check(self) -> list[Finding]:
        """Compare what there is with what there is to be; everything is healed by then."""
        ...


def differences(blow: int, what: str, found: dict[str, int], wanted: dict[str, int]) -> list[Finding]:
    """Where counts are not as they are to be."""
    return [
        Finding(
            Harm.LOST if found.get(name, 0) < wanted.get(name, 0) else Harm.DOUBLED,
            blow,
            f"{what}: {found.get(name, 0)} {name}, not {wanted.get(name, 0)}",
        )
        for name in sorted({*found, *wanted})
        if found.get(name, 0) != wanted.get(name, 0)
    ]


def label(blow: int) -> str:
    """What a piece of work is called; the undisturbed ones have numbers below 1."""
    return str(blow) if blow > 0 else f"undisturbed{-blow}"
