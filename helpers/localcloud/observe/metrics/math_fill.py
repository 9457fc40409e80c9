"""FILL and IF: the two functions of metric math that look at what is missing.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html#using-IF-expressions
"""

from __future__ import annotations

from collections.abc import Sequence

from helpers.localcloud.observe.metrics.math_values import MathError, TimeSeries, Value, Window, same_period


def fill(window: Window, series: TimeSeries, filler: float | TimeSeries | str) -> TimeSeries:
    """A series with a value for each period of the window.

    filler: a constant; a series, whose values are taken where it has some; ``REPEAT`` for the value before; ``LINEAR`` for a line between the values around.
    """
    moments = list(window.moments(series.period))
    known = series.points
    if filler == "REPEAT":
        found = _repeated(moments, known)
    elif filler == "LINEAR":
        found = _interpolated(moments, known)
    elif isinstance(filler, TimeSeries):
        same_period(series, filler)
        found = {moment: filler.points[moment] for moment in moments if moment in filler.points}
    else:
        found = dict.fromkeys(moments, float(filler))
    return TimeSeries(series.period, label=series.label).of({**found, **known})


def _repeated(moments: Sequence[float], known: dict[float, float]) -> dict[float, float]:
    found: dict[float, float] = {}
    last: float | None = None
    for moment in moments:
        last = known.get(moment, last)
        if last is not None:
            found[moment] = last
    return found


def _interpolated(moments: Sequence[float], known: dict[float, float]) -> dict[float, float]:
    found: dict[float, float] = {}
    ends = list(known.items())
    number = 0
    for moment in moments:
        while number < len(ends) and ends[number][0] <= moment:
            number += 1
        if 0 < number < len(ends):
            (before, low), (after, high) = ends[number - 1], ends[number]
            found[moment] = low + (high - low) * (moment - before) / (after - before)
    return found


def choose(condition: Value, branches: Sequence[Value], window: Window) -> Value:
    """IF: for each moment of the condition the first branch, or, where the condition is 0, the second.

    Raises: ``MathError`` for arrays, and for two scalars under a scalar.
    """
    if isinstance(condition, tuple) or any(isinstance(branch, tuple) for branch in branches):
        raise MathError("takes no array of time series")
    if not isinstance(condition, TimeSeries):
        if not any(isinstance(branch, TimeSeries) for branch in branches):
            raise MathError("takes a time series, as its condition or as a value")
        chosen = branches[:1] if condition else branches[1:]
        return chosen[0] if chosen else TimeSeries(window.period)
    same_period(condition, *(branch for branch in branches if isinstance(branch, TimeSeries)))
    found: dict[float, float] = {}
    for moment, value in condition.points.items():
        if value:
            # A missing first branch counts as 0, a missing second one drops the datapoint.
            found[moment] = _at(branches[0], moment, 0.0) or 0.0
        elif len(branches) > 1 and (other := _at(branches[1], moment, None)) is not None:
            found[moment] = other
    return TimeSeries(condition.period, label=condition.label).of(found)


def _at(branch: Value, moment: float, missing: float | None) -> float | None:
    if isinstance(branch, TimeSeries):
        return branch.points.get(moment, missing)
    assert not isinstance(branch, tuple)
    return branch
