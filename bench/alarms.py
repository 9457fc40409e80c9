"""Alarms in numbers: a thousand of them on metrics that get data, evaluated in the server's own process."""

from __future__ import annotations

import statistics
import time
from typing import Any

import boto3

from helpers.localcloud.observe.metrics.store import MetricKey, store_of
from helpers.localcloud.server import LocalCloud
from helpers.localcloud.travel import travel

ACCOUNT, REGION = "111122223333", "us-east-1"


def evaluations(count: int, rounds: int) -> float:
    """Median milliseconds for one evaluation among ``count`` alarms that are all due at the end of a minute, over ``rounds`` minutes."""
    cloud = LocalCloud()
    cloud.start()
    try:
        client = _client(cloud.context.endpoint_url)
        for number in range(count):
            _put(client, number)
        travel(cloud.context, 60)
        return statistics.median(_minute(cloud, count) for _ in range(rounds)) / count * 1000
    finally:
        cloud.close()


def _minute(cloud: LocalCloud, count: int) -> float:
    """Seconds that a minute takes in which every alarm gets one datapoint."""
    store, now = store_of(ACCOUNT, REGION), cloud.context.clock.timestamp()
    for number in range(count):
        store.put(MetricKey("Bench", "Errors", (("Function", f"f{number}"),)), moment=now, value=float(number % 2))
    begin = time.perf_counter()
    travel(cloud.context, 60)
    return time.perf_counter() - begin


def _client(endpoint_url: str) -> Any:
    return boto3.client(
        "cloudwatch",
        endpoint_url=endpoint_url,
        region_name=REGION,
        aws_access_key_id=ACCOUNT,
        aws_secret_access_key="bench",
    )


def _put(client: Any, number: int) -> None:
    client.put_metric_alarm(
        AlarmName=f"errors-{number}",
        Namespace="Bench",
        MetricName="Errors",
        Dimensions=[{"Name": "Function", "Value": f"f{number}"}],
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=3,
        DatapointsToAlarm=2,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
    )


if __name__ == "__main__":
    print(f"{evaluations(1_000, 20):.3f} ms for one evaluation, 1,000 alarms")
