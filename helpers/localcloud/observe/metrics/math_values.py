"""What metric math computes with: scalars, time series and arrays of them.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from helpers.localcloud.observe.metrics.data_queries import MetricStat
from helpers.localcloud.observe.metrics.periods import first_period

MOST_DATAPOINTS = 100_800
MOST_IN_ALL = 1_000_000
Number = Callable[[float, float], float]


class MathError(ValueError):
    """An expression cannot be computed: its words, without place and id."""


@dataclass(frozen=True, slots=True)
class TimeSeries:
    """Values by the beginning of their period, in order of time. metric: what they are of, unless they were computed."""

    period: int
    points: dict[float, float] = field(default_factory=dict)
    label: str = ""
    metric: MetricStat | None = None

    def of(self, points: dict[float, float]) -> TimeSeries:
        """Other values in the place of these; those that are no finite numbers are dropped."""
        kept = {moment: float(points[moment]) for moment in sorted(points) if math.isfinite(points[moment])}
        return replace(self, points=kept)

    def map(self, function: Callable[[float], float]) -> TimeSeries:
        """Each value through a function."""
        return self.of({moment: guarded(function, value) for moment, value in self.points.items()})


Array = tuple[TimeSeries, ...]
Value = float | TimeSeries | Array


class Budget:
    """How many datapoints one request may still have in memory."""

    def __init__(self, left: int = MOST_IN_ALL) -> None:
        self._left = left

    def spend(self, count: int) -> None:
        """Take so many datapoints.

        Raises: ``MathError`` when there are not so many left.
        """
        self._left -= count
        if self._left < 0:
            raise MathError(
                f"The local cloud computes at most {MOST_IN_ALL} datapoints for one request: ask for less at once"
            )


@dataclass(frozen=True, slots=True)
class Window:
    """What a request asks for. start, end, now: seconds since 1970. period: of series that an expression makes up. sliding: periods are counted from ``start``."""

    start: float
    end: float
    now: float
    period: int
    budget: Budget = field(default_factory=Budget)
    sliding: bool = False

    def first(self, period: int) -> float:
        """Where the first period begins."""
        return self.start if self.sliding else first_period(self.start, period, self.now)

    def moments(self, period: int) -> Iterator[float]:
        """The beginnings of all periods of the window.

        Raises: ``MathError`` when they are more than a request may have datapoints.
        """
        moment = self.first(period)
        if (self.end - moment) / period > MOST_DATAPOINTS:
            raise MathError(
                f"makes more than {MOST_DATAPOINTS} datapoints: shorten the time range or lengthen the period"
            )
        while moment < self.end:
            yield moment
            moment += period


def guarded(function: Callable[..., float], *arguments: float) -> float:
    """The function's answer; no number where there is none, as for the logarithm of 0."""
    try:
        answer = function(*arguments)
    except (ArithmeticError, ValueError):
        return math.nan
    return answer if isinstance(answer, float | int) else math.nan


def combine(function: Number, left: Value, right: Value, *, arrays: bool = True) -> Value:
    """Apply an operator. Where only one of two series has a value, the other counts as 0.

    arrays: whether the operator takes arrays of time series.
    Raises: ``MathError`` for what does not go together.
    """
    if isinstance(left, tuple) or isinstance(right, tuple):
        if not arrays:
            raise MathError("the operator takes no array of time series")
        if isinstance(left, tuple) and isinstance(right, tuple):
            raise MathError("the operator takes no two arrays of time series")
        if isinstance(left, tuple):
            return tuple(_combine_series(function, one, _single(right)) for one in left)
        return tuple(_combine_series(function, _single(left), one) for one in _array(right))
    if isinstance(left, TimeSeries) or isinstance(right, TimeSeries):
        return _combine_series(function, left, right)
    return guarded(function, left, right)


def _combine_series(function: Number, left: float | TimeSeries, right: float | TimeSeries) -> TimeSeries:
    if isinstance(left, TimeSeries) and isinstance(right, TimeSeries):
        same_period(left, right)
        moments = left.points.keys() | right.points.keys()
        found = {
            moment: guarded(function, left.points.get(moment, 0.0), right.points.get(moment, 0.0)) for moment in moments
        }
        return replace(left, metric=None).of(found)
    if isinstance(left, TimeSeries):
        constant = right
        assert not isinstance(constant, TimeSeries)
        return replace(left.map(lambda value: function(value, constant)), metric=None)
    assert isinstance(right, TimeSeries)
    factor = left
    return replace(right.map(lambda value: function(factor, value)), metric=None)


def same_period(*series: TimeSeries) -> int:
    """The period that all series have.

    Raises: ``MathError`` when they differ.
    """
    periods = {one.period for one in series}
    if len(periods) > 1:
        listed = " and ".join(str(period) for period in sorted(periods))
        raise MathError(f"the local cloud combines only time series of one period, not of {listed} seconds")
    return periods.pop()


def _single(value: Value) -> float | TimeSeries:
    assert not isinstance(value, tuple)
    return value


def _array(value: Value) -> Array:
    assert isinstance(value, tuple)
    return value
