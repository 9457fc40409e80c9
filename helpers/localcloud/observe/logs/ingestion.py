"""What follows from log events as they come in: the metrics that they carry, and those that CloudWatch Logs counts about itself.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html
"""

from __future__ import annotations

import time

from helpers.localcloud import metrics
from helpers.localcloud.billing import meter
from helpers.localcloud.observe.logs.chunks import OVERHEAD_BYTES, byte_length
from helpers.localcloud.observe.logs.embedded_metrics import extract
from helpers.localcloud.observe.logs.groups import STANDARD, log_class
from helpers.localcloud.observe.logs.store import LogEvent, LogStore
from helpers.localcloud.observe.metrics.store import store_of as metrics_of

NAMESPACE = "AWS/Logs"
_GB = 1024**3
_UNITS = {
    "IncomingBytes": "Bytes",
    "IncomingLogEvents": "None",
    "EMFParsingErrors": "None",
    "EMFValidationErrors": "None",
}


def listen(store: LogStore) -> None:
    """Follow all events of ``store``."""
    store.listeners.append(lambda group, stream, events: _arrived(store, group, events))


def _arrived(store: LogStore, group: str, events: list[LogEvent]) -> None:
    now = events[0].ingested
    incoming = {
        "IncomingLogEvents": float(len(events)),
        "IncomingBytes": float(sum(byte_length(event.message) + OVERHEAD_BYTES for event in events)),
    }
    for dimensions in ({"LogGroupName": group}, {}):
        metrics.add(store.account, store.region, NAMESPACE, dimensions, incoming, now=now / 1000, units=_UNITS)
    kind = log_class(store.account, store.region, group)
    key = "logs/ingested-gb" if kind == STANDARD else "logs/ingested-infrequent-gb"
    arn = f"arn:aws:logs:{store.region}:{store.account}:log-group:{group}"
    meter.count(store.account, store.region, key, arn, incoming["IncomingBytes"] / _GB)
    carriers = [event for event in events if '"_aws"' in event.message]
    if carriers and kind == STANDARD:
        _embedded(store, group, carriers, now)


def _embedded(store: LogStore, group: str, carriers: list[LogEvent], now: int) -> None:
    errors = {"EMFParsingErrors": 0.0, "EMFValidationErrors": 0.0}
    ahead = now - int(time.time() * 1000)
    for event in carriers:
        found = extract(event.message, now, ahead)
        if found is None:
            continue
        errors["EMFParsingErrors"] += found.parsing_errors
        errors["EMFValidationErrors"] += found.validation_errors
        for one in found.measurements:
            metrics_of(store.account, store.region).put(
                one.key,
                values=one.values,
                counts=[1.0] * len(one.values),
                moment=one.moment,
                unit=one.unit,
                resolution=one.resolution,
            )
    counted = {name: number for name, number in errors.items() if number}
    if counted:
        metrics.add(
            store.account, store.region, NAMESPACE, {"LogGroupName": group}, counted, now=now / 1000, units=_UNITS
        )
