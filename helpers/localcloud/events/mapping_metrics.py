"""The metrics of event source mappings of queues that ask for them (MetricsConfig): how many messages were polled, filtered, invoked with and deleted.

On AWS an empty poll counts 0; here nothing polls an empty queue.
Source: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html#event-source-mapping-metrics
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from helpers.localcloud.arns import account_of, region_of
from helpers.localcloud.compute.errors import Validation
from helpers.localcloud.metrics import add

EVENT_COUNT = "EventCount"


def check_metrics(mapping: Mapping[str, Any]) -> None:
    """Accept MetricsConfig of a mapping.

    Raises: ``Validation``.
    """
    for kind in (mapping.get("MetricsConfig") or {}).get("Metrics") or []:
        if kind != EVENT_COUNT:
            raise Validation(
                f"[{kind}]",
                "metricsConfig.metrics",
                f"Member must satisfy constraint: [Member must satisfy enum value set: [{EVENT_COUNT}]]",
            )


def counts_events(mapping: Mapping[str, Any]) -> bool:
    """Whether a mapping asks for its metrics."""
    return EVENT_COUNT in ((mapping.get("MetricsConfig") or {}).get("Metrics") or [])


def count_events(function_arn: str, mapping_id: str | None, now: float, name: str, events: int) -> None:
    """Add ``events`` to a metric of a mapping. mapping_id: nothing when it asks for no metrics. now: seconds since 1970."""
    if mapping_id is None or not events:
        return
    account, region = account_of(function_arn), region_of(function_arn)
    dimensions = {"EventSourceMappingUUID": mapping_id}
    add(account, region, "AWS/Lambda", dimensions, {f"{name}EventCount": float(events)}, now=now)
