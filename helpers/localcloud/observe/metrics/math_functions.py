"""The functions of metric math.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html#metric-math-syntax-functions-list
"""

from __future__ import annotations

import datetime as dt
import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise

from helpers.localcloud.observe.metrics.math_fill import fill
from helpers.localcloud.observe.metrics.math_values import Array, MathError, TimeSeries, Value, Window, same_period

Function = Callable[[Window, Sequence["Argument"]], Value]
Argument = Value | str  # words such as DESC come as text


def _arity(arguments: Sequence[Argument], least: int, most: int | None = None) -> None:
    if not least <= len(arguments) <= (most or least):
        wanted = str(least) if most in (None, least) else f"{least} to {most}"
        raise MathError(f"takes {wanted} argument{'' if wanted == '1' else 's'}, not {len(arguments)}")


def _series(argument: Argument) -> TimeSeries:
    if not isinstance(argument, TimeSeries):
        raise MathError("takes a time series")
    return argument


def _array(argument: Argument) -> Array:
    if not isinstance(argument, tuple):
        raise MathError("takes an array of time series")
    return argument


def _scalar(argument: Argument) -> float:
    if not isinstance(argument, float):
        raise MathError("takes a scalar")
    return argument


def _each(change: Callable[[TimeSeries], TimeSeries]) -> Function:
    """A function of one series that takes an array as well, series by series."""

    def function(window: Window, arguments: Sequence[Argument]) -> Value:
        _arity(arguments, 1)
        if isinstance(arguments[0], tuple):
            return tuple(replace(change(one), metric=None) for one in arguments[0])
        return replace(change(_series(arguments[0])), metric=None)

    return function


def _aggregate(compute: Callable[[Sequence[float]], float], *, missing: float | None = None) -> Function:
    """A scalar of one series, or one series of an array: of the values at each moment. missing: what counts where a series has none."""

    def function(window: Window, arguments: Sequence[Argument]) -> Value:
        _arity(arguments, 1)
        argument = arguments[0]
        if not isinstance(argument, tuple):
            values = list(_series(argument).points.values())
            return float(compute(values)) if values else math.nan
        return across(window, argument, compute, missing)

    return function


def across(
    window: Window, array: Array, compute: Callable[[Sequence[float]], float], missing: float | None = None
) -> TimeSeries:
    """One series of an array: what is computed of the values at each moment."""
    if not array:
        return TimeSeries(window.period)
    period = same_period(*array)
    at: dict[float, list[float]] = {}
    for one in array:
        for moment, value in one.points.items():
            at.setdefault(moment, []).append(value)
    if missing is not None:
        for values in at.values():
            values.extend([missing] * (len(array) - len(values)))
    return TimeSeries(period).of({moment: compute(values) for moment, values in at.items()})


def _count(window: Window, arguments: Sequence[Argument]) -> Value:
    _arity(arguments, 1)
    argument = arguments[0]
    return across(window, argument, len) if isinstance(argument, tuple) else float(len(_series(argument).points))


def _steps(compute: Callable[[float, float], float]) -> Callable[[TimeSeries], TimeSeries]:
    """What is computed of each value's distance from the one before, and of the seconds between them."""

    def change(series: TimeSeries) -> TimeSeries:
        pairs = pairwise(series.points.items())
        return series.of({later: compute(new - old, later - earlier) for (earlier, old), (later, new) in pairs})

    return change


def _running_sum(series: TimeSeries) -> TimeSeries:
    return series.of(dict(zip(series.points, accumulate(series.points.values()), strict=True)))


def _part_of_time(part: Callable[[dt.datetime], float]) -> Function:
    def function(window: Window, arguments: Sequence[Argument]) -> Value:
        _arity(arguments, 1)
        series = _series(arguments[0])
        moments = window.moments(series.period)
        points = {moment: float(part(dt.datetime.fromtimestamp(moment, dt.UTC))) for moment in moments}
        return TimeSeries(series.period).of(points)

    return function


def _period(window: Window, arguments: Sequence[Argument]) -> Value:
    _arity(arguments, 1)
    series = _series(arguments[0])
    if series.metric is None:
        raise MathError("takes a metric, not the result of an expression")
    return float(series.period)


def _time_series(window: Window, arguments: Sequence[Argument]) -> Value:
    _arity(arguments, 1)
    constant = _scalar(arguments[0])
    return TimeSeries(window.period).of(dict.fromkeys(window.moments(window.period), constant))


def _fill(window: Window, arguments: Sequence[Argument]) -> Value:
    _arity(arguments, 2)
    series, filler = arguments
    if isinstance(filler, tuple) or (isinstance(filler, str) and filler not in ("REPEAT", "LINEAR")):
        raise MathError("fills with a scalar, a time series, REPEAT or LINEAR")
    if isinstance(series, tuple):
        return tuple(fill(window, one, filler) for one in series)
    return fill(window, _series(series), filler)


_SORTED_BY: dict[str, Callable[[Iterable[float]], float]] = {
    "AVG": lambda values: statistics.fmean(list(values)),
    "MIN": min,
    "MAX": max,
    "SUM": math.fsum,
}


def _sort(window: Window, arguments: Sequence[Argument]) -> Value:
    _arity(arguments, 3, 4)
    array, by, order = _array(arguments[0]), arguments[1], arguments[2]
    if by not in _SORTED_BY or order not in ("ASC", "DESC"):
        raise MathError("sorts by AVG, MIN, MAX or SUM, and in the order ASC or DESC")
    measure, down = _SORTED_BY[str(by)], order == "DESC"
    full = sorted((one for one in array if one.points), key=lambda one: measure(one.points.values()), reverse=down)
    found = (*full, *(one for one in array if not one.points))
    return found[: _index(arguments[3])] if len(arguments) == 4 else found


def _slice(window: Window, arguments: Sequence[Argument]) -> Value:
    _arity(arguments, 2, 3)
    array = _array(arguments[0])
    return array[_index(arguments[1]) : _index(arguments[2]) if len(arguments) == 3 else None]


def _index(argument: Argument) -> int:
    number = _scalar(argument)
    if not math.isfinite(number) or number < 0 or number != int(number):
        raise MathError("counts time series with whole numbers from 0")
    return int(number)


def _pick(index: int) -> Function:
    def function(window: Window, arguments: Sequence[Argument]) -> Value:
        _arity(arguments, 1)
        array = _array(arguments[0])
        return array[index] if array else TimeSeries(window.period)

    return function


def _metric_count(window: Window, arguments: Sequence[Argument]) -> Value:
    _arity(arguments, 1)
    return float(len(_array(arguments[0])))


def _remove_empty(window: Window, arguments: Sequence[Argument]) -> Value:
    _arity(arguments, 1)
    return tuple(one for one in _array(arguments[0]) if one.points)


FUNCTIONS: dict[str, Function] = {
    "ABS": _each(lambda series: series.map(abs)),
    "AVG": _aggregate(statistics.fmean, missing=0.0),
    "CEIL": _each(lambda series: series.map(math.ceil)),
    "DATAPOINT_COUNT": _count,
    "DATE": _part_of_time(lambda moment: moment.day),
    "DAY": _part_of_time(lambda moment: moment.isoweekday()),
    "DIFF": _each(_steps(lambda difference, seconds: difference)),
    "DIFF_TIME": _each(_steps(lambda difference, seconds: seconds)),
    "EPOCH": _part_of_time(lambda moment: moment.timestamp()),
    "FILL": _fill,
    "FIRST": _pick(0),
    "FLOOR": _each(lambda series: series.map(math.floor)),
    "HOUR": _part_of_time(lambda moment: moment.hour),
    "LAST": _pick(-1),
    "LOG": _each(lambda series: series.map(math.log)),
    "LOG10": _each(lambda series: series.map(math.log10)),
    "MAX": _aggregate(max),
    "METRIC_COUNT": _metric_count,
    "MIN": _aggregate(min),
    "MINUTE": _part_of_time(lambda moment: moment.minute),
    "MONTH": _part_of_time(lambda moment: moment.month),
    "PERIOD": _period,
    "RATE": _each(_steps(lambda difference, seconds: difference / seconds)),
    "REMOVE_EMPTY": _remove_empty,
    "RUNNING_SUM": _each(_running_sum),
    "SLICE": _slice,
    "SORT": _sort,
    "STDDEV": _aggregate(statistics.pstdev),
    "SUM": _aggregate(math.fsum),
    "TIME_SERIES": _time_series,
    "YEAR": _part_of_time(lambda moment: moment.year),
}
