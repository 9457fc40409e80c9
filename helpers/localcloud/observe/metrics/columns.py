"""Columns of numbers in order of time: what a metric is made of, at eight bytes a number."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right


class Columns:
    """Rows of as many numbers as there are columns; the first is the moment, in seconds since 1970. Not safe among threads.

    Rows come mostly in order of time. Those that do not are put in order when somebody reads.
    """

    __slots__ = ("columns", "moments", "_ordered", "_latecomer")

    def __init__(self, width: int) -> None:
        self.columns: tuple[array[float], ...] = tuple(array("d") for _ in range(width))
        self.moments = self.columns[0]
        self._ordered: int | None = None  # how many rows are in order; all of them when nothing
        self._latecomer = 0.0  # the earliest moment among the others

    def __len__(self) -> int:
        return len(self.moments)

    def append(self, *row: float) -> None:
        """Add one row."""
        moment = row[0]
        if self._ordered is not None:
            self._latecomer = min(self._latecomer, moment)
        elif self.moments and moment < self.moments[-1]:
            self._ordered, self._latecomer = len(self.moments), moment
        for column, number in zip(self.columns, row, strict=True):
            column.append(number)

    def order(self) -> None:
        """Put all rows in order of time; rows of one moment stay in the order in which they came."""
        if self._ordered is None:
            return
        moments = self.moments
        first = bisect_right(moments, self._latecomer, 0, self._ordered)
        order = sorted(range(first, len(moments)), key=moments.__getitem__)
        for column in self.columns:
            column[first:] = array("d", [column[index] for index in order])
        self._ordered = None

    def before(self, moment: float) -> int:
        """How many rows are earlier than ``moment``. The rows must be in order."""
        return bisect_left(self.moments, moment)

    def until(self, moment: float) -> int:
        """How many rows are not later than ``moment``. The rows must be in order."""
        return bisect_right(self.moments, moment)

    def drop_first(self, count: int) -> None:
        """Forget the ``count`` earliest rows, which must be in order."""
        for column in self.columns:
            del column[:count]
