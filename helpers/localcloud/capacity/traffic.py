"""The traffic of a table or index: of the current second, by partition key, and the peak that on-demand capacity remembers. Pure.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html and
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
"""

from __future__ import annotations

from collections.abc import Hashable

PEAK_SECONDS = 1_800
GROWTH = 2


class Traffic:
    """Counts units second by second.

    A second's units are the peak only half an hour later: that is how AWS lets traffic double. Only keys of the current second are kept.
    """

    __slots__ = ("_keys", "_peak", "_rising", "_second", "_since", "_units")

    def __init__(self) -> None:
        self._second = 0
        self._units = 0.0
        self._keys: dict[Hashable, float] = {}
        self._peak = 0.0
        self._rising = 0.0
        self._since = 0.0

    def of_second(self, now: float) -> float:
        """The units of this second so far."""
        if int(now) != self._second:
            self._turn(now)
        return self._units

    def of_key(self, key: Hashable, now: float) -> float:
        """The units of one partition key in this second so far."""
        if int(now) != self._second:
            self._turn(now)
        return self._keys.get(key, 0.0)

    def peak(self, now: float) -> float:
        """The highest units of a second, among those that are half an hour old."""
        if int(now) != self._second:
            self._turn(now)
        return self._peak

    def add(self, key: Hashable | None, units: float, now: float) -> None:
        """Count units; ``key`` is nothing for what is spread over the table."""
        if int(now) != self._second:
            self._turn(now)
        self._units += units
        if key is not None:
            self._keys[key] = self._keys.get(key, 0.0) + units

    def _turn(self, now: float) -> None:
        if self._units > self._rising:
            self._rising, self._since = self._units, float(self._second)
        if self._rising > self._peak and now - self._since >= PEAK_SECONDS:
            self._peak, self._rising = self._rising, 0.0
        self._second = int(now)
        self._units = 0.0
        self._keys.clear()
