"""moto.cloudwatch: statistics are of one metric, and its dimensions are part of its name."""

from __future__ import annotations

from typing import Any

from moto.cloudwatch.models import MetricDatumBase

from helpers.localcloud.patches import patch


@patch(
    "moto.cloudwatch.models:MetricDatumBase.filter",
    why="moto adds up the statistics of every metric that has the asked dimensions among others; on AWS they have to be all",
)
def _filter(
    original: Any,
    self: MetricDatumBase,
    namespace: str | None,
    name: str | None,
    dimensions: list[dict[str, str]],
    already_present_metrics: list[MetricDatumBase] | None = None,
) -> bool:
    """Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html"""
    of_statistics = namespace is None and name is None and already_present_metrics is None
    if of_statistics and dimensions and len(dimensions) != len(self.dimensions):
        return False
    return bool(original(self, namespace, name, dimensions, already_present_metrics))
