"""The metrics that AWS services put into CloudWatch about themselves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from moto.cloudwatch.models import CloudWatchBackend, cloudwatch_backends


def emit(
    account: str,
    region: str,
    namespace: str,
    dimensions: Mapping[str, str],
    values: Mapping[str, float],
    *,
    now: dt.datetime,
    units: Mapping[str, str] | None = None,
) -> None:
    """Put one datapoint of each metric in ``values``.

    namespace: such as ``AWS/SQS``. dimensions: such as ``{"QueueName": "orders"}``. units: of metrics that are not counts.
    """
    backend: CloudWatchBackend = cloudwatch_backends[account][region]
    named = [{"Name": name, "Value": value} for name, value in dimensions.items()]
    moment = now.astimezone(dt.UTC).replace(tzinfo=None)
    backend.put_metric_data(
        namespace,
        [
            {
                "MetricName": name,
                "Value": value,
                "Unit": (units or {}).get(name, "Count"),
                "Dimensions": named,
                "Timestamp": moment,
            }
            for name, value in values.items()
        ],
    )
