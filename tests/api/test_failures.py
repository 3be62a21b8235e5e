import json
from datetime import UTC, datetime
from typing import Any

import pytest

from graph import asking
from tests.api.conftest import Reach

SECRET = "the password of the database"
ASKED = {"query": "{ viewer { role } }"}


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    async def execute(*_arguments: Any, **_more: Any) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(asking, "execute", execute)


async def test_a_mistake_of_ours_is_masked_and_can_be_found_in_the_log(
    reach: Reach, broken: None, capsys: pytest.CaptureFixture[str]
) -> None:
    async with reach() as reached:
        answer = await reached.post("/graphql", json=ASKED)
    assert answer.status_code == 500
    error = answer.json()["errors"][0]
    assert error["extensions"] == {"code": "INTERNAL"}
    assert error["message"].startswith("Something went wrong on our side; reference ")
    assert SECRET not in answer.text
    logged = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    failure = next(line for line in logged if line["event"] == "unexpected")
    assert failure["reference"] in error["message"]
    assert SECRET in failure["exception"]


async def test_a_page_that_fails_is_masked_too(reach: Reach, broken: None) -> None:
    async with reach() as reached:
        answer = await reached.get("/", headers={"Accept": "text/html"})
    assert answer.status_code == 500
    assert "<h1>Something went wrong</h1>" in answer.text
    assert SECRET not in answer.text


async def test_the_log_has_neither_what_was_asked_nor_the_variables(
    reach: Reach, capsys: pytest.CaptureFixture[str]
) -> None:
    async with reach() as reached:
        await reached.get("/graphql", params={"query": '{ programme(ref: "whisper") { ref } }'})
        document = "query($ref: String) { programme(ref: $ref) { ref } }"
        await reached.post("/graphql", json={"query": document, "variables": {"ref": "whisper"}})
    logged = capsys.readouterr().err
    assert [json.loads(line)["path"] for line in logged.splitlines()] == ["/graphql", "/graphql"]
    assert "whisper" not in logged
    assert "programme" not in logged


async def test_the_log_has_a_line_for_each_request_but_those_that_are_asked_again_and_again(
    reach: Reach, capsys: pytest.CaptureFixture[str]
) -> None:
    began = datetime.now(UTC)
    async with reach() as reached:
        for path in ("/healthz", "/readyz", "/answer/a-token"):
            await reached.get(path)
        await reached.get("/graphql")
    [line] = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert began <= datetime.fromisoformat(line.pop("timestamp")) <= datetime.now(UTC)
    assert line.pop("milliseconds") > 0
    assert line == {
        "event": "request", "level": "info", "method": "GET", "path": "/graphql", "status": 400
    }  # fmt: skip


@pytest.mark.parametrize("path", ["/", "/graphql", "/healthz", "/nothing-here", "/static/none"])
async def test_every_answer_has_the_headers_that_keep_it_to_itself(reach: Reach, path: str) -> None:
    async with reach() as reached:
        headers = (await reached.get(path)).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize(
    ("accept", "content_type"), [("text/html,*/*;q=0.8", "text/html"), ("*/*", "application/json")]
)
async def test_an_address_with_nothing_behind_it_says_so_in_the_readers_form(
    reach: Reach, accept: str, content_type: str
) -> None:
    async with reach() as reached:
        answer = await reached.get("/nothing-here", headers={"Accept": accept})
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith(content_type)
    assert "There is nothing at this address" in answer.text
