"""Who did what, when, to which record; what is to be done because of it, and what was done by the calendar."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from domain.tables import Base, Identified, Recorded


class JournalEntry(Recorded):
    """One command that was carried out; it holds from `valid_from` and was recorded at `recorded_at`.

    `changes` has the fields that changed, each with its value before and after. `actor_id` is the person, or
    None for the built-in administrator.
    """

    __tablename__ = "journal"
    __table_args__ = (
        Index(None, "programme_id", "recorded_at"),
        Index(None, "subject_id", "recorded_at"),
        Index(None, "recorded_at"),
        # No two commands of one person carry the same key: a repeat is answered, not repeated.
        Index(
            "uq_journal_idempotency_key",
            text("coalesce(actor_id, '00000000-0000-0000-0000-000000000000')"),
            "idempotency_key",
            unique=True,
            postgresql_where=text("idempotency_key IS NOT NULL"),
        ),
        Index("ix_journal_keys", "recorded_at", postgresql_where=text("idempotency_key IS NOT NULL")),
    )

    recorded_at: Mapped[datetime]
    actor_id: Mapped[UUID | None]
    command: Mapped[str]
    subject_type: Mapped[str]
    subject_id: Mapped[UUID]
    programme_id: Mapped[UUID | None]
    changes: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    idempotency_key: Mapped[str | None]
    request_hash: Mapped[str | None]
    answer_id: Mapped[UUID | None]


class Job(Identified):
    """Work that is due because of what was recorded: the outbox. A relay hands it to the queue until it is done.

    `key` says what the job is about, so that the same request twice is one job while it waits. `heard_at` is when
    whoever has it in hand last said so, by the clock of the database; None while nobody has begun it.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        UniqueConstraint("key"),
        Index("ix_jobs_due", "due_at", postgresql_where=text("done_at IS NULL AND failed_at IS NULL")),
        Index("ix_jobs_done", "done_at", postgresql_where=text("done_at IS NOT NULL")),
    )

    function: Mapped[str]
    arguments: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    key: Mapped[str]
    due_at: Mapped[datetime]
    handed_at: Mapped[datetime | None]
    heard_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    failure: Mapped[str | None]
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB)


class ScheduleRun(Base):
    """The latest occurrence of a line of the calendar that was done, or was there before the line was."""

    __tablename__ = "schedule_runs"

    name: Mapped[str] = mapped_column(primary_key=True)
    occurred_at: Mapped[datetime]
