"""Where the figures of all programmes are kept; `domain.programmes.portfolio` says how."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final

from sqlalchemy import BigInteger, Column, Date, Integer, String, Table, UniqueConstraint

from domain.programmes.models import ProgrammeStatus
from domain.tables import Base, words


class Span(StrEnum):
    """Over what totals are added up."""

    DAY = "DAY"
    MONTH = "MONTH"
    YEAR = "YEAR"


def _figure() -> list[Column[Any]]:
    """What is counted: the name of a figure, of programmes at which point of their life, and which value they share."""
    return [
        Column("figure", String, nullable=False),
        Column("status", words(ProgrammeStatus), nullable=False),
        Column("value", String),
    ]


PORTFOLIO_CHANGES: Final = Table(
    "portfolio_changes",
    Base.metadata,
    *_figure(),
    Column("day", Date, nullable=False),
    Column("amount", Integer, nullable=False),
)

PORTFOLIO_TOTALS: Final = Table(
    "portfolio_totals",
    Base.metadata,
    Column("span", words(Span), nullable=False),
    Column("starts_on", Date, nullable=False),
    *_figure(),
    Column("amount", BigInteger, nullable=False),
    UniqueConstraint("span", "starts_on", "figure", "status", "value", postgresql_nulls_not_distinct=True),
)
