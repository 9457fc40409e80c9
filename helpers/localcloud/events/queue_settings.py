"""The attributes of a queue: which there are, what they may be, and how they hang together.

Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from moto.sqs.models import Queue

from helpers.localcloud.events.queue_errors import InvalidAttributeName, InvalidAttributeValue, InvalidParameterValue
from helpers.localcloud.events.queues import find

_RANGES = {
    "DelaySeconds": (0, 900),
    "MaximumMessageSize": (1_024, 1_048_576),
    "MessageRetentionPeriod": (60, 1_209_600),
    "ReceiveMessageWaitTimeSeconds": (0, 20),
    "VisibilityTimeout": (0, 43_200),
    "KmsDataKeyReusePeriodSeconds": (60, 86_400),
}
_CHOICES = {
    "FifoQueue": ("true", "false"),
    "ContentBasedDeduplication": ("true", "false"),
    "SqsManagedSseEnabled": ("true", "false"),
    "DeduplicationScope": ("queue", "messageGroup"),
    "FifoThroughputLimit": ("perQueue", "perMessageGroupId"),
}
_JSON = ("Policy", "RedrivePolicy", "RedriveAllowPolicy")
_SETTABLE = {*_RANGES, *_CHOICES, *_JSON, "KmsMasterKeyId"}
_ONLY_FIFO = ("ContentBasedDeduplication", "DeduplicationScope", "FifoThroughputLimit")
READ_ONLY = (
    "QueueArn",
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
    "CreatedTimestamp",
    "LastModifiedTimestamp",
)
NAMES = (*READ_ONLY, *sorted(_SETTABLE))

_NAME = re.compile(r"[A-Za-z0-9_-]{1,80}")
_FIFO_NAME = re.compile(r"[A-Za-z0-9_-]{1,75}\.fifo")
_PERMISSIONS = ("allowAll", "denyAll", "byQueue")
_MOST_SOURCES = 10


def as_text(attributes: Mapping[str, Any]) -> dict[str, str]:
    """Attributes as the API writes them: CloudFormation hands in numbers, booleans and objects."""
    return {name: _text(value) for name, value in attributes.items()}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value) if isinstance(value, dict) else str(value)


def check_name(name: str | None, attributes: Mapping[str, str]) -> None:
    """Refuse the name of a queue that does not fit its kind.

    Raises: ``InvalidParameterValue``, ``InvalidAttributeName``.
    """
    if "FifoQueue" in attributes and attributes["FifoQueue"] != "true":
        raise InvalidAttributeName("Unknown Attribute FifoQueue.")
    if "FifoQueue" in attributes and not _FIFO_NAME.fullmatch(name or ""):
        raise InvalidParameterValue(
            "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, "
            "must end with .fifo suffix and be 1 to 80 in length."
        )
    if "FifoQueue" not in attributes and not _NAME.fullmatch(name or ""):
        raise InvalidParameterValue(
            "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"
        )


def check(arn: str, fifo: bool, attributes: Mapping[str, str], now: Mapping[str, Any]) -> None:
    """Refuse attributes that the queue with ``arn`` cannot have; ``now``: those that it has.

    Raises: ``InvalidAttributeName``, ``InvalidAttributeValue``, ``InvalidParameterValue``.
    """
    for name, value in attributes.items():
        if name not in _SETTABLE:
            raise InvalidAttributeName(f"Unknown Attribute {name}.")
        if not fifo and name in _ONLY_FIFO:
            raise InvalidAttributeName(
                f"Unknown Attribute {name}."
                if name == "ContentBasedDeduplication"
                else f"You can specify the {name} only when FifoQueue is set to true."
            )
        if name in _RANGES:
            _check_range(name, value)
        elif name in _CHOICES and value not in _CHOICES[name]:
            raise InvalidAttributeValue(f"Invalid value for the parameter {name}.")
    together = {**now, **attributes}
    if (
        together.get("FifoThroughputLimit") == "perMessageGroupId"
        and together.get("DeduplicationScope") != "messageGroup"
    ):
        raise InvalidParameterValue(
            "The perMessageGroupId value is allowed only when the value for DeduplicationScope is messageGroup"
        )
    if attributes.get("KmsMasterKeyId") and attributes.get("SqsManagedSseEnabled") == "true":
        raise InvalidAttributeName(
            "You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE."
        )
    if attributes.get("Policy"):
        _json_object("Policy", attributes["Policy"], "Invalid value for the parameter Policy.")
    if attributes.get("RedrivePolicy"):
        _check_redrive(arn, fifo, attributes["RedrivePolicy"])
    if attributes.get("RedriveAllowPolicy"):
        _check_redrive_allow(attributes["RedriveAllowPolicy"])


def of(queue: Queue, counts: tuple[int, int, int]) -> dict[str, Any]:
    """All attributes of a queue, by name, as ``GetQueueAttributes`` gives them; counts: visible, in flight, delayed."""
    q: Any = queue
    known = {
        "QueueArn": q.queue_arn,
        "ApproximateNumberOfMessages": counts[0],
        "ApproximateNumberOfMessagesNotVisible": counts[1],
        "ApproximateNumberOfMessagesDelayed": counts[2],
        "CreatedTimestamp": int(q.created_timestamp),
        "LastModifiedTimestamp": int(q.last_modified_timestamp),
        "VisibilityTimeout": q.visibility_timeout,
        "MaximumMessageSize": q.maximum_message_size,
        "MessageRetentionPeriod": q.message_retention_period,
        "DelaySeconds": q.delay_seconds,
        "ReceiveMessageWaitTimeSeconds": q.receive_message_wait_time_seconds,
        "SqsManagedSseEnabled": _text(q.sqs_managed_sse_enabled),
        "Policy": q.policy,
        "RedrivePolicy": json.dumps(q.redrive_policy) if q.redrive_policy else None,
        "RedriveAllowPolicy": json.dumps(q.redrive_allow_policy) if q.redrive_allow_policy else None,
        "KmsMasterKeyId": q.kms_master_key_id,
        "KmsDataKeyReusePeriodSeconds": q.kms_data_key_reuse_period_seconds if q.kms_master_key_id else None,
        "FifoQueue": "true" if q.fifo_queue else None,
        "ContentBasedDeduplication": _text(q.content_based_deduplication) if q.fifo_queue else None,
        "DeduplicationScope": q.deduplication_scope if q.fifo_queue else None,
        "FifoThroughputLimit": q.fifo_throughput_limit if q.fifo_queue else None,
    }
    return {name: value for name, value in known.items() if value is not None}


def apply(queue: Queue, attributes: Mapping[str, Any]) -> None:
    """Give a queue of moto attributes that were found valid; an empty text takes a policy or a key away."""
    q: Any = queue
    for name, value in attributes.items():
        attribute = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
        if name in _RANGES:
            value = int(value)
        elif name in ("FifoQueue", "ContentBasedDeduplication", "SqsManagedSseEnabled"):
            value = str(value).lower() == "true"
        elif name in ("RedrivePolicy", "RedriveAllowPolicy"):
            value = json.loads(value) if value else None
        elif name == "KmsMasterKeyId":
            value = value or None
            q.sqs_managed_sse_enabled = value is None and getattr(q, "sqs_managed_sse_enabled", True)
        setattr(q, attribute, value)


def _check_range(name: str, value: str) -> None:
    low, high = _RANGES[name]
    if not re.fullmatch(r"\d{1,9}", value) or not low <= int(value) <= high:
        raise InvalidAttributeValue(f"Invalid value for the parameter {name}.")


def _json_object(name: str, text: str, refusal: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise InvalidAttributeValue(refusal) if name == "Policy" else InvalidParameterValue(refusal)
    return document


def _check_redrive(arn: str, fifo: bool, text: str) -> None:
    policy = _json_object(
        "RedrivePolicy",
        text,
        f"Value {text} for parameter RedrivePolicy is invalid. Reason: Redrive policy is not a valid JSON map.",
    )
    if not policy:
        return

    def refuse(reason: str) -> InvalidParameterValue:
        return InvalidParameterValue(f"Value {text} for parameter RedrivePolicy is invalid. Reason: {reason}.")

    for name in ("maxReceiveCount", "deadLetterTargetArn"):
        if name not in policy:
            raise refuse(f"Redrive policy does not contain mandatory attribute: {name}")
    if len(policy) > 2:
        raise refuse("Only following attributes are supported: [deadLetterTargetArn, maxReceiveCount]")
    count, target = str(policy["maxReceiveCount"]), str(policy["deadLetterTargetArn"])
    if not re.fullmatch(r"\d{1,5}", count) or not 1 <= int(count) <= 1_000:
        raise refuse(f"Invalid value for maxReceiveCount: {count}, valid values are from 1 to 1000 both inclusive")
    parts = target.split(":")
    if len(parts) != 6 or parts[0] != "arn":
        raise refuse("Dead-letter target ARN should be fully qualified ARN")
    if parts[2] != "sqs":
        raise refuse("Only SQS queues are valid resources for deadLetterTargetArn")
    if parts[3] != arn.split(":")[3]:
        raise refuse("Dead-letter target region should be same as the source")
    if parts[4] != arn.split(":")[4]:
        raise refuse("Dead-letter target owner should be same as the source")
    if target == arn:
        raise refuse("Dead-letter target should be another queue than the source")
    store = find(target)
    if store is None:
        raise refuse("Dead letter target does not exist")
    if target.endswith(".fifo") is not fifo:
        raise refuse("Dead-letter queue must be same type of queue as the source.")
    if not store.dead_letters.admits(arn):
        raise refuse("Queue does not have permission to use the dead-letter target: its redrive allow policy denies it")


def _check_redrive_allow(text: str) -> None:
    refusal = (
        "Invalid value for the parameter RedriveAllowPolicy. "
        "Reason: Amazon SQS can't create the redrive allow policy, as it’s in an unsupported format."
    )
    policy = _json_object("RedriveAllowPolicy", text, refusal)
    permission, sources = policy.get("redrivePermission"), policy.get("sourceQueueArns")
    if permission not in _PERMISSIONS or not set(policy) <= {"redrivePermission", "sourceQueueArns"}:
        raise InvalidParameterValue(refusal)
    if sources is not None and not (isinstance(sources, list) and all(isinstance(one, str) for one in sources)):
        raise InvalidParameterValue(refusal)

    def refuse(reason: str) -> InvalidParameterValue:
        return InvalidParameterValue(
            f"Value {text} for parameter RedriveAllowPolicy is invalid. Reason: Amazon SQS can't create the redrive allow policy. {reason}"
        )

    if sources is not None and permission != "byQueue":
        raise refuse("To specify one or more source queue ARNs, you must set redrivePermission to byQueue.")
    if permission == "byQueue" and not sources:
        raise refuse(
            "When you specify the byQueue permission type, you must also specify one or more sourceQueueArns values."
        )
    if sources and len(sources) > _MOST_SOURCES:
        raise refuse(f"The maximum number of source queue ARNs you can specify is {_MOST_SOURCES}.")
