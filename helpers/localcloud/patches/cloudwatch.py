"""moto.cloudwatch: a metric is one only with all of its dimensions."""

from __future__ import annotations

from typing import Any

from moto.cloudwatch.models import MetricDatumBase

from helpers.localcloud.patches import patch


@patch(
    "moto.cloudwatch.models:MetricDatumBase.filter",
    why="GetMetricStatistics, which alone asks by dimensions only, adds up metrics that have further dimensions",
)
def _filter(
    original: Any,
    self: MetricDatumBase,
    namespace: str | None,
    name: str | None,
    dimensions: list[dict[str, str]],
    already_present_metrics: list[MetricDatumBase] | None = None,
) -> bool:
    found = bool(original(self, namespace, name, dimensions, already_present_metrics))
    exact = namespace is None and name is None and bool(dimensions)
    return found and (not exact or len(self.dimensions) == len(dimensions))
