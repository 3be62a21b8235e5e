"""What is wrong with the file of an instrument."""

from __future__ import annotations

from typing import Final

from domain.described import FileProblem as InstrumentProblem
from domain.described import FileRefused

__all__ = ["BAD_INSTRUMENT", "InstrumentProblem", "InstrumentRefused"]

BAD_INSTRUMENT: Final = "BAD_INSTRUMENT"


class InstrumentRefused(FileRefused):
    """A file that is no instrument, with every `problem` in it. One problem lends it its code."""

    several = BAD_INSTRUMENT
