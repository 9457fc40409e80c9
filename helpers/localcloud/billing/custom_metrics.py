"""Custom metrics on the bill: each that gets data in an hour is there for this hour of the month.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_billing.html
"""

from __future__ import annotations

import calendar
import datetime as dt
import threading

from helpers.localcloud.billing import meter
from helpers.localcloud.observe.metrics.store import MetricKey, MetricStore, made

_lock = threading.Lock()


def install() -> None:
    """Follow all metric stores from now on."""
    if _follow not in made:
        made.append(_follow)


def _follow(account: str, region: str, store: MetricStore) -> None:
    seen: set[MetricKey] = set()
    hour = [-1]

    def arrived(key: MetricKey, moment: float) -> None:
        if key.namespace.startswith("AWS/") or not meter.clocks:
            return
        now = meter.clocks[-1]()
        with _lock:
            if int(now // meter.HOUR) != hour[0]:
                hour[0] = int(now // meter.HOUR)
                seen.clear()
            if key in seen:
                return
            seen.add(key)
        day = dt.datetime.fromtimestamp(now, dt.UTC)
        share = 1 / (24 * calendar.monthrange(day.year, day.month)[1])
        meter.count(account, region, "cloudwatch/metric-months", "", share)

    store.listeners.append(arrived)
