"""What belongs somewhere from a date to a date: how it ends, and whether two of it are there at once."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import Mapped, validates

from domain.calendar import in_order, in_words, plausible
from domain.errors import Refused


class Period:
    """What a row knows of its own period: `starts_on` up to, not including, `ends_on`."""

    if TYPE_CHECKING:
        starts_on: Mapped[date]
        ends_on: Mapped[date | None]

    @validates("starts_on", "ends_on")
    def _date_is_plausible(self, key: str, day: date | None) -> date | None:
        return plausible(day, key)

    def end(self, ends_on: date) -> None:
        """End it, or end it earlier than was planned.

        Raises:
            Refused: ALREADY_ENDED or ENDS_BEFORE_START.
        """
        if self.ends_on is not None and self.ends_on <= ends_on:
            raise Refused(
                "ALREADY_ENDED",
                f"This ends on {in_words(self.ends_on)} already. Give an earlier date to bring its end forward.",
                field="endsOn",
            )
        in_order(self.starts_on, ends_on)
        self.ends_on = ends_on


def overlaps(model: Any, new: Period) -> ColumnElement[bool]:
    """The condition under which a row of a model has a day in common with a new one."""
    begins_before_its_end = [] if new.ends_on is None else [model.starts_on < new.ends_on]
    return and_(or_(model.ends_on.is_(None), model.ends_on > new.starts_on), *begins_before_its_end)
