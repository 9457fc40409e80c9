"""CloudWatch metrics under load: many datapoints put, and statistics of all of them."""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.servers import Server, running

NAMESPACE = "Bench"
VALUES = 150
DATA = 250
HOURS = 3


@dataclass(frozen=True)
class Cost:
    """What something took. seconds: of real time. mebibytes: by how much the server's memory grew."""

    seconds: float
    mebibytes: float

    def __str__(self) -> str:
        return f"{self.seconds:.1f} s, {self.mebibytes:.0f} MiB"


def put(server: Server, count: int, metric: str = "Latency") -> Cost:
    """Put ``count`` datapoints of one metric, spread over the last hours, through boto3."""
    before, began = server.memory_mib(), time.perf_counter()
    aws = server.client("cloudwatch")
    for data in _requests(count, metric):
        aws.put_metric_data(Namespace=NAMESPACE, MetricData=data)
    return Cost(time.perf_counter() - began, server.memory_mib() - before)


def query(server: Server, count: int, stat: str, period: int = 60, metric: str = "Latency") -> Cost:
    """Ask for one statistic of all ``count`` datapoints that ``put`` has put.

    Raises: ``AssertionError`` when they are not all there.
    """
    before, began = server.memory_mib(), time.perf_counter()
    _values(server, stat, period, metric)
    cost = Cost(time.perf_counter() - began, server.memory_mib() - before)
    found = sum(_values(server, "SampleCount", period, metric))
    assert found == count, f"{found} of {count} datapoints were found"
    return cost


def _values(server: Server, stat: str, period: int, metric: str) -> list[float]:
    described = {"Namespace": NAMESPACE, "MetricName": metric}
    now = dt.datetime.now(dt.UTC)
    [result] = server.client("cloudwatch").get_metric_data(
        MetricDataQueries=[{"Id": "m1", "MetricStat": {"Metric": described, "Stat": stat, "Period": period}}],
        StartTime=now - dt.timedelta(hours=HOURS + 1),
        EndTime=now + dt.timedelta(minutes=1),
    )["MetricDataResults"]
    return [float(value) for value in result["Values"]]


def _requests(count: int, metric: str) -> Iterator[list[dict[str, Any]]]:
    """As many datapoints as a request may have, in order of time."""
    now = dt.datetime.now(dt.UTC)
    sizes = [VALUES] * (count // VALUES) + ([count % VALUES] if count % VALUES else [])
    step = dt.timedelta(hours=HOURS) / len(sizes)
    data = [
        {
            "MetricName": metric,
            "Timestamp": now - dt.timedelta(hours=HOURS) + step * number,
            "Values": [float((number * 7919 + value * 104_729) % 10_007) for value in range(size)],
            "Unit": "Milliseconds",
        }
        for number, size in enumerate(sizes)
    ]
    for first in range(0, len(data), DATA):
        yield data[first : first + DATA]


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder, running("this course", Path(), Path(folder)) as server:
        cost = put(server, count)
        print(f"{count:,} datapoints put in {cost.seconds:.1f} s, {cost.mebibytes:+.0f} MiB")
        for stat in ("Sum", "p99"):
            cost = query(server, count, stat)
            print(f"{stat} of all of them, by minute: {cost.seconds:.2f} s, {cost.mebibytes:+.0f} MiB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
