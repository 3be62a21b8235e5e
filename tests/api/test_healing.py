"""`tandem serve` comes back by itself when what it is made of is killed; callers are told when to come again."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psutil
import pytest
from redis import Redis
from redis.exceptions import RedisError

from domain.embedded.valkey import Store
from tests.api.processes import begun, eventually, free_port, nothing_runs

_CREATE = """
mutation ($code: String!, $key: String!) {
  organisationCreate(input: {code: $code, name: $code, kind: CHARITY, idempotencyKey: $key}) { userErrors { code } }
}
"""


@pytest.fixture
def client(data_dir: Path) -> Iterator[httpx.Client]:
    """A client of `tandem serve`."""
    port = free_port()
    with begun(data_dir, "serve", "--port", str(port)) as process:
        assert process.stdout is not None
        # Said as soon as it answers.
        assert "Tandem is at" in process.stdout.readline()
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False) as client:
            yield client
        process.terminate()
        assert process.wait(60) == 128 + signal.SIGTERM
    assert eventually(lambda: nothing_runs(data_dir))


def _write(client: httpx.Client) -> bool:
    """Whether a change was made; where it was not, the answer says in a code of its own when to come again."""
    code = uuid4().hex[:10].upper()
    answer = client.post("/graphql", json={"query": _CREATE, "variables": {"code": code, "key": code}})
    body = answer.json()
    if answer.status_code == 200:
        assert "errors" not in body, body
        return True
    (error,) = body["errors"]
    assert (answer.status_code, error["extensions"]["code"]) == (503, "UNAVAILABLE")
    assert int(answer.headers["retry-after"]) >= 1
    return False


def _is_another(client: httpx.Client, file: Path, killed: str) -> bool:
    """Whether a change is made by another server than the one that was killed."""
    try:
        return _write(client) and file.read_text() != killed
    except FileNotFoundError:
        return False


def _back_after(answers: Callable[[], bool]) -> float:
    begun_at = time.monotonic()
    assert eventually(answers)
    return time.monotonic() - begun_at


def _kill(number: Path) -> None:
    psutil.Process(int(number.read_text().split()[0])).kill()


def test_postgres_is_back(client: httpx.Client, data_dir: Path) -> None:
    assert _write(client)
    file = data_dir / "postgres/postmaster.pid"
    for _ in range(3):
        killed = file.read_text()
        _kill(file)
        # What runs for a connection may finish a statement before it notices, so that alone says nothing.
        seconds = _back_after(partial(_is_another, client, file, killed))
        print(f"served again {seconds:.2f} s after PostgreSQL was killed")
        assert client.get("/readyz").status_code == 200


def test_valkey_is_back_and_the_worker_with_it(client: httpx.Client, data_dir: Path) -> None:
    """Killed the moment after the start, too, and again and again; the parts of serve stay the same processes."""
    parts = _parts(data_dir)
    for _ in range(4):
        _kill(data_dir / "valkey/valkey.pid")
        assert _write(client)
        seconds = _back_after(lambda: _takes_jobs(data_dir))
        print(f"jobs are taken again {seconds:.2f} s after Valkey was killed")
    assert _parts(data_dir) == parts


def _parts(data_dir: Path) -> set[int]:
    return {
        process.pid
        for process in psutil.process_iter(["cmdline", "environ"])
        if "--parent" in (process.info["cmdline"] or [])
        and (process.info["environ"] or {}).get("TANDEM_DATA_DIR") == str(data_dir)
    }


def _takes_jobs(data_dir: Path) -> bool:
    """Whether a worker has said that it lives since the last time that was asked."""
    with Redis.from_url(Store(data_dir / "valkey").url) as store, suppress(RedisError):
        keys: Any = store.keys("tandem:worker:*")
        return bool(store.delete(*keys))
    return False
