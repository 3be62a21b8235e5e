"""Reading the cells of a row: each gives its value, or None and an error that says what to write instead."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import TypeVar

from domain.calendar import in_words, plausible
from domain.errors import Refused
from domain.imports.files import Row
from domain.imports.problems import Problems
from domain.text import LINE, line

Value = TypeVar("Value")
Word = TypeVar("Word", bound=StrEnum)

# What a spreadsheet would run, or has already failed to run.
_FORMULA = re.compile(r"[=+@]|-\S|#(REF!|N/A|NAME\?|VALUE!|DIV/0!|NUM!|NULL!)")
_LINE_BREAKS = re.compile(r"\s*[\r\n]+\s*")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_DATE_AND_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?")
_SERIAL = re.compile(r"\d{5}(\.0+)?")
_SERIAL_DAY_ZERO = date(1899, 12, 30)
_MONEY = re.compile(r"-?\d{1,16}(\.\d+)?")
_PENNY = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of one row, read by column; what is wrong with them goes to `problems`."""

    row: Row
    problems: Problems

    def wrong(self, code: str, message: str, column: str | None = None) -> None:
        """Note an error of this row."""
        self.problems.add(code, message, row=self.row.number, column=column)

    def text(self, column: str, *, longest: int = LINE) -> str | None:
        """A cell of text without the blanks round it, a line break in it being a blank; None where it is empty."""
        text = self._raw(column)
        if text is None:
            return None
        if _FORMULA.match(text):
            self.wrong(
                "FORMULA",
                f"{_quoted(text)} begins as a formula does or is the error of one. Write the text itself.",
                column,
            )
            return None
        return self.ruled(column, lambda: line(text, column, longest=longest))

    def ruled(self, column: str, read: Callable[[], Value]) -> Value | None:
        """What `read` gives; where it is refused by a rule of the domain, None and that refusal as an error."""
        try:
            return read()
        except Refused as refused:
            self.wrong(refused.code, refused.message, column)
            return None

    def required(self, column: str, *, longest: int = LINE) -> str | None:
        """A cell of text that must not be empty; None only together with an error."""
        return self.text(column, longest=longest) if self._is_filled(column) else None

    def day(self, column: str) -> date | None:
        """A date written as 2026-03-29; None where the cell is empty."""
        text = self._raw(column)
        if text is None:
            return None
        try:
            day = date.fromisoformat(text) if _ISO_DATE.fullmatch(text) else None
        except ValueError:
            self.wrong("BAD_DATE", f"There is no day {_quoted(text)} in the calendar. Correct it.", column)
            return None
        if day is None:
            self.wrong("BAD_DATE", f"{_quoted(text)} is not a date as it is read here. {_hint(text)}", column)
            return None
        return self.ruled(column, lambda: plausible(day, column))

    def required_day(self, column: str) -> date | None:
        """A date that must be given; None only together with an error."""
        return self.day(column) if self._is_filled(column) else None

    def required_word(self, column: str, words: type[Word]) -> Word | None:
        """One of a closed list of words that must be given; None only together with an error."""
        return self.word(column, words) if self._is_filled(column) else None

    def money(self, column: str) -> Decimal | None:
        """An amount with at most two decimals kept, below zero where money comes in; None where the cell is empty."""
        text = self._raw(column)
        if text is None:
            return None
        if not _MONEY.fullmatch(text):
            self.wrong(
                "BAD_AMOUNT",
                f"{_quoted(text)} is not an amount. Write digits and a point, as 1234.56, without sign of currency "
                "and separators; leave the cell empty where the amount is not known.",
                column,
            )
            return None
        return Decimal(text).quantize(_PENNY, ROUND_HALF_UP)

    def word(self, column: str, words: type[Word]) -> Word | None:
        """One of a closed list of words; None where the cell is empty."""
        text = self._raw(column)
        if text is None:
            return None
        if text in words.__members__:
            return words[text]
        likely = re.sub(r"[^A-Z]+", "_", text.upper()).strip("_")
        meant = f" Did you mean {likely}?" if likely in words.__members__ else ""
        self.wrong(
            "UNKNOWN_WORD", f"{_quoted(text)} is not one of {', '.join(words.__members__)}.{meant}", column
        )
        return None

    def _is_filled(self, column: str) -> bool:
        if self._content(column):
            return True
        self.wrong("REQUIRED", "This cell is empty and must not be. Fill it in.", column)
        return False

    def _content(self, column: str) -> str:
        """What stands in the cell without the blanks round it; a column that is not there is empty."""
        return self.row.cells.get(column, "").strip()

    def _raw(self, column: str) -> str | None:
        """The content without the blanks round it, if it is UTF-8; None where there is none."""
        text = _LINE_BREAKS.sub(" ", self._content(column))
        for character in text:
            if "\udc80" <= character <= "\udcff":
                self._not_utf8(character, column)
                return None
        return text or None

    def _not_utf8(self, character: str, column: str) -> None:
        byte = ord(character) - 0xDC00
        meant = bytes([byte]).decode("cp1252", errors="replace")
        self.wrong(
            "WRONG_ENCODING",
            f"Byte 0x{byte:02X} is not UTF-8; in Windows-1252 it is \u201c{meant}\u201d. Save the file as "
            "\u201cCSV UTF-8\u201d.",
            column,
        )


def _hint(text: str) -> str:
    if parts := _DAY_FIRST.fullmatch(text):
        day, month, year = parts.groups()
        if int(month) <= 12:  # noqa: PLR2004 - months of a year
            return f"Write the year first: {year}-{month:0>2}-{day:0>2}."
    if parts := _DATE_AND_TIME.fullmatch(text):
        return f"Leave out the time: {parts.group(1)}."
    if _SERIAL.fullmatch(text):
        day = _SERIAL_DAY_ZERO + timedelta(days=int(text.partition(".")[0]))
        return f"It looks like a spreadsheet's number for {in_words(day)}: write {day.isoformat()}."
    return "Write it as 2026-03-29, or leave the cell empty where the date is not known."


def _quoted(text: str) -> str:
    shown = text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004 - what fits into a line
    return f"\u201c{shown}\u201d"
