"""What is noted of a topic's messages: their way in the ledger, the metrics of AWS/SNS, and what they cost.

https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html and https://aws.amazon.com/sns/pricing/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from moto.sns.models import Subscription, Topic

from helpers.localcloud.arns import region_of
from helpers.localcloud.billing import meter
from helpers.localcloud.events.topic_envelopes import Publication
from helpers.localcloud.metrics import add

if TYPE_CHECKING:
    from helpers.localcloud.events.plane import EventPlane

_CHARGED_AS = {"https": "http", "email-json": "email"}


class TopicMeter:
    """Notes what becomes of the messages of all topics of one server."""

    def __init__(self, plane: EventPlane) -> None:
        self._plane = plane

    def record(
        self,
        topic: Topic,
        step: Any,
        publication: Publication,
        to: str | None = None,
        count: int | None = None,
        **detail: Any,
    ) -> None:
        """Write a step on a message's way into the ledger."""
        self._plane.ledger.record(topic.account_id, step, publication.id, topic.arn, to=to, count=count, **detail)

    def charge_request(self, topic: Topic, size: int) -> None:
        """Each 64 KB that are published are one request."""
        key = "sns/fifo-requests" if topic.fifo_topic else "sns/requests"
        chunks = 1 if topic.fifo_topic else meter.chunks(size)
        meter.count(topic.account_id, region_of(topic.arn), key, topic.arn, chunks)

    def emit(self, topic: Topic, values: Mapping[str, float], units: Mapping[str, str] | None = None) -> None:
        """Give CloudWatch a sample of each of these metrics of the topic."""
        region = region_of(topic.arn)
        now = self._plane.clock.timestamp()
        add(topic.account_id, region, "AWS/SNS", {"TopicName": topic.name}, values, now=now, units=units)

    def delivered(self, topic: Topic, subscription: Subscription, body: str) -> None:
        """Count a delivery; one over HTTP costs one for each 64 KB."""
        self.emit(topic, {"NumberOfNotificationsDelivered": 1})
        protocol = _CHARGED_AS.get(subscription.protocol, subscription.protocol)
        chunks = meter.chunks(len(body.encode())) if protocol == "http" else 1
        meter.count(topic.account_id, region_of(topic.arn), f"sns/deliveries-{protocol}", topic.arn, chunks)
