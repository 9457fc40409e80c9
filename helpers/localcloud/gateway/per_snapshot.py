"""What is worked out once for each deployment and kept while requests come for it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from helpers.localcloud.gateway.snapshot import ApiSnapshot

T = TypeVar("T")
_MOST_KEPT = 256


class PerSnapshot(Generic[T]):
    """Values by snapshot. make: works one out; the ones used longest ago are dropped."""

    def __init__(self, make: Callable[[ApiSnapshot], T]) -> None:
        self._make = make
        self._kept: OrderedDict[int, tuple[ApiSnapshot, T]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, snapshot: ApiSnapshot) -> T:
        """The value of a snapshot, which is told from others by identity: two deployments may be equal."""
        with self._lock:
            kept = self._kept.get(id(snapshot))
            if kept is None or kept[0] is not snapshot:
                kept = snapshot, self._make(snapshot)
                self._kept[id(snapshot)] = kept
                if len(self._kept) > _MOST_KEPT:
                    self._kept.popitem(last=False)
            else:
                self._kept.move_to_end(id(snapshot))
            return kept[1]

    def forget(self, account: str) -> None:
        """Drop the values of an account."""
        with self._lock:
            for key, (snapshot, _) in list(self._kept.items()):
                if snapshot.account == account:
                    del self._kept[key]
