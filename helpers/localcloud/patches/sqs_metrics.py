"""moto.cloudwatch: what queues and topics have counted is there when somebody looks."""

from __future__ import annotations

from typing import Any

from moto.cloudwatch.models import CloudWatchBackend, MetricDatumBase, cloudwatch_backends

from helpers.localcloud import metrics
from helpers.localcloud.events.queue_store import QueueStore
from helpers.localcloud.events.queues import stores_of
from helpers.localcloud.patches import patch


@patch(
    "moto.cloudwatch.models:CloudWatchBackend.get_all_metrics",
    why="queues and topics tell their metrics when they are read, not message by message",
)
def _get_all_metrics(original: Any, self: CloudWatchBackend) -> list[MetricDatumBase]:
    for store in stores_of(self.account_id):
        if store.region == self.region_name:
            hand_over(store)
    metrics.hand_over(self)
    return original(self)  # type: ignore[no-any-return]


def hand_over(store: QueueStore) -> None:
    """Give CloudWatch what a queue has counted since the last time."""
    data = store.metrics()
    if data:
        backend: CloudWatchBackend = cloudwatch_backends[store.account][store.region]
        backend.put_metric_data("AWS/SQS", data)
