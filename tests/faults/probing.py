"""From the kill until Tandem serves again: until a read and a write succeed by HTTP, and none fails after that."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic

from tests.faults.client import Client, UnansweredError
from tests.faults.log import Write

_LEAST_S = 1.0
"""So long it is looked at least: who is still connected to a server that was killed may be answered once more."""
_PAUSE_S = 0.02


async def served_again(
    client: Client, since: float, back: Callable[[], bool], *, within_s: float
) -> float | None:
    """The seconds since then until it was served again; None where it was not.

    `back` says whether what was killed is there again: until then a success may be the last. Nobody who asks by HTTP
    misses a worker or its queue; how long those were away shows in the work that waits for them.
    """
    served: float | None = None
    write = _new(client)
    while (now := monotonic() - since) < within_s:
        if await _read_and_written(client, write):
            served = served or monotonic() - since
            if now > _LEAST_S and back():
                return served
            write = _new(client)
        else:
            served = None
        await asyncio.sleep(_PAUSE_S)
    return served


def _new(client: Client) -> Write:
    return client.log.begin("personCreate")


async def _read_and_written(client: Client, write: Write) -> bool:
    """Whether both succeed now; a write that was not answered is sent again."""
    try:
        await client.ask('{ programme(ref: "writer-0") { title } }')
        await client.once(write, {"name": write.key, "email": f"{write.key}@example.org"})
    except UnansweredError:
        return False
    return True
