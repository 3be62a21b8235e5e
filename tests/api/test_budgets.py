"""What a token may spend: counted exactly, whichever process answers, and refused with a time to come back."""

import asyncio
import signal
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from redis.asyncio import Redis

from api.cli.servers import answering
from api.http.budgets import Budgets
from domain.access.viewers import Role
from domain.database import Database
from graph.costs import ALLOWANCES, MUTATION, BudgetSpent
from graph.reads.cost import WHOLE
from tests.api.conftest import Reach
from tests.api.processes import begun, eventually, free_port, nothing_runs
from tests.api.servers import GRANIAN, serving

TOKEN = {"Authorization": "Bearer letmein"}
CLOSE = """mutation { organisationClose(input: {
    id: "Organisation:00000000-0000-0000-0000-000000000000", closedOn: "2020-01-01"
}) { userErrors { code } } }"""


@pytest.mark.parametrize("shared", [True, False], ids=["in Valkey", "in this process"])
async def test_a_budget_is_spent_to_its_end_and_no_further(valkey: str, shared: bool) -> None:
    budgets = Budgets(valkey if shared else None)
    assert await budgets.spend("a", 60, 100) == 40
    with pytest.raises(BudgetSpent) as refusal:
        await budgets.spend("a", 41, 100)
    assert (refusal.value.extensions or {})["code"] == "BUDGET_SPENT"
    assert 1 <= refusal.value.retry_after_s <= 60
    # What was refused was not taken, and nobody else pays for it.
    assert await budgets.spend("a", 40, 100) == 0
    assert await budgets.spend("a", 0, 100) == 0
    assert await budgets.spend("b", 100, 100) == 0
    await budgets.close()


async def test_what_costs_more_than_a_whole_budget_is_never_granted(valkey: str) -> None:
    budgets = Budgets(valkey)
    with pytest.raises(BudgetSpent):
        await budgets.spend("a", 101, 100)
    await budgets.close()


async def test_without_valkey_each_process_counts_for_itself(empty_data_dir: Path) -> None:
    budgets = Budgets(f"unix://{empty_data_dir}/nothing.sock")
    assert await budgets.spend("a", 60, 100) == 40
    with pytest.raises(BudgetSpent):
        await budgets.spend("a", 60, 100)
    await budgets.close()


async def test_what_was_spent_comes_back_within_two_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    budgets = Budgets(None)

    async def spend_at(second: int, rows: int) -> int:
        monkeypatch.setattr(time, "time", lambda: 6_000 + second)
        return await budgets.spend("a", rows, 100)

    assert await spend_at(30, 80) == 20
    # A quarter of the next minute has gone, so three quarters of what was spent before still count.
    assert await spend_at(75, 40) == 0
    with pytest.raises(BudgetSpent) as refusal:
        await spend_at(80, 50)
    assert refusal.value.retry_after_s == 40
    assert await spend_at(150, 0) == 80
    assert await spend_at(240, 100) == 0
    await budgets.close()


async def test_the_token_stands_in_no_key(database: Database, valkey: str) -> None:
    settings = {
        "TANDEM_ADMIN_TOKEN": "letmein",
        "TANDEM_REDIS_URL": valkey,
        "TANDEM_DATABASE_URL": database.url,
    }
    async with serving(GRANIAN, **settings) as url, Redis.from_url(valkey) as keys:
        async with httpx.AsyncClient(base_url=url, headers=TOKEN) as client:
            assert (await client.post("/graphql", json={"query": CLOSE})).status_code == 200
        [key] = await keys.keys("tandem:budgets*")
    assert b"letmein" not in key


async def test_processes_together_grant_exactly_the_budget(database: Database, valkey: str) -> None:
    settings = {
        "TANDEM_ADMIN_TOKEN": "letmein",
        "TANDEM_REDIS_URL": valkey,
        "TANDEM_DATABASE_URL": database.url,
        "TANDEM_COST_PER_MINUTE": str(50 * MUTATION),
    }
    command = (*GRANIAN[:1], "--workers", "2", *GRANIAN[1:])
    async with serving(command, **settings) as url:
        answers = await _spend(url)
    granted = [answer for answer in answers if answer.status_code == 200]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert (len(granted), len(refused)) == (50, 30)
    assert min(answer.json()["extensions"]["cost"]["remaining"] for answer in granted) == 0
    for answer in refused:
        assert 1 <= int(answer.headers["retry-after"]) <= 60
        assert answer.json()["errors"][0]["extensions"]["code"] == "BUDGET_SPENT"
        assert "data" not in answer.json()


async def test_processes_without_a_valkey_of_ones_own_share_an_embedded_one(data_dir: Path) -> None:
    """Each would grant the whole budget otherwise."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    settings = {"TANDEM_ADMIN_TOKEN": "letmein", "TANDEM_COST_PER_MINUTE": str(50 * MUTATION)}
    with begun(data_dir, "api", "--port", str(port), "--processes", "2", **settings) as process:
        await asyncio.wait_for(answering("127.0.0.1", port), 60)
        answers = await _spend(url)
        process.terminate()
        assert process.wait(60) == 128 + signal.SIGTERM
    assert Counter(answer.status_code for answer in answers) == {200: 50, 429: 30}
    assert eventually(lambda: nothing_runs(data_dir))


async def _spend(url: httpx.URL | str) -> list[httpx.Response]:
    """What 80 changes are answered that come over 8 connections at once."""
    clients = [httpx.AsyncClient(base_url=url, headers=TOKEN, timeout=60, trust_env=False) for _ in range(8)]
    answers = await asyncio.gather(
        *(clients[n % 8].post("/graphql", json={"query": CLOSE}) for n in range(80))
    )
    for client in clients:
        await client.aclose()
    return answers


async def test_every_answer_says_what_it_cost(reach: Reach) -> None:
    limit = ALLOWANCES[Role.ADMINISTRATOR].by_text
    async with reach() as client:
        for asked in ("{ __typename }", "{", "{ nothing }", "{ programmes { totalCount } }", CLOSE):
            answer = await client.post("/graphql", json={"query": asked})
            cost = answer.json()["extensions"]["cost"]
            assert cost.keys() == {"requested", "limit", "remaining"}, asked
            assert cost["limit"] == limit
    assert (cost["requested"], cost["remaining"]) == (
        MUTATION,
        ALLOWANCES[Role.ADMINISTRATOR].per_minute - WHOLE - MUTATION,
    )


async def test_mutations_that_cost_too_much_are_refused_before_the_first(
    reach: Reach, monkeypatch: pytest.MonkeyPatch
) -> None:
    fields = "".join(f"a{n}: organisationClose(input: $input) {{ id }} " for n in range(150))
    asked = {
        "query": f"mutation($input: OrganisationCloseInput!) {{ {fields} }}",
        "variables": {
            "input": {"id": "Organisation:00000000-0000-0000-0000-000000000000", "closedOn": "2020-01-01"}
        },
    }
    role = Role.ADMINISTRATOR
    monkeypatch.setitem(ALLOWANCES, role, replace(ALLOWANCES[role], by_text=1_000))
    async with reach() as client:
        answer = await client.post(
            "/graphql", json=asked, headers={"Accept": "application/graphql-response+json"}
        )
    [error] = answer.json()["errors"]
    assert (answer.status_code, error["extensions"]["code"]) == (400, "COST_TOO_HIGH")
    assert "1,500 rows" in error["message"]
    assert error["extensions"]["fields"][0] == {"path": "a0", "cost": 10}
    assert answer.json()["extensions"]["cost"] == {"requested": 1_500, "limit": 1_000, "remaining": None}
