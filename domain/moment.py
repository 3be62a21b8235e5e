"""The date that a question is asked of: rules that need other rows find them here as they were then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from sqlalchemy import ColumnElement
from sqlalchemy.orm import aliased

from domain.history import as_of
from domain.tables import Base

Row = TypeVar("Row", bound=Base)


@dataclass(frozen=True, slots=True)
class Moment:
    """A date as an SQL expression, and whether the question is about the past or about the present state.

    The present reads the tables alone, which is faster; `on` then is today's date.
    """

    on: ColumnElement[date]
    past: bool

    def rows(self, model: type[Row]) -> type[Row]:
        """A fresh alias of the model's rows as they were at this moment, for use in a statement."""
        if self.past:
            return aliased(model, as_of(model, self.on), adapt_on_names=True)
        return aliased(model)
