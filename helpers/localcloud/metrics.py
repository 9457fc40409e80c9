"""The metrics that AWS services put into CloudWatch about themselves."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Mapping
from dataclasses import dataclass

from moto.cloudwatch.models import CloudWatchBackend, cloudwatch_backends

_MINUTE = 60
_MOST_SUMS = 5_000
_lock = threading.Lock()


@dataclass
class _Sum:
    """Samples of one metric in one minute. first: when the first of them was, in seconds since 1970."""

    first: float
    samples: int
    total: float
    least: float
    most: float


_Key = tuple[str, str, tuple[tuple[str, str], ...], str, int]  # namespace, name, dimensions, unit, minute


def add(
    account: str,
    region: str,
    namespace: str,
    dimensions: Mapping[str, str],
    values: Mapping[str, float],
    *,
    now: float,
    units: Mapping[str, str] | None = None,
) -> None:
    """Count one sample of each metric in ``values``, for what happens with every message; CloudWatch gets the sums of each minute when it is read.

    now: virtual time in seconds since 1970. Otherwise as ``emit``.
    """
    sums = _sums_of(cloudwatch_backends[account][region])
    named = tuple(dimensions.items())
    with _lock:
        for name, value in values.items():
            key = namespace, name, named, (units or {}).get(name, "Count"), int(now // _MINUTE)
            known = sums.get(key)
            if known is None:
                if len(sums) >= _MOST_SUMS:
                    del sums[next(iter(sums))]
                sums[key] = _Sum(now, 1, value, value, value)
                continue
            known.samples += 1
            known.total += value
            known.least = min(known.least, value)
            known.most = max(known.most, value)


def hand_over(backend: CloudWatchBackend) -> None:
    """Give CloudWatch what ``add`` has counted since the last time."""
    sums = _sums_of(backend)
    with _lock:
        taken = dict(sums)
        sums.clear()
    for (namespace, name, dimensions, unit, _), one in taken.items():
        datum = {
            "MetricName": name,
            "Unit": unit,
            "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions],
            "Timestamp": dt.datetime.fromtimestamp(one.first, dt.UTC).replace(tzinfo=None),
            "StatisticValues": {
                "SampleCount": one.samples,
                "Sum": one.total,
                "Minimum": one.least,
                "Maximum": one.most,
            },
        }
        backend.put_metric_data(namespace, [datum])


def _sums_of(backend: CloudWatchBackend) -> dict[_Key, _Sum]:
    """They stand on moto's own object, which is emptied with its account."""
    sums: dict[_Key, _Sum] = backend.__dict__.setdefault("_localcloud_sums", {})
    return sums


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
