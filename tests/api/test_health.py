from importlib.metadata import version
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from domain.database import Database
from tests.api.conftest import Reach


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_a_server_with_its_database_is_up_and_ready(site: httpx.AsyncClient, path: str) -> None:
    assert (await site.get(path)).status_code == 200
    answer = await site.head(path)
    assert (answer.status_code, answer.content) == (200, b"")


async def test_a_server_says_of_which_version_it_is(site: httpx.AsyncClient) -> None:
    assert (await site.get("/healthz")).json() == {"status": "up", "version": version("tandem")}


async def test_without_its_tables_it_is_up_and_not_ready(
    reach_database: Reach, empty_database_url: str
) -> None:
    database = Database(empty_database_url)
    async with reach_database(database) as reached:
        assert (await reached.get("/healthz")).status_code == 200
        answer = await reached.get("/readyz")
    await database.close()
    assert answer.status_code == 503
    assert answer.json()["code"] == "DATABASE_IS_OLDER"
    assert "run tandem migrate" in answer.json()["reason"]


async def test_with_other_tables_it_is_up_and_not_ready(reach_database: Reach, database: Database) -> None:
    async with database.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE milestones DROP COLUMN title"))
    async with reach_database(database) as reached:
        assert (await reached.get("/healthz")).status_code == 200
        answer = await reached.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["code"] == "DATABASE_ALTERED"
    assert "column milestones.title" in answer.json()["reason"]


async def test_without_a_database_it_is_up_and_not_ready(reach_database: Reach, tmp_path: Path) -> None:
    database = Database(f"postgresql+asyncpg://nobody@/none?host={tmp_path}")
    async with reach_database(database) as reached:
        assert (await reached.get("/healthz")).status_code == 200
        answer = await reached.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["code"] == "DATABASE_UNREACHABLE"
    assert "cannot be reached" in answer.json()["reason"]
