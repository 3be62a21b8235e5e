"""Jobs whose runs are heard of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    # What was in somebody's hands counts as handed over and not begun: those workers are stopped for the upgrade.
    op.add_column("jobs", sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True))
