"""What a pooler in transaction mode makes of a connection: what it was to be set to is gone, and so is who answers."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from tests.api.processes import free_port

# What identifies whoever comes; everything else would have been a setting.
_KEPT = {b"user", b"database", b"client_encoding"}
_KEY_DATA = b"K"


@asynccontextmanager
async def swallowing(socket: str) -> AsyncIterator[str]:
    """The host and port at which the server behind that socket is reached, without any settings coming through."""
    port = free_port()
    tasks: set[asyncio.Task[None]] = set()

    async def come(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_unix_connection(socket)
        to_server.write(_without_settings(await _message(reader)))
        tasks.add(asyncio.create_task(_pass_on(reader, to_server)))
        tasks.add(asyncio.create_task(_pass_back(from_server, writer)))

    server = await asyncio.start_server(come, "127.0.0.1", port)
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _message(reader: asyncio.StreamReader) -> bytes:
    """The first message of a client, without its length; encryption is declined as a pooler without it does."""
    (length,) = struct.unpack("!I", await reader.readexactly(4))
    return await reader.readexactly(length - 4)


def _without_settings(startup: bytes) -> bytes:
    words = startup[4:].split(b"\0")
    pairs = zip(words[::2], words[1::2], strict=False)
    kept = b"".join(name + b"\0" + value + b"\0" for name, value in pairs if name in _KEPT)
    body = startup[:4] + kept + b"\0"
    return struct.pack("!I", len(body) + 4) + body


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


async def _pass_back(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """As it comes, but for the number of the process: a pooler gives one of its own."""
    with suppress(ConnectionError, asyncio.IncompleteReadError):
        while True:
            kind = await reader.readexactly(1)
            (length,) = struct.unpack("!I", await reader.readexactly(4))
            body = await reader.readexactly(length - 4)
            if kind == _KEY_DATA:
                body = struct.pack("!I", 7) + body[4:]
            writer.write(kind + struct.pack("!I", length) + body)
            await writer.drain()
    writer.close()
