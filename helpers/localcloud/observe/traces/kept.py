"""State of each account and Region, which ends when the account is emptied."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Kept = TypeVar("Kept")


class PerAccount(Generic[Kept]):
    """One object for each account and Region, made at first use.

    make: gets the account and the Region.
    """

    def __init__(self, make: Callable[[str, str], Kept]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, str], Kept] = {}

    def of(self, account: str, region: str) -> Kept:
        """The object of an account and Region."""
        with self._lock:
            if (account, region) not in self._kept:
                self._kept[account, region] = self._make(account, region)
            return self._kept[account, region]

    def forget(self, account: str) -> list[Kept]:
        """Drop the objects of an account, and hand them over."""
        with self._lock:
            return [self._kept.pop(key) for key in list(self._kept) if key[0] == account]

    def clear(self) -> list[Kept]:
        """Drop all objects, and hand them over."""
        with self._lock:
            dropped = list(self._kept.values())
            self._kept.clear()
            return dropped
