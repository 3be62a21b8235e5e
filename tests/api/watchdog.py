"""How long one request holds the event loop: the time of the loop's own thread, in the longest step of its work."""

from __future__ import annotations

import asyncio
import json
import time
from asyncio import events
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from litestar import Litestar

_REAL = events.Handle._run


@dataclass(slots=True)
class Watch:
    """The longest step and all together since they were set to nothing, in processor time of the loop's thread.

    What other processes, and other threads of this one, take meanwhile is not counted.
    """

    longest_s: float = 0.0
    together_s: float = 0.0

    def take(self, seconds: float) -> None:
        """Note a step."""
        self.longest_s = max(self.longest_s, seconds)
        self.together_s += seconds


@contextmanager
def watching() -> Iterator[Watch]:
    """Watch every step of the loop as long as the context lasts."""
    watch = Watch()

    def run(handle: events.Handle) -> None:
        began = time.thread_time()
        try:
            _REAL(handle)
        finally:
            watch.take(time.thread_time() - began)

    events.Handle._run = run  # type: ignore[assignment, method-assign]
    try:
        yield watch
    finally:
        events.Handle._run = _REAL  # type: ignore[method-assign]


@dataclass(frozen=True, slots=True)
class Held:
    """What was answered, and what it took of the loop, in milliseconds: at once, and in all."""

    status: int
    body: bytes
    longest_ms: float
    together_ms: float

    @property
    def codes(self) -> set[str]:
        """The codes of what went wrong."""
        refused = self.body.startswith(b'{"errors"')
        return (
            {error["extensions"]["code"] for error in json.loads(self.body)["errors"]} if refused else set()
        )


async def held(app: Litestar, watch: Watch, method: str, target: str, body: bytes = b"") -> Held:
    """Have an application answer one request in a task of its own, straight, without a client's own work."""
    sent: list[Any] = []
    await asyncio.sleep(0)  # what is measured begins with a step of its own
    watch.longest_s = watch.together_s = 0.0
    await asyncio.create_task(_answer(app, method, target, body, sent))
    longest, together = watch.longest_s, watch.together_s
    status = next(each["status"] for each in sent if each["type"] == "http.response.start")
    return Held(status, b"".join(each.get("body", b"") for each in sent), longest * 1000, together * 1000)


async def _answer(app: Litestar, method: str, target: str, body: bytes, sent: list[Any]) -> None:
    address = urlsplit(target)
    scope: Any = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": address.path,
        "raw_path": address.path.encode(),
        "query_string": address.query.encode(),
        "root_path": "",
        "headers": [
            (b"host", b"localhost:8000"),
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(body)),
        ],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8000),
        "state": {},
    }
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Any:
        if not waiting:
            await asyncio.Event().wait()
        return waiting.pop()

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
