"""GetMetricStatistics: statistics of one metric by period, for each unit that its data came with.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Any

from helpers.localcloud.observe.metrics import checks
from helpers.localcloud.observe.metrics.errors import InvalidParameterCombination, InvalidParameterValue
from helpers.localcloud.observe.metrics.periods import first_period, oldest
from helpers.localcloud.observe.metrics.statistics import SIMPLE, Statistic, UnknownStatistic, statistic_named
from helpers.localcloud.observe.metrics.store import MetricKey, MetricStore
from helpers.localcloud.observe.metrics.units import in_order

MOST_DATAPOINTS = 1440
MOST_STATISTICS = 5
MOST_EXTENDED = 10


def get_metric_statistics(store: MetricStore, request: Mapping[str, Any], now: float) -> dict[str, Any]:
    """The answer to a request. request: its parameters, as boto3 takes them. now: seconds since 1970.

    Raises: the errors of ``GetMetricStatistics``.
    """
    for parameter in ("Namespace", "MetricName", "StartTime", "EndTime", "Period"):
        checks.present(request.get(parameter), parameter)
    key = MetricKey(
        checks.namespace(request["Namespace"]),
        checks.text(request["MetricName"], "MetricName"),
        checks.dimensions(request.get("Dimensions"), "Dimensions"),
    )
    start, end = checks.window(request["StartTime"], request["EndTime"])
    period = checks.period(request["Period"], "Period")
    unit = request.get("Unit")
    if unit is not None:
        checks.unit(unit, "Unit")
    simple, extended = _statistics(request)
    anchor = first_period(start, period, now)
    wanted = math.ceil((end - anchor) / period)
    if wanted > MOST_DATAPOINTS:
        raise InvalidParameterCombination(
            f"You have requested up to {wanted:,} datapoints, which exceeds the limit of {MOST_DATAPOINTS:,}. "
            "You may reduce the datapoints requested by increasing Period, or decreasing the time range."
        )
    datapoints: list[dict[str, Any]] = []
    for one in [unit] if unit else in_order(store.units(key)):
        samples = store.periods(key, one, anchor, period, max(anchor, oldest(period, now)), end)
        for begin in sorted(samples):
            sample = samples[begin]
            point: dict[str, Any] = {name: compute(sample) for name, compute in simple.items()}
            known = {name: value for name, compute in extended.items() if (value := compute(sample)) is not None}
            if extended and not known:
                continue
            if known:
                point["ExtendedStatistics"] = known
            moment = dt.datetime.fromtimestamp(begin, dt.UTC)
            datapoints.append({"Timestamp": moment, "Unit": one, **point})
    return {"Label": key.name, "Datapoints": datapoints}


def _statistics(request: Mapping[str, Any]) -> tuple[dict[str, Statistic], dict[str, Statistic]]:
    simple: Sequence[str] = request.get("Statistics") or []
    extended: Sequence[str] = request.get("ExtendedStatistics") or []
    if not simple and not extended:
        raise InvalidParameterCombination("Must specify either Statistics or ExtendedStatistics")
    if simple and extended:
        raise InvalidParameterCombination("Must specify either Statistics or ExtendedStatistics, but not both")
    checks.size(simple, "Statistics", MOST_STATISTICS)
    checks.size(extended, "ExtendedStatistics", MOST_EXTENDED)
    for number, name in enumerate(simple, 1):
        checks.one_of(name, f"Statistics.member.{number}", SIMPLE)
    return (
        {name: statistic_named(name) for name in simple},
        {name: _extended(name, number) for number, name in enumerate(extended, 1)},
    )


def _extended(name: str, number: int) -> Statistic:
    try:
        if name not in SIMPLE:
            return statistic_named(name)
    except UnknownStatistic:
        pass
    raise InvalidParameterValue(f"The value {name} for parameter ExtendedStatistics.member.{number} is not supported.")
