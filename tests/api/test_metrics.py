"""`/metrics` as Prometheus reads it: what is counted, together over processes, and nothing about anybody."""

from __future__ import annotations

import asyncio
import os
import random
import re
import resource
from pathlib import Path

import httpx
import psutil
import pytest
import yaml
from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from api.http import together
from api.http.tallies import _SECONDS, Tally
from api.http.together import DIRECTORY, counting_together, take_room
from domain.database import Database
from graph.trusted import documents
from tests import factories as make
from tests.api.conftest import Reach
from tests.api.processes import begun, eventually, free_port

Found = dict[tuple[str, frozenset[tuple[str, str]]], float]

LOOK = "query Secretive($code: String!) { organisations(filter: {code: {eq: $code}}) { totalCount } }"
DOCS = Path(__file__).parents[2] / "docs/operating.md"

CREATE = """
mutation ($code: String!) {
  organisationCreate(input: {code: $code, name: "Ada Lovelace", kind: CHARITY}) { userErrors { code } }
}
"""


async def scrape(client: httpx.AsyncClient, **headers: str) -> Found:
    answer = await client.get("/metrics", headers=headers)
    assert answer.status_code == 200, answer.text
    return parsed(answer.text)


def parsed(text: str) -> Found:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(found: Found, name: str, **labels: str) -> float:
    """The sum of all samples of that name that have these labels."""
    return sum(number for (known, has), number in found.items() if known == name and has >= labels.items())


async def ask(client: httpx.AsyncClient, query: str, code: str) -> None:
    await client.post("/graphql", json={"query": query, "variables": {"code": code}})


async def test_requests_statements_refusals_and_costs_are_counted(reach: Reach) -> None:
    async with reach() as client:
        before = await scrape(client)
        await ask(client, LOOK, "ONE")
        await ask(client, CREATE, "ONE")
        await ask(client, CREATE, "ONE")
        await client.post("/graphql", json={"query": "{ nothing }"})
        await client.post("/graphql", json={"documentId": documents()["summary/sponsor"].id})
        await client.get("/nowhere")
        after = await scrape(client)

    def risen(name: str, **labels: str) -> float:
        return value(after, name, **labels) - value(before, name, **labels)

    assert risen("tandem_request_seconds_count", route="/graphql", method="POST", status="200") == 5
    for operation, times in {"query": 1, "mutation": 2, "summary/sponsor": 1, "": 1}.items():
        assert risen("tandem_request_seconds_count", route="/graphql", operation=operation) == times
    assert risen("tandem_statement_seconds_count", kind="read") >= 2
    assert risen("tandem_statement_seconds_count", kind="write") > 0
    assert risen("tandem_refusals_total", code="CODE_TAKEN") == 1
    assert risen("tandem_refusals_total", code="BAD_REQUEST") == 1
    assert risen("tandem_refusals_total", code="NOT_FOUND") == 1
    assert risen("tandem_cost_rows_total") >= 2
    assert value(after, "tandem_database_up") == 1


async def test_the_queue_is_looked_at(reach: Reach, database: Database) -> None:
    async with make.acting(database) as work:
        await work.enqueue("compile_summary", "summary:1")
    async with reach() as client:
        found = await scrape(client)
    assert value(found, "tandem_jobs_due") == 1
    assert value(found, "tandem_queue_age_seconds") > 0
    assert value(found, "tandem_jobs_given_up") == value(found, "tandem_jobs_failing") == 0


async def test_a_server_says_how_late_it_is_and_what_is_open(reach: Reach) -> None:
    async with reach() as client:
        await ask(client, LOOK, "ONE")
        before = value(await scrape(client), "tandem_loop_delay_seconds_count")
        await asyncio.sleep(1)
        found = await scrape(client)
    assert value(found, "tandem_loop_delay_seconds_count") - before >= 3
    assert value(found, "tandem_database_connections", pool="read", state="idle") >= 1
    assert value(found, "tandem_database_connections", pool="write") >= 0
    assert not value(found, "tandem_database_connections", pool="replica")


async def test_a_database_that_is_away_is_said_and_no_failure(
    reach_database: Reach, empty_data_dir: Path
) -> None:
    database = Database(f"postgresql://nobody@/nowhere?host={empty_data_dir}")
    async with reach_database(database) as client:
        found = await scrape(client)
    assert value(found, "tandem_database_up") == 0
    assert not value(found, "tandem_jobs_due")


async def test_nothing_that_a_caller_can_choose_is_in_it(reach: Reach) -> None:
    async with reach() as client:
        await ask(client, LOOK, "CHOSEN")
        await ask(client, CREATE, "CHOSEN")
        await client.get("/CHOSEN?CHOSEN=CHOSEN")
        await client.get("/summaries/CHOSEN")
        await client.request("CHOSEN", "/graphql")
        await client.post("/graphql", json={"query": "{ CHOSEN }", "operationName": "CHOSEN"})
        text = (await client.get("/metrics")).text
    assert not re.search("CHOSEN|Secretive|Ada|Lovelace", text)
    labels = {name for _, has in parsed(text) for name, _ in has}
    assert labels <= {
        *("route", "method", "status", "operation", "kind", "code", "pool", "state", "le", "version")
    }


async def test_the_docs_have_each_metric_and_alerts_of_what_there_is(reach: Reach) -> None:
    section = DOCS.read_text().partition("\n## Monitoring\n")[2].partition("\n## ")[0]
    listed = set(re.findall(r"`(tandem_\w+)`", section))
    async with reach() as client:
        names = {name for name, _ in await scrape(client) if not name.endswith("_created")}
    assert {re.sub("_(bucket|count|sum)$", "", name) for name in names} <= listed
    scraping, alerting = map(yaml.safe_load, re.findall("```yaml\n(.+?)```", section, re.DOTALL))
    assert scraping["scrape_configs"][0]["static_configs"]
    rules = alerting["groups"][0]["rules"]
    assert {name for rule in rules for name in re.findall(r"tandem_\w+", rule["expr"])} <= listed
    assert len({rule["alert"] for rule in rules}) == len(rules)


async def test_a_mistake_of_ours_is_seen_to_rise_from_nothing(site: httpx.AsyncClient) -> None:
    assert ("tandem_refusals_total", frozenset({("code", "INTERNAL")})) in await scrape(site)


def test_what_was_noted_is_counted_as_one_by_one() -> None:
    ours, theirs = CollectorRegistry(), CollectorRegistry()
    tally = Tally("it_seconds", "It.", ["a"], ours)
    histogram = Histogram("it_seconds", "It.", ["a"], buckets=_SECONDS, registry=theirs)
    durations = [*_SECONDS, 0, 0.0011, 0.3, 11, 1e9, *(random.Random(1).expovariate(9) for _ in range(1000))]
    for place, seconds in enumerate(durations):
        tally.note(((str(place % 3),), seconds))
        histogram.labels(str(place % 3)).observe(seconds)
    assert not parsed(generate_latest(ours).decode())
    tally.count()
    counted, expected = (parsed(generate_latest(registry).decode()) for registry in (ours, theirs))
    assert counted.keys() >= {key for key in expected if not key[0].endswith("_created")}
    assert all(
        counted[key] == pytest.approx(expected[key]) for key in counted if not key[0].endswith("_created")
    )


async def test_of_answering_a_questionnaire_nothing_is_counted(reach: Reach) -> None:
    async with reach() as client:
        await scrape(client)
        before = await scrape(client)
        await client.get("/answer/abc")
        found = await scrape(client)
    assert not any("answer" in text for _, has in found for _, text in has)
    # Whoever sees that something was written and nothing asked would know when somebody answered.
    for name in ("tandem_statement_seconds_count", "tandem_refusals_total"):
        assert value(found, name, kind="write") == value(before, name, kind="write")
        assert value(found, name, code="NOT_FOUND") == value(before, name, code="NOT_FOUND")


@pytest.mark.parametrize(
    ("sent", "status"), [("Bearer scraper", 200), ("Bearer admin", 401), ("Bearer wrong", 401), (None, 401)]
)
async def test_a_token_of_its_own_reads_metrics_and_nothing_else(
    reach: Reach, sent: str | None, status: int
) -> None:
    headers = {"Authorization": sent} if sent else {}
    async with reach(token="admin", metrics_token="scraper") as client:
        assert (await client.get("/metrics", headers=headers)).status_code == status
        if sent == "Bearer scraper":
            refused = await client.post("/graphql", json={"query": "{ __typename }"}, headers=headers)
            assert refused.status_code == 401


async def test_without_one_whoever_may_ask_anything_may_read_them(reach: Reach) -> None:
    async with reach(token="admin") as client:
        assert (await client.get("/metrics")).status_code == 401
        assert (await client.get("/metrics", headers={"Authorization": "Bearer admin"})).status_code == 200
    async with reach(client="192.0.2.7") as client:
        assert (await client.get("/metrics")).status_code == 401


def test_processes_count_together_and_what_a_killed_one_counted_stays(data_dir: Path) -> None:
    port = free_port()
    with begun(data_dir, "api", "--port", str(port), "--processes", "2") as process:
        url = f"http://127.0.0.1:{port}"

        def told(name: str, **labels: str) -> float:
            try:
                found = parsed(httpx.get(f"{url}/metrics", trust_env=False).text)
            except httpx.TransportError:
                return -1
            return value(found, name, **labels)

        def lookups() -> float:
            return told("tandem_request_seconds_count", route="/graphql")

        def each_has_one_connection() -> bool:
            # To look at the queue takes one of the process that answers, and so each has some.
            return told("tandem_database_connections", pool="read") == 2

        assert eventually(lambda: lookups() == 0)
        for _ in range(40):
            # Each by a connection of its own, so that both processes have some.
            httpx.post(f"{url}/graphql", json={"query": "{ __typename }"}, trust_env=False).raise_for_status()
        # What the process has noted that does not answer is counted a moment later.
        assert eventually(lambda: lookups() == 40)
        assert all(lookups() == 40 for _ in range(10))
        assert eventually(each_has_one_connection)
        assert told("tandem_info") == 1
        dead, other = psutil.Process(process.pid).children()
        directory = next(Path(m.path).parent for m in dead.memory_maps() if "/histogram_" in m.path)
        # Without room of its own, a file would end its process on a full disk.
        assert all(file.stat().st_blocks * 512 >= file.stat().st_size for file in directory.glob("*.db"))
        dead.kill()

        def served_by_two_again() -> bool:
            living = {child.pid for child in psutil.Process(process.pid).children()}
            counting = {int(file.stem.rpartition("_")[2]) for file in directory.glob("*.db")}
            return lookups() == 40 and dead.pid not in living and counting == {0, *living}

        assert eventually(served_by_two_again)
        assert eventually(each_has_one_connection)
        other.kill()
        assert eventually(served_by_two_again)
        process.terminate()
        process.wait(60)
    assert not directory.exists()


def test_counting_together_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DIRECTORY, "")
    monkeypatch.setattr(together, "_IN_MEMORY", tmp_path)
    with counting_together():
        left, fresh = tmp_path / "tandem-metrics-left", tmp_path / "tandem-metrics-fresh"
        for directory in (left, fresh):
            directory.mkdir()
        os.utime(left, (0, 0))
        os.utime(os.environ[DIRECTORY], (0, 0))
        with counting_together():
            # One that was left by a server that was killed, one that is just being made, and one in use.
            assert (left.exists(), fresh.exists(), len(list(tmp_path.iterdir()))) == (
                False,
                True,
                3,
            )
        fresh.rmdir()
    assert not list(tmp_path.iterdir())


def test_without_room_a_process_counts_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DIRECTORY, str(tmp_path))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        assert not take_room()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert DIRECTORY not in os.environ
    assert not list(tmp_path.iterdir())
