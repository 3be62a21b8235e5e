"""A bounded store of what was worked out and may be asked for again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

# The share of the room for what was asked for once. Whoever asks for ever new things fills no more than that.
_NEW = 0.2


class Kept(Generic[Key, Value]):
    """Values by key, within so many bytes: what was asked for again outlives what was asked for once.

    (A segmented LRU: Karedla, Love and Wherry, "Caching strategies to improve disk system performance", 1994.)
    """

    def __init__(self, most_bytes: int) -> None:
        self._once = _Segment[Key, Value](int(most_bytes * _NEW))
        self._again = _Segment[Key, Value](most_bytes - int(most_bytes * _NEW))

    def get(self, key: Key) -> Value | None:
        """The value that was kept under that key, if it still is."""
        found = self._again.get(key)
        if found is None:
            found = self._once.pop(key)
            if found is None:
                return None
            for other, value, size in self._again.put(key, *found):
                self._once.put(other, value, size)
        return found[0]

    def put(self, key: Key, value: Value, size: int) -> None:
        """Keep a value of about so many bytes; what is larger than the room for new things is not kept."""
        self._once.put(key, value, size)

    @property
    def bytes(self) -> int:
        """About how many bytes are kept."""
        return self._once.bytes + self._again.bytes


class _Segment(Generic[Key, Value]):
    """The values used last, within so many bytes."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._found: OrderedDict[Key, tuple[Value, int]] = OrderedDict()
        self.bytes = 0

    def get(self, key: Key) -> tuple[Value, int] | None:
        found = self._found.get(key)
        if found is not None:
            self._found.move_to_end(key)
        return found

    def pop(self, key: Key) -> tuple[Value, int] | None:
        found = self._found.pop(key, None)
        if found is not None:
            self.bytes -= found[1]
        return found

    def put(self, key: Key, value: Value, size: int) -> list[tuple[Key, Value, int]]:
        """Add a value, and give those back that had to go for it."""
        self.pop(key)
        self._found[key] = value, size
        self.bytes += size
        gone = []
        while self.bytes > self._most:
            oldest, (other, freed) = self._found.popitem(last=False)
            self.bytes -= freed
            gone.append((oldest, other, freed))
        return gone
