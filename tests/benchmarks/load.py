"""Load on a server of this machine: how many requests it answers, and how long each takes."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from itertools import cycle
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

import msgspec

_SCRIPT = Path(__file__).parent / "wrk.lua"


class Load(msgspec.Struct, frozen=True):
    """What came of it. `p50` and `p99` are milliseconds; `turns` are the requests a second of each turn in order."""

    requests: int
    seconds: float
    p50: float
    p99: float
    errors: int = 0
    turns: tuple[float, ...] = ()

    @property
    def per_second(self) -> float:
        """Requests answered in a second."""
        return self.requests / self.seconds

    def times(self, other: Load) -> float:
        """How many times as many as another: of those who took as many turns, the median of what each turn says."""
        if not self.turns or len(self.turns) != len(other.turns):
            return self.per_second / other.per_second
        return median(one / another for one, another in zip(self.turns, other.turns, strict=True))


Bodies = Sequence[dict[str, Any]]
Loader = Callable[[str, Bodies, int, float], Load]


def by_wrk(url: str, bodies: Bodies, connections: int, seconds: float) -> Load:
    """Send the bodies in turn for some seconds on that many connections."""
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        file.writelines(json.dumps(body) + "\n" for body in bodies)
        file.flush()
        options = [
            "-t1",
            f"-c{connections}",
            f"-d{round(seconds)}s",
            "--timeout",
            "60s",
            "-s",
            str(_SCRIPT),
            url,
        ]
        told = subprocess.run(["wrk", *options, "--", file.name], capture_output=True, text=True, check=True)
    return msgspec.json.decode(told.stdout.strip().splitlines()[-1], type=Load)


def in_python(url: str, bodies: Bodies, connections: int, seconds: float) -> Load:
    """The same without wrk: it takes more of the machine for itself, so what it says is lower."""
    return asyncio.run(_over_http(url, bodies, connections, seconds))


def loader() -> Loader:
    """By wrk, which is installed where that can be done."""
    if shutil.which("wrk") is None and shutil.which("apt-get") is not None and os.geteuid() == 0:
        for words in (["update"], ["install", "--yes", "--no-install-recommends", "wrk"]):
            subprocess.run(["apt-get", *words], check=False, capture_output=True)
    return in_python if shutil.which("wrk") is None else by_wrk


async def repeated(ask: Callable[[], Awaitable[Any]], at_once: int, seconds: float) -> Load:
    """Ask again and again for some seconds, that many at once."""
    took: list[float] = []
    began = perf_counter()

    async def one_after_another() -> None:
        while (before := perf_counter()) - began < seconds:
            await ask()
            took.append(perf_counter() - before)

    await asyncio.gather(*(one_after_another() for _ in range(at_once)))
    took.sort()
    p50, p99 = (took[int(len(took) * share)] * 1000 for share in (0.5, 0.99))
    return Load(len(took), perf_counter() - began, p50, p99)


async def _over_http(url: str, bodies: Bodies, connections: int, seconds: float) -> Load:
    where = urlsplit(url)
    requests = cycle(_request(where.netloc, where.path, json.dumps(body).encode()) for body in bodies)
    idle = [await asyncio.open_connection(where.hostname, where.port) for _ in range(connections)]
    errors = 0

    async def ask() -> None:
        nonlocal errors
        reader, writer = idle.pop()
        writer.write(next(requests))
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        errors += b" 200 " not in head.partition(b"\r\n")[0]
        await reader.readexactly(int(head.partition(b"content-length:")[2].partition(b"\r\n")[0]))
        idle.append((reader, writer))

    found = await repeated(ask, connections, seconds)
    for _, writer in idle:
        writer.close()
        await writer.wait_closed()
    return msgspec.structs.replace(found, errors=errors)


def _request(host: str, path: str, body: bytes) -> bytes:
    head = [
        f"POST {path} HTTP/1.1",
        f"Host: {host}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*head, "", ""]).encode() + body
