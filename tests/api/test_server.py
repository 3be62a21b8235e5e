"""The server in front of every handler: what it declines before one is called."""

import asyncio
from contextlib import asynccontextmanager

import pytest
import uvicorn

from api.http import server
from tests.api.processes import free_port

BEGUN = b"POST / HTTP/1.1\r\nHost: localhost\r\n"


async def echo(_scope, receive, send):
    """Answers with the length of the body."""
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            return
        size, more = size + len(message["body"]), message["more_body"]
    length = str(size).encode()
    headers = [(b"content-length", str(len(length)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": length})


@pytest.fixture
async def port():
    """Where that application is served, as Tandem's is."""
    config = uvicorn.Config(echo, port=free_port(), lifespan="off", **server.SERVED)
    serving = uvicorn.Server(config)
    task = asyncio.create_task(serving.serve())
    while not serving.started:  # noqa: ASYNC110 - it has no event for it
        await asyncio.sleep(0.01)
    yield config.port
    serving.should_exit = True
    await task


@asynccontextmanager
async def connected(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    yield reader, writer
    writer.close()


async def answer(port, *pieces):
    """What is answered to pieces that are sent one after the other, up to where the connection ends."""
    async with connected(port) as (reader, writer):
        try:
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
            return await asyncio.wait_for(reader.read(), 20)
        except ConnectionError:
            return b""


def chunked(*pieces):
    """A body in pieces."""
    return [b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces]


HEADER = b"X-Long: " + b"x" * 1000 + b"\r\n"
ENDLESS = {
    "one header": (BEGUN, b"X-Long: ", *[b"x" * 1000] * 200),
    "many headers": (BEGUN, *[HEADER] * 200),
    "an address": (b"GET /", *[b"x" * 1000] * 200),
    "trailers": (BEGUN, b"Transfer-Encoding: chunked\r\n\r\n", *chunked(b"body"), b"0\r\n", *[HEADER] * 200),
    "words of a piece": (BEGUN, b"Transfer-Encoding: chunked\r\n\r\n4;", *[b"x" * 1000] * 200),
}


@pytest.mark.parametrize("pieces", ENDLESS.values(), ids=ENDLESS.keys())
async def test_a_head_without_end_is_declined(port, pieces):
    told = await answer(port, *pieces)
    # Who is cut off while sending may not hear why.
    assert told == b"" or told.startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize("size", [0, 100, 60_000])
async def test_a_head_may_be_of_any_size_that_is_in_use(port, size):
    head = BEGUN + b"X-Long: " + b"x" * size + b"\r\nContent-Length: 4\r\nConnection: close\r\n\r\n"
    assert (await answer(port, head, b"body")).endswith(b"\r\n\r\n4")


async def test_a_body_counts_for_nothing_in_it(port):
    head = BEGUN + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    told = await answer(port, head, *chunked(*[b"x" * 50_000] * 40), *chunked(b""))
    assert told.endswith(b"\r\n\r\n2000000")


async def test_requests_on_one_connection_are_counted_each_for_itself(port):
    request = BEGUN + HEADER * 40 + b"Content-Length: 0\r\n\r\n"
    async with connected(port) as (reader, writer):
        for _ in range(5):
            writer.write(request)
            assert (await reader.readuntil(b"\r\n\r\n0")).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("said", [b"", b"POST / HTTP/1.1\r\nHost:"], ids=["nothing", "half a head"])
async def test_who_does_not_say_what_they_want_is_not_waited_for(port, said, monkeypatch):
    monkeypatch.setattr(server, "_PATIENCE_S", 0.2)
    assert await answer(port, said) == b""


async def test_half_of_a_later_request_is_not_waited_for(port, monkeypatch):
    monkeypatch.setattr(server, "_PATIENCE_S", 0.2)
    async with connected(port) as (reader, writer):
        writer.write(BEGUN + b"Content-Length: 0\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n0")
        writer.write(BEGUN)
        assert await asyncio.wait_for(reader.read(), 4) == b""


async def test_a_slow_body_is_its_handlers_to_judge(port, monkeypatch):
    monkeypatch.setattr(server, "_PATIENCE_S", 0.2)
    async with connected(port) as (reader, writer):
        writer.write(BEGUN + b"Content-Length: 4\r\n\r\n")
        await asyncio.sleep(0.5)
        writer.write(b"body")
        assert (await reader.readuntil(b"\r\n\r\n4")).startswith(b"HTTP/1.1 200")
