"""What people may write: bounded, without characters that hide or reorder the rest."""

from __future__ import annotations

import unicodedata

from domain.errors import Refused

LINE = 300
PROSE = 10_000

# Control characters, halves of surrogate pairs, and separators that some programs take for the end of a line.
_REFUSED_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})
# They make text look different from what it says.
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_OF_PROSE = frozenset("\n\t")


def line(value: str, key: str, *, longest: int = LINE) -> str:
    """One line of text, without the white space round it; `key` is the attribute that it is for.

    Raises:
        Refused: EMPTY_<KEY>, TOO_LONG or BAD_CHARACTERS.
    """
    text = value.strip()
    if not text:
        raise Refused(f"EMPTY_{key.upper()}", f"The {_words(key)} is empty. Give one.", field=camel(key))
    _bound(text, key, longest)
    _readable(text, key, allowed=frozenset())
    return text


def optional_line(value: str | None, key: str, *, longest: int = LINE) -> str | None:
    """One line of text, or None where there is nothing to read in it."""
    return None if value is None or not value.strip() else line(value, key, longest=longest)


def prose(value: str | None, key: str, *, longest: int = PROSE) -> str | None:
    """Text of several lines, or None where there is nothing to read in it.

    Raises:
        Refused: TOO_LONG or BAD_CHARACTERS.
    """
    text = (value or "").replace("\r\n", "\n").strip()
    if not text:
        return None
    _bound(text, key, longest)
    _readable(text, key, allowed=_OF_PROSE)
    return text


def camel(key: str) -> str:
    """The name of an attribute as an input field spells it: `starts_on` is `startsOn`."""
    first, *rest = key.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _words(key: str) -> str:
    return key.replace("_", " ")


def _bound(text: str, key: str, longest: int) -> None:
    if len(text) > longest:
        raise Refused(
            "TOO_LONG",
            f"The {_words(key)} has {len(text):,} characters and may have {longest:,}. Shorten it.",
            field=camel(key),
        )


def _readable(text: str, key: str, *, allowed: frozenset[str]) -> None:
    for place, character in enumerate(text, start=1):
        hidden = unicodedata.category(character) in _REFUSED_CATEGORIES or character in _REORDERING
        if hidden and character not in allowed:
            raise Refused(
                "BAD_CHARACTERS",
                f"The {_words(key)} has a character that cannot be shown at position {place} "
                f"(U+{ord(character):04X}). Take it out.",
                field=camel(key),
            )
