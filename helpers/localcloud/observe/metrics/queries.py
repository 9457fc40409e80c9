"""What can be asked of metrics: one statistic by period, and queries with metric math.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from helpers.localcloud.observe import context
from helpers.localcloud.observe.metrics.data_queries import MetricStat, Query, read
from helpers.localcloud.observe.metrics.errors import ValidationError
from helpers.localcloud.observe.metrics.math_values import Array, Budget, MathError, TimeSeries, Value, Window
from helpers.localcloud.observe.metrics.periods import first_period, is_period, oldest
from helpers.localcloud.observe.metrics.statistics import UnknownStatistic, statistic_named
from helpers.localcloud.observe.metrics.store import MetricKey, MetricStore, gather
from helpers.localcloud.observe.metrics.units import in_order

_DEFAULT_PERIOD = 60
_MOST_SEARCHES = 100


def statistic(
    account: str,
    region: str,
    key: MetricKey,
    stat: str,
    period: int,
    start: float,
    end: float,
    unit: str | None = None,
    *,
    sliding: bool = False,
) -> dict[float, float]:
    """One statistic of one metric: the start of each period that has data (seconds since 1970), and the value, in order of time.

    stat: as AWS writes it: ``Sum``, ``p99``, ``tm90``, ``IQM``, ``PR(:300)``. period: seconds. start, end: seconds since 1970; start is rounded down to a minute,
    or to the period if that is shorter; end is exclusive. unit: only data that was put with it; without one, the first unit in CloudWatch's list that has data.
    sliding: periods are counted from ``start`` itself, as alarms do.
    Raises: ``UnknownStatistic``.
    """
    asked = MetricStat(key, stat, period, unit)
    now = context().clock.timestamp()
    anchor = start if sliding else first_period(start, period, now)
    return _statistic(gather(account, region), asked, anchor, end, now)


def evaluate(
    account: str, region: str, queries: Sequence[Mapping[str, Any]], start: float, end: float, *, sliding: bool = False
) -> dict[str, dict[float, float]]:
    """The series of each query, by its id. queries: as boto3 takes ``MetricDataQueries``, metric math included.

    sliding: periods are counted from ``start`` itself, as alarms do.
    An array of time series has no place here: it may be in between, when its query has ``ReturnData`` false.
    Raises: the errors of ``GetMetricData``.
    """
    found: dict[str, dict[float, float]] = {}
    for answer in answers(account, region, read(queries, account), start, end, sliding=sliding):
        if isinstance(answer.value, TimeSeries):
            found[answer.query.id] = answer.value.points
        elif answer.query.returned:
            raise ValidationError(f"The expression '{answer.query.id}' must return a single time series.")
    return found


def check(
    account: str, region: str, queries: Sequence[Mapping[str, Any]], parameter: str = "MetricDataQueries"
) -> set[str]:
    """Refuse queries that could never be computed, without a look at any data; the ids of those that make arrays of time series.

    parameter: how messages name the list.
    Raises: the errors of ``GetMetricData``.
    """
    found = answers(account, region, read(queries, account, parameter), 0.0, 0.0)
    return {answer.query.id for answer in found if isinstance(answer.value, tuple)}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query has found."""

    query: Query
    value: TimeSeries | Array


def answers(
    account: str, region: str, queries: Sequence[Query], start: float, end: float, *, sliding: bool = False
) -> list[Answer]:
    """What each query has found, in the order of the queries.

    Raises: ``ValidationError`` for expressions that cannot be computed.
    """
    run = _Run(gather(account, region), queries, start, end, sliding)
    try:
        return [Answer(query, run.value(query)) for query in queries]
    except MathError as error:
        raise ValidationError(str(error)) from None


def _statistic(store: MetricStore, asked: MetricStat, anchor: float, end: float, now: float) -> dict[float, float]:
    compute = statistic_named(asked.stat)
    first = max(anchor, oldest(asked.period, now))
    for unit in [asked.unit] if asked.unit else in_order(store.units(asked.key)):
        samples = store.periods(asked.key, unit, anchor, asked.period, first, end)
        if samples:
            values = ((begin, compute(samples[begin])) for begin in sorted(samples))
            return {begin: value for begin, value in values if value is not None}
    return {}


class _Run:
    """The queries of one request while they are computed; each of them once."""

    def __init__(self, store: MetricStore, queries: Sequence[Query], start: float, end: float, sliding: bool) -> None:
        self._store = store
        self._queries = {query.id: query for query in queries}
        period = min((query.metric.period for query in queries if query.metric), default=_DEFAULT_PERIOD)
        self._window = Window(start, end, context().clock.timestamp(), period, Budget(), sliding)
        self._values: dict[str, TimeSeries | Array] = {}
        self._open: list[str] = []
        self._searches = 0

    def value(self, query: Query) -> TimeSeries | Array:
        found = self._values.get(query.id)
        if found is None:
            if query.id in self._open:
                raise MathError(f"Circular dependency: {' -> '.join([*self._open, query.id])}")
            self._open.append(query.id)
            found = self._values[query.id] = self._series(query.metric) if query.metric else self._computed(query)
            self._open.pop()
        return found

    def _series(self, asked: MetricStat) -> TimeSeries:
        window = self._window
        points = _statistic(self._store, asked, window.first(asked.period), window.end, window.now)
        window.budget.spend(len(points))
        return TimeSeries(asked.period, points, asked.key.name, asked)

    def _computed(self, query: Query) -> TimeSeries | Array:
        from helpers.localcloud.observe.metrics.expressions import Expression  # brings the parser, at first use

        assert query.expression is not None
        window = replace(self._window, period=query.period or self._window.period)
        value = Expression(query.id, query.expression, window, self._named, self._metrics, self._found).value()
        for one in value if isinstance(value, tuple) else (value,):
            window.budget.spend(len(one.points))
            if query.period and one.period != query.period:
                raise ValidationError(
                    f"Error in expression '{query.id}': The local cloud does not change the period of a result: "
                    f"it has {one.period} seconds, not {query.period}"
                )
        return value

    def _named(self, name: str) -> Value:
        query = self._queries.get(name)
        if query is None:
            raise MathError(f"ID '{name}' not found")
        return self.value(query)

    def _metrics(self, part: str) -> Array:
        found = (self._series_of(query) for query in self._queries.values() if query.metric and part in query.id)
        return tuple(found)

    def _series_of(self, query: Query) -> TimeSeries:
        value = self.value(query)
        assert isinstance(value, TimeSeries)
        return value

    def _found(self, search: str, stat: str, period: int) -> Array:
        from helpers.localcloud.observe.metrics.search import matches

        self._searches += 1
        if self._searches > _MOST_SEARCHES:
            raise MathError(f"may stand {_MOST_SEARCHES} times in a request")
        if not is_period(period):
            raise MathError(f"takes a period of 1, 5, 10, 20 or 30 seconds or a multiple of 60, not {period}")
        try:
            statistic_named(stat)
        except UnknownStatistic:
            raise MathError(f"takes a statistic, not '{stat}'") from None
        found = matches(search, self._store.keys())
        return tuple(self._series(MetricStat(key, stat, period)) for key in found)
