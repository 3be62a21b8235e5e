"""Which items ask the same: what was asked decides, not the key of an item or of its instrument."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

from domain.assessments.instrument import Instrument

Questions = Mapping[str, str]
"""By item of an instrument, the question that it asks; items of other instruments that ask the same have the same."""


def wording(text: str) -> str:
    """What is asked, without case, spaces, punctuation and ways of writing the same letter."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def have_one_shape(one: Instrument, other: Instrument) -> bool:
    """Whether answers to one could be read as answers to the other: as many items, on the same scale."""
    return len(one.items) == len(other.items) and one.scale.points == other.scale.points


def ask_the_same(one: Instrument, other: Instrument) -> bool:
    """Whether the two share a question: an item with the same wording, or their shape as a whole."""
    asked = {wording(item.text) for item in one.items}
    return have_one_shape(one, other) or any(wording(item.text) in asked for item in other.items)


def questions_of(instruments: Sequence[Instrument]) -> list[Questions]:
    """The questions of each of some instruments that overlapping people were asked at about the same time.

    Items with the same wording ask one question. So do those in the same place of two instruments of one shape: then
    a questionnaire that was worded anew is still held against the old one.
    """
    same = _Classes()
    for number, instrument in enumerate(instruments):
        for place, item in enumerate(instrument.items):
            same.join(wording(item.text), f"{number} {place}")
            for other in range(number):
                if have_one_shape(instruments[other], instrument):
                    same.join(f"{other} {place}", f"{number} {place}")
    return [
        {item.key: same.of(f"{number} {place}") for place, item in enumerate(instrument.items)}
        for number, instrument in enumerate(instruments)
    ]


class _Classes:
    """Names that stand for the same, by the first that was heard of."""

    def __init__(self) -> None:
        self._of: dict[str, str] = {}

    def of(self, name: str) -> str:
        while (first := self._of.get(name, name)) != name:
            name = first
        return name

    def join(self, one: str, other: str) -> None:
        self._of[self.of(other)] = self.of(one)
