"""Addresses that people give, and that other people will follow."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from domain.errors import Refused

_LONGEST: Final = 2_000


def web_address(address: str, *, code: str, field: str) -> str:
    """The address, if a browser can go there and nothing else can happen when it is followed.

    Raises:
        Refused: with that code.
    """
    found = address.strip()
    if not _is_web_address(found) or len(found) > _LONGEST:
        raise Refused(
            code, "Give the address of a web page, beginning with https:// or http://.", field=field
        )
    return found


def _is_web_address(address: str) -> bool:
    if not address.isprintable() or " " in address:
        return False
    try:
        parts = urlsplit(address)
        return parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:  # brackets that do not match, for example
        return False
