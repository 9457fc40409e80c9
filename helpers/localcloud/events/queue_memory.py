"""A memory that fades: what a FIFO queue remembers for five minutes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Fading(Generic[Key, Value]):
    """Values by key, each forgotten ``seconds`` after it was kept; every call takes constant time, spread over many."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._kept: OrderedDict[Key, tuple[float, Value]] = OrderedDict()

    def keep(self, key: Key, value: Value, now: float) -> None:
        """Remember a value from now on, instead of the one before."""
        self._kept.pop(key, None)
        self._kept[key] = now, value

    def get(self, key: Key, now: float) -> Value | None:
        """The value that was kept for ``key``, unless it has faded."""
        while self._kept and next(iter(self._kept.values()))[0] <= now - self._seconds:
            self._kept.popitem(last=False)
        found = self._kept.get(key)
        return found[1] if found else None

    def replace(self, key: Key, value: Value) -> None:
        """Exchange a value that is known; it fades when the former one would have."""
        self._kept[key] = self._kept[key][0], value

    def drop(self, key: Key) -> None:
        """Forget one at once."""
        self._kept.pop(key, None)
