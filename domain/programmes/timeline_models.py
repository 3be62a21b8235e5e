"""What happens in a programme and when, as rows of one shape.

No table has these rows: they are gathered for each question from the records that they are of
(`domain.programmes.timeline`).
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from domain.tables import Gathered, words


class TimelineKind(StrEnum):
    """What of a programme an entry of its timeline is, in the order in which those of one day stand."""

    MILESTONE = "MILESTONE"
    SESSION = "SESSION"
    ROUND_OPENING = "ROUND_OPENING"
    ROUND_CLOSING = "ROUND_CLOSING"
    ROUND_PUBLICATION = "ROUND_PUBLICATION"
    STRENGTHS_COVERAGE = "STRENGTHS_COVERAGE"


class TimelineEntry(Gathered):
    """Something of a programme on a day; `id` is that of the record, or of the programme itself for a coverage.

    `members`, `with_profile` and `shown` are the figures of a coverage, and null in every other kind.
    """

    __tablename__ = "timeline"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[TimelineKind] = mapped_column(words(TimelineKind), primary_key=True)
    programme_id: Mapped[UUID]
    on: Mapped[date] = mapped_column(primary_key=True)
    title: Mapped[str]
    members: Mapped[int | None]
    with_profile: Mapped[int | None]
    shown: Mapped[int | None]
