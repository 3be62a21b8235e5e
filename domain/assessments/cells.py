"""What is fixed before a round opens: its cells and its k. And who answered what, which never leaves the domain."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from domain.errors import Refused

DEFAULT_K: Final = 5
LOWEST_K: Final = 3


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """Those whom a result is about: a group of a declared grouping, or everybody (`OVERALL`)."""

    grouping: str = ""
    group: str = ""

    def has(self, person: Participant) -> bool:
        """Whether results of this cell are about the person."""
        return not self.grouping or person.groups.get(self.grouping) == self.group


OVERALL: Final = Cell()


@dataclass(frozen=True, slots=True)
class Plan:
    """What a round may publish at most: results of these cells, the overall one first, none about fewer than k.

    It is made before the round opens, shown to respondents, and the same for every reader ever after.
    """

    cells: tuple[Cell, ...]
    k: int

    @staticmethod
    def of(groupings: Mapping[str, Sequence[str]], k: int = DEFAULT_K) -> Plan:
        """The overall cell and one for each group of each grouping, such as organisation or side.

        Raises:
            Refused: K_TOO_LOW, UNNAMED_GROUP or REPEATED_GROUP.
        """
        if k < LOWEST_K:
            raise Refused(
                "K_TOO_LOW",
                f"Results about {k} people can be traced to them. Choose a k of {LOWEST_K} or more.",
                field="k",
            )
        cells = [Cell(grouping, group) for grouping, groups in groupings.items() for group in groups]
        if not all(cell.grouping and cell.group for cell in cells):
            raise Refused(
                "UNNAMED_GROUP", "A group has no name. Give each grouping and group one.", field="cells"
            )
        if len(set(cells)) < len(cells):
            raise Refused("REPEATED_GROUP", "A group is there twice. Name each group once.", field="cells")
        return Plan((OVERALL, *cells), k)


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody who took part, and in which group of each grouping (none where a grouping is not there)."""

    key: Hashable
    groups: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Respondent(Participant):
    """A participant with answers by item (None is an item skipped) and comments by item.

    `key` tells respondents apart; a caller that keeps no link from people to answers gives any keys that are unique.
    """

    answers: Mapping[str, int | None] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)


def signature_of(cells: Sequence[Cell], person: Participant) -> int:
    """The cells that a person is in, as a whole number with a bit for each."""
    return sum(1 << bit for bit, cell in enumerate(cells) if cell.has(person))
