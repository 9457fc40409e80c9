"""A queue's messages as a function gets them: which of them pass the filters, in what form, and which are not done afterwards.

https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html and
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from helpers.localcloud.arns import region_of
from helpers.localcloud.compute.invoke import Outcome
from helpers.localcloud.events.batches import reported_failures
from helpers.localcloud.events.patterns import Pattern
from helpers.localcloud.events.queue_messages import Message


@dataclass(frozen=True)
class BodyFilter:
    """One filter: its pattern, and whether that reads the body as ``json``, as ``text``, or not at all.

    https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html
    """

    pattern: Pattern
    body: str | None

    @classmethod
    def of(cls, written: str, pattern: Pattern) -> BodyFilter:
        """The filter that ``written``, JSON text, means."""
        body = json.loads(written).get("body")
        return cls(pattern, "json" if isinstance(body, dict) else "text" if body is not None else None)

    def matches(self, record: dict[str, Any]) -> bool:
        """Whether a record may pass. A body of the other form than the pattern's never does."""
        try:
            parsed = json.loads(record["body"])
        except ValueError:
            parsed = None
        is_json = isinstance(parsed, dict | list)
        if self.body == "json":
            return is_json and self.pattern.matches({**record, "body": parsed})
        return not (self.body == "text" and is_json) and self.pattern.matches(record)


def record_of(message: Message, queue_arn: str) -> dict[str, Any]:
    """A message as a function gets it.

    https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event
    """
    record: dict[str, Any] = {
        "messageId": message.id,
        "receiptHandle": message.receipt_handle,
        "body": message.body,
        "attributes": dict(message.attributes),
        "messageAttributes": {
            name: {
                **({"stringValue": value["StringValue"]} if "StringValue" in value else {}),
                **({"binaryValue": _base64(value["BinaryValue"])} if "BinaryValue" in value else {}),
                "stringListValues": [],
                "binaryListValues": [],
                "dataType": value["DataType"],
            }
            for name, value in message.message_attributes.items()
        },
        "md5OfBody": message.md5_of_body,
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": region_of(queue_arn),
    }
    if message.md5_of_message_attributes:
        record["md5OfMessageAttributes"] = message.md5_of_message_attributes
    return record


def failed_items(messages: Sequence[Message], outcome: Outcome, reports_items: bool) -> set[str]:
    """The ids of the messages that are not done after an invocation.

    An answer that cannot be read, or that names a message which is not in the batch, fails the whole batch.
    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
    """
    everything = {message.id for message in messages}
    if outcome.function_error:
        return everything
    if not reports_items:
        return set()
    failed = reported_failures(outcome.payload)
    return everything if failed is None or not failed <= everything else failed


def _base64(value: bytes | str) -> str:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value
