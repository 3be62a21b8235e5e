"""Runs that are heard of, and what the calendar has had done."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    # What was in somebody's hands counts as handed over and not begun: those workers are stopped for the upgrade.
    op.add_column("jobs", sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "schedule_runs",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_schedule_runs")),
    )
