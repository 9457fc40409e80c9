"""Statistics of what came in one period, by the names that AWS gives them.

Percentiles and trimmed statistics are exact: they are taken from the values themselves, where AWS keeps a histogram of them.
Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
"""

from __future__ import annotations

import functools
import math
import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate
from operator import mul

from helpers.localcloud.observe.metrics.series import Sample

SIMPLE = ("SampleCount", "Average", "Sum", "Minimum", "Maximum")

Statistic = Callable[[Sample], float | None]

_NUMBER = r"\d+(?:\.\d{1,10})?"
_SHORT = re.compile(rf"(p|tm|wm|tc|ts)({_NUMBER})")
_RANGE = re.compile(rf"(TM|WM|TC|TS|PR)\(({_NUMBER})?(%)?:({_NUMBER})?(%)?\)")


class UnknownStatistic(ValueError):
    """No statistic of CloudWatch has this name."""


@functools.lru_cache(maxsize=256)
def statistic_named(name: str) -> Statistic:
    """What computes the statistic ``name`` of a sample; its answer is nothing where CloudWatch has no datapoint.

    Raises: ``UnknownStatistic``.
    """
    if name in _SIMPLE:
        return _SIMPLE[name]
    if name == "IQM":
        return _of_ranks("TM", 25.0, 75.0)
    if found := _SHORT.fullmatch(name):
        kind, share = found[1], float(found[2])
        if share > 100 or (kind != "p" and share == 0):
            raise UnknownStatistic(name)
        return _percentile(share) if kind == "p" else _of_ranks(kind.upper(), 0.0, share)
    if found := _RANGE.fullmatch(name):
        return _of_range(name, *found.groups())
    raise UnknownStatistic(name)


def _of_range(
    name: str, kind: str, low: str | None, low_sign: str | None, high: str | None, high_sign: str | None
) -> Statistic:
    signs = {bool(sign) for bound, sign in ((low, low_sign), (high, high_sign)) if bound is not None}
    stray = (low is None and low_sign) or (high is None and high_sign)
    if len(signs) != 1 or stray:
        raise UnknownStatistic(name)
    if signs.pop():
        first, last = float(low or 0), float(high or 100)
        if kind == "PR" or not first < last <= 100:
            raise UnknownStatistic(name)
        return _of_ranks(kind, first, last)
    floor, ceiling = -math.inf if low is None else float(low), math.inf if high is None else float(high)
    if not floor < ceiling:
        raise UnknownStatistic(name)
    return _of_values(kind, floor, ceiling)


def _count(sample: Sample) -> float:
    return math.fsum(sample.weights) + math.fsum(one.samples for one in sample.sets)


def _sum(sample: Sample) -> float:
    return math.fsum(map(mul, sample.values, sample.weights)) + math.fsum(one.total for one in sample.sets)


def _average(sample: Sample) -> float | None:
    count = _count(sample)
    return _sum(sample) / count if count else None


def _least(sample: Sample) -> float:
    return min([*([min(sample.values)] if sample.values else []), *(one.least for one in sample.sets)])


def _most(sample: Sample) -> float:
    return max([*([max(sample.values)] if sample.values else []), *(one.most for one in sample.sets)])


_SIMPLE: dict[str, Statistic] = dict(zip(SIMPLE, (_count, _average, _sum, _least, _most), strict=True))


class _Distribution:
    """Values in order of size. ends: how often each, with all smaller ones, came."""

    def __init__(self, sample: Sample) -> None:
        if min(sample.weights) == 1 == max(sample.weights):
            self.values = sorted(sample.values)
            self.weights: Sequence[float] = array("d", [1.0]) * len(self.values)
            self.ends: Sequence[float] = range(1, len(self.values) + 1)
        else:
            pairs = sorted(zip(sample.values, sample.weights, strict=True))
            self.values = [value for value, _ in pairs]
            self.weights = [weight for _, weight in pairs]
            self.ends = list(accumulate(self.weights))
        self.count = float(self.ends[-1])

    def rank(self, wanted: float) -> float:
        """The smallest value that, with all smaller ones, came at least ``wanted`` times."""
        index = bisect_left(self.ends, wanted - 1e-9 * max(1.0, wanted))
        return self.values[min(index, len(self.values) - 1)]

    def total(self, first: int, last: int) -> float:
        """The sum of the values with these indices; ``last`` is exclusive."""
        return math.fsum(map(mul, self.values[first:last], self.weights[first:last]))

    def total_between(self, low: float, high: float) -> float:
        """The sum of the values between two ranks; of one that lies across a rank counts the part that is between."""
        first = bisect_right(self.ends, low)
        last = min(bisect_left(self.ends, high), len(self.values) - 1)
        if first >= last:
            return self.values[last] * (high - low)
        edges = self.values[first] * (self.ends[first] - low) + self.values[last] * (high - self.ends[last - 1])
        return self.total(first + 1, last) + edges


def _raw(compute: Callable[[_Distribution], float | None]) -> Statistic:
    """A statistic that needs the values: there is none of statistic sets, nor when a value is negative."""

    def of(sample: Sample) -> float | None:
        if sample.sets or not sample.values or min(sample.values) < 0:
            return None
        return compute(_Distribution(sample))

    return of


def _percentile(share: float) -> Statistic:
    return _raw(lambda distribution: distribution.rank(share / 100 * distribution.count))


def _of_ranks(kind: str, first: float, last: float) -> Statistic:
    """A statistic of the values between two percentages of all values."""

    def compute(distribution: _Distribution) -> float | None:
        count = distribution.count
        low, high = first / 100 * count, last / 100 * count
        if kind == "TC":
            return high - low
        total = distribution.total_between(low, high)
        if kind == "WM":
            return (total + low * distribution.rank(low) + (count - high) * distribution.rank(high)) / count
        return total if kind == "TS" else total / (high - low)

    return _raw(compute)


def _of_values(kind: str, floor: float, ceiling: float) -> Statistic:
    """A statistic of the values above ``floor`` and not above ``ceiling``."""

    def compute(distribution: _Distribution) -> float | None:
        first, last = bisect_right(distribution.values, floor), bisect_right(distribution.values, ceiling)
        below = float(distribution.ends[first - 1]) if first else 0.0
        inside = float(distribution.ends[last - 1]) - below if last > first else 0.0
        match kind:
            case "TC":
                return inside
            case "PR":
                return inside / distribution.count * 100
        total = distribution.total(first, last)
        if kind == "WM":
            edges = (below * floor if below else 0.0), distribution.count - below - inside
            return (total + edges[0] + (edges[1] * ceiling if edges[1] else 0.0)) / distribution.count
        if kind == "TS":
            return total
        return total / inside if inside else None

    return _raw(compute)
