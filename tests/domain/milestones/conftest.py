from __future__ import annotations

import pytest

from domain.database import Database
from tests.domain.milestones.scenes import Scene, scene


@pytest.fixture
async def here(database: Database) -> Scene:
    return await scene(database)
