"""That a database was restored: what came after the backup is lost, and nothing that names it is to be trusted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped

from domain.tables import Identified


class Restore(Identified):
    """One restore: when it was finished, and the moment of which the backup was (docs/decisions/0018)."""

    __tablename__ = "restores"

    restored_at: Mapped[datetime]
    taken_at: Mapped[datetime]
