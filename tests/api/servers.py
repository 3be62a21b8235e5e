"""Servers as users start them, on a port of this machine, for tests of what only a server can show."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from tests.api.processes import free_port

GRANIAN = ("granian", "--interface", "asgi", "--host", "127.0.0.1", "api.app:app", "--port")
UVICORN = ("litestar", "--app", "api.app:app", "run", "--host", "127.0.0.1", "--port")

_STARTED = (b"Started worker", b"Uvicorn running on")
_PATIENCE_S = 60


@asynccontextmanager
async def serving(command: tuple[str, ...], **environment: str) -> AsyncIterator[httpx.URL]:
    """The URL of a server that a command has started; it is stopped at the end of the context."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *command, str(port)),
        env=os.environ | environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    line = b""
    while not any(word in line for word in _STARTED):
        line = await process.stdout.readline()
        assert line, "the server ended before it had started"
    # Nobody reads on, and a full pipe would stop the server.
    draining = asyncio.create_task(process.stdout.read())
    try:
        await _accepting(port)
        yield httpx.URL(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        await process.wait()
        await draining


async def _accepting(port: int) -> None:
    """Wait until somebody is let in: a worker says that it has started a moment before it listens."""
    async with asyncio.timeout(_PATIENCE_S):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionRefusedError:
                await asyncio.sleep(0.02)
            else:
                writer.close()
                return await writer.wait_closed()
