"""What CloudWatch has of one metric, whenever it came: other tests may have moved the server's clock."""

from __future__ import annotations

import datetime as dt
from typing import Any

_DAYS = 7300


def points(cloudwatch: Any, namespace: str, name: str, statistic: str, dimensions: dict[str, str]) -> list[float]:
    """One statistic of a metric over all time: one value, or none."""
    now = dt.datetime.now(dt.UTC) + dt.timedelta(days=_DAYS / 2)
    found = cloudwatch.get_metric_statistics(
        Namespace=namespace,
        MetricName=name,
        Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
        StartTime=now - dt.timedelta(days=_DAYS),
        EndTime=now,
        Period=86400 * _DAYS,
        Statistics=[statistic],
    )["Datapoints"]
    return [float(point[statistic]) for point in found]
