"""Random lengths from one stream, drawn many at a time and taken one by one or in bulk: the order is the same."""

from __future__ import annotations

import numpy as np

from helpers.simulate.durations import Duration
from helpers.simulate.traffic import Floats

_BLOCK = 65_536
_STOCK = 4_096


class Draws:
    """The lengths of one thing, in seconds.

    stock: the next few as Python's own numbers, the next one last: ``stock.pop()`` takes one, ``fill`` puts more there when it is empty.
    """

    def __init__(self, duration: Duration, random: np.random.Generator) -> None:
        self.stock: list[float] = []
        self._duration = duration
        self._random = random
        self._drawn: Floats = np.empty(0)
        self._place = 0

    def next(self) -> float:
        """Take the next one."""
        if not self.stock:
            self.fill()
        return self.stock.pop()

    def fill(self) -> None:
        """Put the next few into the empty ``stock``."""
        self.stock += self.peek(_STOCK)[::-1].tolist()
        self._place += _STOCK

    def peek(self, count: int) -> Floats:
        """The next ``count``, which stay where they are."""
        self._place -= len(self.stock)
        self.stock.clear()
        missing = self._place + count - len(self._drawn)
        if missing > 0:
            blocks = [self._duration.sample(self._random, _BLOCK) for _ in range(-(-missing // _BLOCK))]
            self._drawn = np.concatenate((self._drawn[self._place :], *blocks))
            self._place = 0
        return self._drawn[self._place : self._place + count]

    def skip(self, count: int) -> None:
        """Take ``count`` that have been looked at."""
        self._place += count
