"""The metrics that AWS services put into CloudWatch about themselves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache

from helpers.localcloud.observe.metrics.store import MetricKey, store_of

_NO_UNITS: Mapping[str, str] = {}


@lru_cache(maxsize=4096)
def key_of(namespace: str, name: str, dimensions: tuple[tuple[str, str], ...]) -> MetricKey:
    """The metric with these dimensions, in whatever order they stand."""
    return MetricKey(namespace, name, tuple(sorted(dimensions)))


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
    """Count one sample of each metric in ``values``, for what happens with every message: the samples of a minute become one statistic set.

    now: virtual time in seconds since 1970. Otherwise as ``emit``.
    """
    store = store_of(account, region)
    store.record(namespace, tuple(dimensions.items()), values, units or _NO_UNITS, now, counted=True)


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
    """Put one datapoint of each metric in ``values``; percentiles are taken from them.

    namespace: such as ``AWS/SQS``. dimensions: such as ``{"QueueName": "orders"}``. units: of metrics that are not counts.
    """
    store = store_of(account, region)
    store.record(namespace, tuple(dimensions.items()), values, units or _NO_UNITS, now.timestamp())
