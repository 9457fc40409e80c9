"""The AWS/Lambda metrics of an invocation, put into CloudWatch as Lambda puts them.

Source: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
"""

from __future__ import annotations

import datetime as dt

from moto.cloudwatch.models import CloudWatchBackend, cloudwatch_backends

_UNITS = {"Duration": "Milliseconds"}


def emit(account: str, region: str, function: str, now: dt.datetime, values: dict[str, float]) -> None:
    """Put one datapoint of each metric in ``values``, with the dimension FunctionName."""
    backend: CloudWatchBackend = cloudwatch_backends[account][region]
    dimensions = [{"Name": "FunctionName", "Value": function}]
    moment = now.replace(tzinfo=None)
    backend.put_metric_data(
        "AWS/Lambda",
        [
            {
                "MetricName": name,
                "Value": value,
                "Unit": _UNITS.get(name, "Count"),
                "Dimensions": dimensions,
                "Timestamp": moment,
            }
            for name, value in values.items()
        ],
    )
