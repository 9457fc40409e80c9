"""What a topic with active tracing tells X-Ray of a message whose publisher was sampled: a segment, with a subsegment for each delivery.

On AWS the topic also needs a resource policy of X-Ray that lets ``sns.amazonaws.com`` in; it is not asked for here.
Source: https://docs.aws.amazon.com/sns/latest/dg/sns-active-tracing.html and
https://docs.aws.amazon.com/xray/latest/devguide/xray-services-sns.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from helpers.localcloud import provenance
from helpers.localcloud.compute.tracing import new_id, sound_fields
from helpers.localcloud.observe.traces.store import record

_OPERATIONS = {"sqs": ("SQS", "SendMessage"), "lambda": ("Lambda", "Invoke")}
_MOST_SUBSEGMENTS = 100


class TopicSegment:
    """The segment of one message.

    trace: the header that came with it. now: gives virtual time in seconds since 1970.
    """

    def __init__(self, arn: str, trace: str, message_id: str, now: Callable[[], float]) -> None:
        self._arn = arn
        self._given = sound_fields(trace)
        self._message_id = message_id
        self._now = now
        self._began = now()
        self._id = new_id()
        self._deliveries: list[dict[str, Any]] = []

    @contextmanager
    def delivering(self, protocol: str, endpoint: str) -> Iterator[None]:
        """Do one delivery in the ``with`` block, in the name of a subsegment."""
        delivery, began = new_id(), self._now()
        trace = ";".join(f"{name}={value}" for name, value in {**self._given, "Parent": delivery}.items())
        with provenance.carrying(trace=trace, origin=provenance.origin()):
            yield
        document: dict[str, Any] = {"id": delivery, "start_time": began, "end_time": self._now()}
        if protocol in _OPERATIONS:
            name, operation = _OPERATIONS[protocol]
            resource = endpoint.split(":", 6)[6 if protocol == "lambda" else 5]
            document |= {
                "name": name,
                "namespace": "aws",
                "aws": {"operation": operation, "resource_names": [resource]},
            }
        else:
            host = endpoint.partition("://")[2].partition("/")[0] or endpoint
            request = {"method": "POST", "url": endpoint}
            document |= {"name": host[:200], "namespace": "remote", "http": {"request": request}}
        if len(self._deliveries) < _MOST_SUBSEGMENTS:
            self._deliveries.append(document)

    def send(self) -> None:
        """Send the segment: the message has been offered to all."""
        _, _, _, region, account, name = self._arn.split(":", 5)
        document: dict[str, Any] = {
            "id": self._id,
            "trace_id": self._given["Root"],
            "name": name,
            "start_time": self._began,
            "end_time": self._now(),
            "origin": "AWS::SNS",
            "resource_arn": self._arn,
            "aws": {"operation": "Publish", "topic_arn": self._arn, "message_id": self._message_id},
        }
        if "Parent" in self._given:
            document["parent_id"] = self._given["Parent"]
        if self._deliveries:
            document["subsegments"] = self._deliveries
        record(account, region, document)


def begin(arn: str, mode: str | None, message_id: str, now: Callable[[], float]) -> TopicSegment | None:
    """The segment of a message that a topic has accepted; none when its publisher was not sampled.

    mode: the topic's ``TracingConfig``.
    """
    trace = provenance.trace()
    if mode != "Active" or not trace:
        return None
    given = sound_fields(trace)
    return TopicSegment(arn, trace, message_id, now) if given.get("Sampled") == "1" and given.get("Root") else None
