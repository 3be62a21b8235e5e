"""Names as the schema writes them, and as SQL does."""

from __future__ import annotations

import re

from sqlalchemy import ColumnElement, Text, literal_column

_WORDS = re.compile(r"[\w :-]*", re.ASCII)


def graphql_name(python_name: str) -> str:
    """`forecast_on` as `forecastOn`, and `in_` as `in`."""
    head, *rest = python_name.rstrip("_").split("_")
    return head + "".join(part.capitalize() for part in rest)


def quoted(words: str) -> ColumnElement[str]:
    """Names of the schema as an SQL text. What a request brings is bound instead, always."""
    if not _WORDS.fullmatch(words):
        raise ValueError(f"{words!r} is not made of names")
    return literal_column(f"'{words}'", Text())
