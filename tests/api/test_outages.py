"""A database that is away, or takes no changes, is nobody's mistake: callers are told so, and when to come again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from domain.calendar import today
from domain.database import Database
from tests.api.conftest import Reach

CREATE = """
mutation {
  organisationCreate(input: {code: "NEW", name: "New", kind: CHARITY}) { id userErrors { code } }
}
"""
LOOK = "{ organisations { totalCount } }"


@pytest.mark.parametrize("query", [CREATE, LOOK])
async def test_one_that_is_away(reach_database: Reach, empty_data_dir: Path, query: str) -> None:
    database = Database(f"postgresql://nobody@/nowhere?host={empty_data_dir}")
    async with reach_database(database) as client:
        answer = await client.post("/graphql", json={"query": query})
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["extensions"]) == (503, {"code": "UNAVAILABLE"})
    assert "try again" in error["message"]
    assert int(answer.headers["retry-after"]) >= 1


@pytest.mark.parametrize("form", ["text/html", "application/json"])
async def test_pages_of_one_that_is_away(reach_database: Reach, empty_data_dir: Path, form: str) -> None:
    database = Database(f"postgresql://nobody@/nowhere?host={empty_data_dir}")
    async with reach_database(database) as client:
        answer = await client.get("/", headers={"accept": form})
    assert answer.status_code == 503
    assert "The database does not answer" in answer.text
    assert int(answer.headers["retry-after"]) >= 1


async def test_one_that_takes_no_changes(reach: Reach, database: Database) -> None:
    await _take_no_changes(database)
    async with reach() as client:
        looked = await client.post("/graphql", json={"query": LOOK})
        refused = await client.post("/graphql", json={"query": CREATE})
    assert looked.json()["data"] == {"organisations": {"totalCount": 0}}
    (error,) = refused.json()["errors"]
    assert (refused.status_code, error["extensions"]) == (503, {"code": "READ_ONLY"})
    assert "start the primary or to promote a standby" in error["message"]
    assert int(refused.headers["retry-after"]) >= 1


async def test_what_a_document_changed_before_is_still_told(reach: Reach, database: Database) -> None:
    """The second of two changes runs into an outage: that is no reason to hide what the first one did."""
    both = """
    mutation {
      first: organisationCreate(input: {code: "ONE", name: "One", kind: CHARITY}) { userErrors { code } }
      second: organisationCreate(input: {code: "TWO", name: "Two", kind: CHARITY}) { userErrors { code } }
    }
    """
    # As where it is stopped.
    await _give_up(database, "57P01")
    async with reach() as client:
        answer = await client.post("/graphql", json={"query": both})
    body: dict[str, Any] = answer.json()
    assert answer.status_code == 200
    assert body["data"] == {"first": {"userErrors": []}, "second": None}
    assert [error["extensions"]["code"] for error in body["errors"]] == ["UNAVAILABLE"]


@pytest.mark.parametrize("state", ["53100", "53200", "53300", "58030"])
async def test_one_that_has_no_room(reach: Reach, database: Database, state: str) -> None:
    await _give_up(database, state)
    async with reach() as client:
        refused = await client.post("/graphql", json={"query": CREATE.replace("NEW", "TWO")})
        taken = await client.post("/graphql", json={"query": CREATE})
    (error,) = refused.json()["errors"]
    assert (refused.status_code, error["extensions"]) == (503, {"code": "UNAVAILABLE"})
    assert int(refused.headers["retry-after"]) >= 1
    assert taken.json()["data"]["organisationCreate"]["userErrors"] == []


async def _give_up(database: Database, state: str) -> None:
    """Have the database give up whatever writes the organisation TWO, saying why by that state."""
    async with database.engine.begin() as connection:
        await connection.execute(
            text(
                "CREATE FUNCTION give_up() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN RAISE EXCEPTION 'no more' USING ERRCODE = '{state}'; END $$"
            )
        )
        await connection.execute(
            text(
                "CREATE TRIGGER give_up BEFORE INSERT ON organisations FOR EACH ROW "
                "WHEN (NEW.code = 'TWO') EXECUTE FUNCTION give_up()"
            )
        )


@pytest.mark.parametrize("query", [CREATE, LOOK])
async def test_one_of_which_a_table_vanishes_under_a_running_server(
    reach: Reach, database: Database, query: str
) -> None:
    async with reach() as client:
        assert (await client.get("/readyz")).status_code == 200
        async with database.engine.begin() as connection:
            await connection.execute(text("DROP TABLE organisations CASCADE"))
        answer = await client.post("/graphql", json={"query": query})
        page = await client.get("/", headers={"accept": "text/html"})
        ready = await client.get("/readyz")
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["extensions"]) == (503, {"code": "DATABASE_ALTERED"})
    assert "/readyz and the log say what is missing" in error["message"]
    assert page.status_code == 503
    assert "/readyz and the log say what is missing" in page.text
    assert (ready.status_code, ready.json()["code"]) == (503, "DATABASE_ALTERED")
    assert "organisations" in ready.json()["reason"]


@pytest.mark.parametrize("state", ["42P01", "42703", "42883"])
async def test_one_that_lacks_what_a_change_needs(reach: Reach, database: Database, state: str) -> None:
    await _give_up(database, state)
    async with reach() as client:
        refused = await client.post("/graphql", json={"query": CREATE.replace("NEW", "TWO")})
    (error,) = refused.json()["errors"]
    assert (refused.status_code, error["extensions"]) == (503, {"code": "DATABASE_ALTERED"})
    assert int(refused.headers["retry-after"]) >= 1


async def test_connections_to_what_was_the_primary_are_given_up(database: Database) -> None:
    await _take_no_changes(database)
    with pytest.raises(DBAPIError):
        async with database.transaction(effective_on=today()) as session:
            await session.execute(text("CREATE TABLE made (a int)"))
    async with database.readers.acquire() as connection:
        await connection.execute("SET default_transaction_read_only = off")
        await connection.execute(f"ALTER DATABASE {_name(database)} RESET default_transaction_read_only")
    async with database.transaction(effective_on=today()) as session:
        await session.execute(text("CREATE TABLE made (a int)"))


async def _take_no_changes(database: Database) -> None:
    async with database.engine.begin() as connection:
        await connection.execute(
            text(f"ALTER DATABASE {_name(database)} SET default_transaction_read_only = on")
        )
    await database.engine.dispose()


def _name(database: Database) -> str:
    return database.url.partition("?")[0].rpartition("/")[2]
