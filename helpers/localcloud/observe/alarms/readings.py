"""What the metrics have for an alarm: the datapoints of its evaluation range, and where the smallest periods with data are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from moto.cloudwatch.exceptions import CloudWatchException

from helpers.localcloud.observe.alarms.evaluation import Point
from helpers.localcloud.observe.alarms.metric_queries import is_restless, metric_stats, watched
from helpers.localcloud.observe.alarms.missing_data import evaluation_range
from helpers.localcloud.observe.alarms.states import Alarm, Criteria
from helpers.localcloud.observe.metrics import queries
from helpers.localcloud.observe.metrics.store import MetricKey

_AHEAD = 2 * 3_600 + 60  # datapoints can be dated two hours ahead


@dataclass(frozen=True, slots=True)
class Reading:
    """points: oldest first. buckets: the starts of the periods of ``width`` seconds that have data. failure: why an expression could not be computed.
    restless: it may be another one in a minute, without any data.
    """

    points: list[Point]
    buckets: set[float]
    width: int
    failure: str | None = None
    restless: bool = False


def read(alarm: Alarm, criteria: Criteria, at: float) -> Reading:
    """The evaluation range of a metric alarm that ends at ``at`` (seconds since 1970)."""
    periods = evaluation_range(criteria.periods)
    start = at - periods * criteria.period
    moments = [start + number * criteria.period for number in range(periods)]
    width = {10: 10, 60: 60, 3_600: 300}[criteria.cadence]
    buckets: set[float] = set()
    for key, unit in keys_of(alarm.config):
        ahead = at + _AHEAD - _AHEAD % width
        buckets |= set(
            queries.statistic(alarm.account, alarm.region, key, "SampleCount", width, start, ahead, unit, sliding=True)
        )
    asked = alarm.config.get("Metrics")
    if not asked and not any(moment < at for moment in buckets):
        return Reading([Point(moment, None) for moment in moments], buckets, width)
    samples: Mapping[float, float] = {}
    failure = None
    if asked:
        try:
            series = queries.evaluate(alarm.account, alarm.region, asked, start, at, sliding=True)
            values = series.get(watched(asked)["Id"], {})
        except CloudWatchException as wrong:
            values, failure = {}, wrong.message
    else:
        key, unit = next(keys_of(alarm.config))
        values, samples = (
            queries.statistic(alarm.account, alarm.region, key, stat, criteria.period, start, at, unit, sliding=True)
            for stat in (str(criteria.statistic), "SampleCount")
        )
    points = [Point(moment, values.get(moment), samples.get(moment)) for moment in moments]
    return Reading(points, buckets, width, failure, is_restless(asked or []))


def keys_of(config: Mapping[str, Any]) -> Iterator[tuple[MetricKey, str | None]]:
    """The metrics that an alarm depends on, each with the unit that it asks for."""
    if not config.get("Metrics"):
        yield _key(config), config.get("Unit")
        return
    for stat in metric_stats(config["Metrics"]):
        yield _key(stat["Metric"]), stat.get("Unit")


def _key(metric: Mapping[str, Any]) -> MetricKey:
    dimensions = sorted((str(one["Name"]), str(one["Value"])) for one in metric.get("Dimensions") or [])
    return MetricKey(str(metric["Namespace"]), str(metric["MetricName"]), tuple(dimensions))
