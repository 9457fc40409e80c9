"""What SQS accepts: the limits of messages, batches and receives, checked before a queue sees them.

Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from moto.sqs.models import Queue

from helpers.localcloud.events.queue_errors import (
    BatchError,
    InvalidMessageContents,
    InvalidParameterValue,
    MissingParameter,
)
from helpers.localcloud.events.queue_messages import SERVICE_SENDER, Outgoing, size_in_bytes

MOST_BYTES = 1_048_576
MOST_ENTRIES = 10
MOST_ATTRIBUTES = 10
LONGEST_DELAY_SECONDS = 900
LONGEST_WAIT_SECONDS = 20
LONGEST_VISIBILITY_SECONDS = 43_200

_INVALID_CHARACTER = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ATTRIBUTE_NAME = re.compile(r"[A-Za-z0-9_.\-]{1,256}")
_RESERVED_NAME = re.compile(r"(aws|amazon)\.", re.IGNORECASE)
_TOKEN = re.compile(r"[!-~]{1,128}")
_BATCH_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")


def outgoing(
    queue: Queue,
    body: str | None,
    *,
    delay_seconds: int | None = None,
    attributes: Mapping[str, Mapping[str, Any]] | None = None,
    system_attributes: Mapping[str, Mapping[str, Any]] | None = None,
    group: str | None = None,
    deduplication_id: str | None = None,
    sender: str = SERVICE_SENDER,
) -> Outgoing:
    """A message for ``queue``, found valid; parameters as in ``SendMessage``.

    Raises: ``MissingParameter``, ``InvalidParameterValue``, ``InvalidMessageContents``.
    """
    if not body:
        raise MissingParameter("MessageBody")
    if _INVALID_CHARACTER.search(body):
        raise InvalidMessageContents
    _check_attributes(attributes or {})
    _check_size(queue, body, attributes or {})
    if delay_seconds is not None and not 0 <= delay_seconds <= LONGEST_DELAY_SECONDS:
        raise InvalidParameterValue(
            f"Value {delay_seconds} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900."
        )
    _check_token("MessageGroupId", group)
    _check_token("MessageDeduplicationId", deduplication_id)
    if queue.fifo_queue:
        deduplication_id = _fifo_id(queue, body, delay_seconds, group, deduplication_id)
        delay_seconds = None
    elif deduplication_id is not None:
        raise InvalidParameterValue(
            f"Value {deduplication_id} for parameter MessageDeduplicationId is invalid. "
            "Reason: The request include parameter that is not valid for this queue type."
        )
    return Outgoing(
        body, attributes or {}, _trace_header(system_attributes or {}), delay_seconds, group, deduplication_id, sender
    )


def check_batch(entries: Sequence[Mapping[str, Any]], kind: str) -> None:
    """Refuse a batch that is empty, too long, or whose ids are not ids or not distinct.

    kind: the name of an entry, such as ``SendMessageBatchRequestEntry``.
    Raises: ``BatchError``.
    """
    if not entries:
        raise BatchError("EmptyBatchRequest", f"There should be at least one {kind} in the request.")
    if len(entries) > MOST_ENTRIES:
        raise BatchError(
            "TooManyEntriesInBatchRequest",
            f"Maximum number of entries per request are {MOST_ENTRIES}. You have sent {len(entries)}.",
        )
    seen = set()
    for entry in entries:
        if not _BATCH_ID.fullmatch(entry["Id"]):
            raise BatchError(
                "InvalidBatchEntryId",
                "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.",
            )
        if entry["Id"] in seen:
            raise BatchError("BatchEntryIdsNotDistinct", f"Id {entry['Id']} repeated.")
        seen.add(entry["Id"])


def check_batch_of_messages(queue: Queue, entries: Sequence[Mapping[str, Any]]) -> None:
    """Refuse a batch of messages that is too long in bytes, or, for a FIFO queue, lacks a group or a deduplication id.

    Raises: ``BatchError``, ``MissingParameter``, ``InvalidParameterValue``.
    """
    check_batch(entries, "SendMessageBatchRequestEntry")
    size = sum(size_in_bytes(entry["MessageBody"], entry.get("MessageAttributes") or {}) for entry in entries)
    if size > MOST_BYTES:
        raise BatchError(
            "BatchRequestTooLong",
            f"Batch requests cannot be longer than {MOST_BYTES} bytes. You have sent {size} bytes.",
        )
    if queue.fifo_queue:
        for entry in entries:
            _fifo_id(queue, "", None, entry.get("MessageGroupId"), entry.get("MessageDeduplicationId"))


def check_receive(limit: int, wait_seconds: int, visibility_timeout: int | None) -> None:
    """Refuse parameters of ``ReceiveMessage`` that are out of range.

    Raises: ``InvalidParameterValue``.
    """
    if not 1 <= limit <= 10:
        raise InvalidParameterValue(
            f"Value {limit} for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided."
        )
    if not 0 <= wait_seconds <= LONGEST_WAIT_SECONDS:
        raise InvalidParameterValue(
            f"Value {wait_seconds} for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided."
        )
    if visibility_timeout is not None:
        check_visibility(visibility_timeout)


def check_visibility(seconds: int) -> None:
    """Refuse a visibility timeout that is out of range.

    Raises: ``InvalidParameterValue``.
    """
    if not 0 <= seconds <= LONGEST_VISIBILITY_SECONDS:
        raise InvalidParameterValue(
            f"Value {seconds} for parameter VisibilityTimeout is invalid. Reason: Must be >= 0 and <= 43200, if provided."
        )


def check_attempt_id(attempt_id: str | None, fifo: bool) -> None:
    """Refuse a ``ReceiveRequestAttemptId`` that is none, or for a standard queue.

    Raises: ``InvalidParameterValue``.
    """
    if attempt_id is not None and not fifo:
        raise InvalidParameterValue(
            f"Value {attempt_id} for parameter ReceiveRequestAttemptId is invalid. "
            "Reason: The request include parameter that is not valid for this queue type."
        )
    _check_token("ReceiveRequestAttemptId", attempt_id)


def _fifo_id(
    queue: Queue, body: str, delay_seconds: int | None, group: str | None, deduplication_id: str | None
) -> str:
    if not group:
        raise MissingParameter("MessageGroupId")
    if delay_seconds:
        raise InvalidParameterValue(
            f"Value {delay_seconds} for parameter DelaySeconds is invalid. "
            "Reason: The request include parameter that is not valid for this queue type."
        )
    if deduplication_id:
        return deduplication_id
    if not queue.content_based_deduplication:  # type: ignore[attr-defined]
        raise InvalidParameterValue(
            "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly"
        )
    return hashlib.sha256(body.encode()).hexdigest()


def _check_size(queue: Queue, body: str, attributes: Mapping[str, Mapping[str, Any]]) -> None:
    most = int(queue.maximum_message_size)  # type: ignore[attr-defined]
    if size_in_bytes(body, attributes) > most:
        raise InvalidParameterValue(
            f"One or more parameters are invalid. Reason: Message must be shorter than {most} bytes."
        )


def _check_token(name: str, value: str | None) -> None:
    if value is not None and not _TOKEN.fullmatch(value):
        raise InvalidParameterValue(
            f"Value {value} for parameter {name} is invalid. Reason: {name} can only include alphanumeric and punctuation characters. 1 to 128 in length."
        )


def _check_attributes(attributes: Mapping[str, Mapping[str, Any]]) -> None:
    if len(attributes) > MOST_ATTRIBUTES:
        raise InvalidParameterValue(
            f"Number of message attributes [{len(attributes)}] exceeds the allowed maximum [{MOST_ATTRIBUTES}]."
        )
    for name, value in attributes.items():
        _check_attribute_name(name)
        _check_attribute_value(name, value)


def _check_attribute_name(name: str) -> None:
    if not name:
        raise InvalidParameterValue("The request must contain non-empty message attribute names.")
    if len(name) > 256:
        raise InvalidParameterValue("Message attribute name must be shorter than 256 Bytes")
    if not _ATTRIBUTE_NAME.fullmatch(name):
        raise InvalidParameterValue(
            f"The message attribute name '{name}' is invalid. "
            "Attribute name can contain A-Z, a-z, 0-9, underscore (_), hyphen (-), and period (.) characters."
        )
    if name.startswith(".") or name.endswith(".") or ".." in name:
        raise InvalidParameterValue(
            f"The message attribute name '{name}' is invalid. Attribute name cannot start or end with a period or have periods in succession."
        )
    if _RESERVED_NAME.match(name):
        raise InvalidParameterValue(
            f"You can't use message attribute names beginning with 'AWS.' or 'Amazon.' because these strings are reserved for internal use: {name}"
        )


def _check_attribute_value(name: str, value: Mapping[str, Any]) -> None:
    kind = value.get("DataType")
    if not kind:
        raise InvalidParameterValue(f"The message attribute '{name}' must contain non-empty message attribute type.")
    base = kind.split(".")[0]
    if base not in ("String", "Number", "Binary"):
        raise InvalidParameterValue(
            f"The message attribute '{name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String."
        )
    if len(kind) > 256:
        raise InvalidParameterValue(f"The message attribute '{name}' has a type that is longer than 256 bytes.")
    fitting, other = ("BinaryValue", "StringValue") if base == "Binary" else ("StringValue", "BinaryValue")
    if not value.get(fitting):
        raise InvalidParameterValue(
            f"The message attribute '{name}' must contain non-empty message attribute value for message attribute type '{base}'."
        )
    if value.get(other):
        raise InvalidParameterValue(f"Message attribute '{name}' has more than one value.")
    if base == "Number":
        _check_number(name, value[fitting])
    elif base == "String" and _INVALID_CHARACTER.search(value[fitting]):
        raise InvalidMessageContents


def _check_number(name: str, text: str) -> None:
    try:
        float(text)
    except ValueError:
        raise InvalidParameterValue(f"Can't cast the value of message (user) attribute '{name}' to a number.") from None


def _trace_header(system_attributes: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    for name, value in system_attributes.items():
        if name != "AWSTraceHeader":
            raise InvalidParameterValue(
                f"Message system attribute name '{name}' is invalid. The supported message system attribute is AWSTraceHeader."
            )
        if value.get("DataType") != "String":
            raise InvalidParameterValue(
                f"The message system attribute '{name}' has an invalid message system attribute type, the set of supported types is String."
            )
        if not value.get("StringValue"):
            raise InvalidParameterValue(
                f"The message system attribute '{name}' must contain non-empty message system attribute value."
            )
    return {name: value["StringValue"] for name, value in system_attributes.items()}
