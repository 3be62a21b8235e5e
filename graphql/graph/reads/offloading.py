"""What takes longer than a moment is worked out in a thread beside the event loop, once, and kept.

One thread: the interpreter runs one at a time anyway, and so whoever asks for much at once waits in line behind
themselves while everything that is at hand already is answered as if nothing were going on.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

from graph.reads.kept import Kept

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

_THREAD = ThreadPoolExecutor(max_workers=1, thread_name_prefix="offload")


async def offload(work: Callable[[], Value]) -> Value:
    """What that work gives or raises; the event loop goes on meanwhile."""
    return await asyncio.get_running_loop().run_in_executor(_THREAD, _uncollected, work)


def _uncollected(work: Callable[[], Value]) -> Value:
    """Without the garbage collector: it stops every thread to go through all that a half-made plan consists of."""
    gc.disable()
    try:
        return work()
    finally:
        gc.enable()


class Cache(Generic[Key, Value]):
    """Values that take long to work out, within so many bytes; `size` says about how many a key and its value take."""

    def __init__(self, most_bytes: int, size: Callable[[Key, Value], int]) -> None:
        self._kept = Kept[Key, Value](most_bytes)
        self._size = size
        self._begun: dict[Key, asyncio.Task[Value]] = {}

    @property
    def bytes(self) -> int:
        """About how many bytes are kept."""
        return self._kept.bytes

    async def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """The value for that key. All who ask for it while it is being made wait for the same; errors are not kept."""
        value = self._kept.get(key)
        if value is not None:
            return value
        task = self._begun.get(key)
        if task is None:
            task = self._begun[key] = asyncio.create_task(self._make(key, make))
        # Whoever hangs up must not take it from the others.
        return await asyncio.shield(task)

    async def _make(self, key: Key, make: Callable[[], Value]) -> Value:
        try:
            value = await offload(make)
            self._kept.put(key, value, self._size(key, value))
            return value
        finally:
            del self._begun[key]
