"""What SNS takes: messages, topics, subscriptions and their attributes, in its own words where it refuses.

https://docs.aws.amazon.com/sns/latest/api/API_Publish.html, API_CreateTopic.html and API_Subscribe.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from helpers.localcloud.events.sns_filters import SCOPES, FilterPolicy
from helpers.localcloud.events.topic_errors import InvalidParameter, not_here
from helpers.localcloud.events.topic_http import read_policy

LARGEST_MESSAGE = 262_144
LARGEST_OPT_IN = 1_048_576
LONGEST_SUBJECT = 100
PROTOCOLS = ("http", "https", "email", "email-json", "sms", "sqs", "lambda")
TOPIC_ATTRIBUTES = frozenset(
    [
        "DisplayName",
        "Policy",
        "DeliveryPolicy",
        "FifoTopic",
        "ContentBasedDeduplication",
        "FifoThroughputScope",
        "SignatureVersion",
        "TracingConfig",
        "MaximumMessageSize",
    ]
)
SUBSCRIPTION_ATTRIBUTES = frozenset(
    ["RawMessageDelivery", "FilterPolicy", "FilterPolicyScope", "RedrivePolicy", "DeliveryPolicy"]
)
_NOT_DONE = {
    "KmsMasterKeyId": ("encryption of topics (KmsMasterKeyId)", "leave it out"),
    "ArchivePolicy": ("message archives of topics (ArchivePolicy)", "leave it out"),
    "DataProtectionPolicy": ("data protection policies (DataProtectionPolicy)", "leave it out"),
    "ReplayPolicy": ("replays of topics (ReplayPolicy)", "leave it out"),
    "SubscriptionRoleArn": ("Firehose subscriptions (SubscriptionRoleArn)", "subscribe a queue"),
}
_CHOICES = {
    "FifoTopic": ("true", "false"),
    "ContentBasedDeduplication": ("true", "false"),
    "FifoThroughputScope": ("Topic", "MessageGroup"),
    "SignatureVersion": ("1", "2"),
    "TracingConfig": ("PassThrough", "Active"),
}
_RAW = ("sqs", "http", "https")
_BATCH_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")


def check_topic_attribute(name: str, value: str, *, creating: bool) -> None:
    """Accept one attribute of a topic.

    Raises: ``InvalidParameter``.
    """
    if name in _NOT_DONE and value:
        raise not_here(*_NOT_DONE[name])
    if name not in TOPIC_ATTRIBUTES and name not in _NOT_DONE or name == "FifoTopic" and not creating:
        raise InvalidParameter("AttributeName")
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if name in _CHOICES and text not in _CHOICES[name]:
        raise InvalidParameter(f"{name} Reason: {name} must be one of {', '.join(_CHOICES[name])}")
    if name == "MaximumMessageSize" and not (text.isdigit() and 1024 <= int(text) <= LARGEST_OPT_IN):
        raise InvalidParameter(f"MaximumMessageSize Reason: it must be 1024 to {LARGEST_OPT_IN} bytes")
    if name == "Policy" and text:
        _json(text, "Policy")
    if name == "DeliveryPolicy" and text:
        read_policy(text)


def check_endpoint(protocol: str, endpoint: str | None, *, fifo: bool) -> None:
    """Accept whom a subscription delivers to.

    Raises: ``InvalidParameter``.
    """
    if protocol in ("application", "firehose"):
        raise not_here(
            f"deliveries to {'mobile push' if protocol == 'application' else 'Firehose'}", "subscribe a queue"
        )
    if protocol not in PROTOCOLS:
        raise InvalidParameter(f"Amazon SNS does not support this protocol string: {protocol}")
    if not endpoint:
        raise InvalidParameter("Endpoint")
    if fifo and protocol != "sqs":
        raise InvalidParameter(
            f"Protocol Reason: FIFO topics deliver to SQS queues only, not to {protocol}: put a queue between"
        )
    if protocol == "sqs" and not re.fullmatch(r"arn:aws[\w-]*:sqs:[\w-]+:\d{12}:[\w.-]+", endpoint):
        raise InvalidParameter("SQS endpoint ARN")
    if protocol == "lambda" and not re.fullmatch(
        r"arn:aws[\w-]*:lambda:[\w-]+:\d{12}:function:[\w$-]+(:[\w$-]+)?", endpoint
    ):
        raise InvalidParameter("Lambda endpoint ARN")
    if protocol in ("http", "https") and urlsplit(endpoint).scheme != protocol:
        raise InvalidParameter("Endpoint must match the specified protocol")
    if protocol.startswith("email") and not re.fullmatch(r"[^@\s]+@[^@\s]+", endpoint):
        raise InvalidParameter("Email address")
    if protocol == "sms" and not re.fullmatch(r"\+?[1-9]\d{4,14}", re.sub(r"[-./ ]", "", endpoint)):
        raise InvalidParameter(f"Invalid SMS endpoint: {endpoint}")


def check_subscription_attributes(attributes: Mapping[str, str], protocol: str, *, fifo: bool) -> None:
    """Accept the attributes of a subscription: all that it has, as they will be together.

    Raises: ``InvalidParameter``.
    """
    for name, value in attributes.items():
        if name in _NOT_DONE and value:
            raise not_here(*_NOT_DONE[name])
        if name not in SUBSCRIPTION_ATTRIBUTES and name not in _NOT_DONE:
            raise InvalidParameter("AttributeName")
    raw = str(attributes.get("RawMessageDelivery", "false")).lower()
    if raw not in ("true", "false"):
        raise InvalidParameter("RawMessageDelivery Reason: it must be true or false")
    if raw == "true" and protocol not in _RAW:
        raise InvalidParameter(f"Attributes Reason: RawMessageDelivery is not supported for the protocol {protocol}")
    scope = attributes.get("FilterPolicyScope") or SCOPES[0]
    if scope not in SCOPES:
        raise InvalidParameter("FilterPolicyScope Reason: FilterPolicyScope must be MessageAttributes or MessageBody")
    if attributes.get("FilterPolicy"):
        FilterPolicy(attributes["FilterPolicy"], scope)  # type: ignore[arg-type]
    if attributes.get("RedrivePolicy"):
        policy = _json(attributes["RedrivePolicy"], "RedrivePolicy")
        target = str(policy.get("deadLetterTargetArn", ""))
        if target.split(":")[2:3] != ["sqs"]:
            raise InvalidParameter("RedrivePolicy: deadLetterTargetArn is an invalid arn")
        if fifo and not target.endswith(".fifo"):
            raise InvalidParameter("RedrivePolicy: must use a FIFO queue as DLQ for a FIFO topic")
        if not fifo and target.endswith(".fifo"):
            raise InvalidParameter("RedrivePolicy: must use a standard queue as DLQ for a standard topic")
    if attributes.get("DeliveryPolicy"):
        if protocol not in ("http", "https"):
            raise InvalidParameter("Delivery policy is only supported for HTTP and HTTPS protocols")
        read_policy(attributes["DeliveryPolicy"])


def texts_of(message: str, structure: str | None) -> dict[str, str]:
    """The texts of a message by protocol, with ``default``.

    Raises: ``InvalidParameter``.
    """
    if not message:
        raise InvalidParameter("Empty message")
    if structure is None:
        return {"default": message}
    if structure != "json":
        raise InvalidParameter("MessageStructure")
    try:
        texts = json.loads(message)
    except ValueError:
        raise InvalidParameter("Message Structure - JSON message body failed to parse") from None
    if not isinstance(texts, dict) or not isinstance(texts.get("default"), str):
        raise InvalidParameter("Message Structure - No default entry in JSON message body")
    return {protocol: text for protocol, text in texts.items() if isinstance(text, str)}


def check_subject(subject: str | None) -> None:
    """Accept a subject: 1 to 100 printable characters of ASCII, none of them a space at the beginning.

    Raises: ``InvalidParameter``.
    """
    if subject is None:
        return
    fits = 0 < len(subject) <= LONGEST_SUBJECT and subject.isascii() and subject.isprintable()
    if not fits or subject[0] == " ":
        raise InvalidParameter("Subject")


def size_of(message: str, attributes: Mapping[str, Mapping[str, Any]]) -> int:
    """Bytes that count against the limit: the message, and of each attribute name, type and value."""
    return len(message.encode()) + sum(
        len(name.encode()) + len(str(one["Type"]).encode()) + len(str(one["Value"]).encode())
        for name, one in attributes.items()
    )


def check_attributes(attributes: Mapping[str, Mapping[str, Any]]) -> None:
    """Accept message attributes in the form of SNS (``Type``, ``Value``).

    Raises: ``InvalidParameter``.
    """
    for name, one in attributes.items():
        wrong = not re.fullmatch(r"[\w.-]{1,256}", name) or name.startswith(".") or name.endswith(".") or ".." in name
        if wrong or name.lower().startswith(("aws.", "amazon.")):
            raise InvalidParameter(f"MessageAttributes Reason: the attribute name {name!r} is not valid")
        if one["Type"] == "String.Array":
            try:
                fits = isinstance(json.loads(one["Value"]), list)
            except (ValueError, TypeError):
                fits = False
            if not fits:
                raise InvalidParameter(f"MessageAttributes Reason: the value of {name} (String.Array) is no JSON array")


def check_ids(ids: list[str]) -> str | None:
    """The code of what is wrong with the ids of a batch, if anything."""
    if not ids:
        return "EmptyBatchRequest"
    if len(ids) > 10:
        return "TooManyEntriesInBatchRequest"
    if any(not _BATCH_ID.fullmatch(one or "") for one in ids):
        return "InvalidBatchEntryId"
    return "BatchEntryIdsNotDistinct" if len(set(ids)) < len(ids) else None


def _json(text: str, what: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise InvalidParameter(f"{what}: failed to parse JSON.")
    return document
