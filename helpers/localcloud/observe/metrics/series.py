"""The datapoints of one metric that came with one unit."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from helpers.localcloud.observe.metrics.columns import Columns


class StatisticSet(NamedTuple):
    """Values of which only these four numbers are known."""

    samples: float
    total: float
    least: float
    most: float

    def single_value(self) -> float | None:
        """The value that all samples have, if the numbers tell: then nothing is lost.

        Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
        """
        same = self.least == self.most and self.total == self.least * self.samples
        return self.least if same else None


@dataclass(slots=True)
class Sample:
    """What fell into one period: values with how often each came, and statistic sets."""

    values: array[float] = field(default_factory=lambda: array("d"))
    weights: array[float] = field(default_factory=lambda: array("d"))
    sets: list[StatisticSet] = field(default_factory=list)


class Series:
    """Values and statistic sets in order of time. Not safe among threads: the lock of the store guards it."""

    __slots__ = ("_values", "_sets", "last")

    def __init__(self) -> None:
        self._values = Columns(3)  # moment, value, how often
        self._sets: Columns | None = None  # moment, samples, total, least, most
        self.last = float("-inf")

    def __len__(self) -> int:
        return len(self._values) + (len(self._sets) if self._sets else 0)

    def put(self, moment: float, value: float, weight: float = 1.0) -> None:
        """Keep a value that came ``weight`` times."""
        if moment < self.last:
            self._values.append(moment, value, weight)
            return
        moments, values, weights = self._values.columns
        moments.append(moment)
        values.append(value)
        weights.append(weight)
        self.last = moment

    def put_set(self, moment: float, numbers: StatisticSet) -> None:
        """Keep a statistic set, as plain values where it tells them."""
        value = numbers.single_value()
        if value is not None:
            self.put(moment, value, numbers.samples)
            return
        if self._sets is None:
            self._sets = Columns(5)
        self._sets.append(moment, *numbers)
        if moment > self.last:
            self.last = moment

    def count(self, moment: float, value: float) -> bool:
        """Add one sample to the statistic set of ``moment``; whether that begins a set."""
        sets = self._sets
        if sets is None:
            sets = self._sets = Columns(5)
        moments, samples, totals, leasts, mosts = sets.columns
        if moments and moments[-1] == moment:
            samples[-1] += 1
            totals[-1] += value
            if value < leasts[-1]:
                leasts[-1] = value
            if value > mosts[-1]:
                mosts[-1] = value
            return False
        sets.append(moment, 1.0, value, value, value)
        if moment > self.last:
            self.last = moment
        return True

    def periods(self, anchor: float, period: float, start: float, end: float) -> dict[float, Sample]:
        """What came from ``start`` until before ``end``, by the beginning of its period; periods are counted from ``anchor``."""
        found: dict[float, Sample] = {}
        for begin, first, last in _slices(self._values, anchor, period, start, end):
            _, values, weights = self._values.columns
            found[begin] = Sample(values[first:last], weights[first:last])
        if self._sets is not None:
            numbers = self._sets.columns[1:]
            for begin, first, last in _slices(self._sets, anchor, period, start, end):
                rows = zip(*(column[first:last] for column in numbers), strict=True)
                found.setdefault(begin, Sample()).sets.extend(StatisticSet(*row) for row in rows)
        return found

    def parts(self) -> list[Columns]:
        """The columns that hold something, in order of time."""
        found = [part for part in (self._values, self._sets) if part is not None and len(part)]
        for part in found:
            part.order()
        return found


def _slices(
    columns: Columns, anchor: float, period: float, start: float, end: float
) -> Iterator[tuple[float, int, int]]:
    columns.order()
    moments = columns.moments
    first, stop = columns.before(start), columns.before(end)
    while first < stop:
        begin = anchor + (moments[first] - anchor) // period * period
        last = min(stop, columns.before(begin + period))
        yield begin, first, last
        first = last
