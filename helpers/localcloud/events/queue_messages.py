"""Messages of a queue: as it keeps them, as a consumer gets them, and the receipt handles between the two."""

from __future__ import annotations

import base64
import binascii
import enum
import hashlib
import secrets
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from helpers.localcloud.events.queue_errors import ReceiptHandleIsInvalid

MessageAttributes = Mapping[str, Mapping[str, Any]]

SERVICE_SENDER = "AIDAIT2UOQQY3AUEKVGXU"
_TRANSPORT = {"String": b"\x01", "Number": b"\x01", "Binary": b"\x02"}


class State(enum.Enum):
    """Where a message is in its queue."""

    DELAYED = "delayed"
    READY = "ready"
    IN_FLIGHT = "in flight"
    GONE = "gone"


@dataclass(frozen=True)
class Outgoing:
    """A message as a producer hands it in, already found valid.

    delay_seconds: of this message; nothing for the queue's own. sender: the account or the service.
    """

    body: str
    message_attributes: MessageAttributes = field(default_factory=dict)
    system_attributes: dict[str, str] = field(default_factory=dict)
    delay_seconds: int | None = None
    group: str | None = None
    deduplication_id: str | None = None
    sender: str = SERVICE_SENDER


@dataclass(frozen=True)
class Message:
    """One message as one receive gave it to a consumer.

    receipt_handle: good for this receive only. attributes: the system attributes by the names of ``ReceiveMessage``. message_attributes: in the form of the SQS
    API (``DataType`` with ``StringValue`` or ``BinaryValue``, which is ``bytes``). md5_of_message_attributes: over all of them; nothing without attributes.
    """

    id: str
    body: str
    receipt_handle: str
    attributes: Mapping[str, str]
    message_attributes: MessageAttributes
    md5_of_body: str
    md5_of_message_attributes: str | None


@dataclass(eq=False, slots=True)
class Stored:
    """One message as its queue keeps it.

    number: its place in the queue, growing with every message that came. sent, first_received, received, due: virtual time, seconds since 1970; due is when a
    delay or a visibility timeout ends. version: grows with every change of state, so that what was noted for an earlier state can be told. source: the ARN of
    the queue that dead-lettered it. parent, trace: for the ledger.
    """

    id: str
    body: str
    number: int
    sent: float
    sender: str
    message_attributes: MessageAttributes = field(default_factory=dict)
    system_attributes: Mapping[str, str] = field(default_factory=dict)
    group: str | None = None
    deduplication_id: str | None = None
    sequence_number: str | None = None
    source: str | None = None
    parent: str | None = None
    trace: str | None = None
    state: State = State.READY
    due: float = 0.0
    version: int = 0
    receives: int = 0
    first_received: float = 0.0
    received: float = 0.0

    def enter(self, state: State, due: float = 0.0) -> None:
        """Change the state, until ``due`` if it ends by itself."""
        self.state, self.due = state, due
        self.version += 1

    def again(self, message_id: str, number: int, sent: float, sequence_number: str | None) -> Stored:
        """The same content as a message that nobody has received yet, in a queue that gave it ``number`` and ``sequence_number``."""
        return Stored(
            message_id,
            self.body,
            number,
            sent,
            self.sender,
            self.message_attributes,
            self.system_attributes,
            self.group,
            self.deduplication_id,
            sequence_number,
            parent=self.parent,
            trace=self.trace,
        )

    def attributes(self) -> dict[str, str]:
        """The system attributes as ``ReceiveMessage`` names and writes them."""
        known = {
            "SenderId": self.sender,
            "ApproximateFirstReceiveTimestamp": _milliseconds(self.first_received),
            "ApproximateReceiveCount": str(self.receives),
            "SentTimestamp": _milliseconds(self.sent),
            "SequenceNumber": self.sequence_number,
            "MessageDeduplicationId": self.deduplication_id,
            "MessageGroupId": self.group,
            "DeadLetterQueueSourceArn": self.source,
            **self.system_attributes,
        }
        return {name: value for name, value in known.items() if value is not None}

    def handed_out(self, queue_arn: str) -> Message:
        """The message for the consumer that has just received it."""
        return Message(
            self.id,
            self.body,
            receipt_handle(queue_arn, self.id, self.receives),
            self.attributes(),
            self.message_attributes,
            md5_of_body(self.body),
            md5_of_attributes(self.message_attributes),
        )


def receipt_handle(queue_arn: str, message_id: str, receives: int) -> str:
    """A handle for one receive of one message."""
    plain = f"{queue_arn} {message_id} {receives} {secrets.token_hex(16)}"
    return base64.b64encode(plain.encode()).decode()


def read_handle(handle: str, queue_arn: str) -> tuple[str, int]:
    """The message id and the number of the receive that a handle is for.

    Raises: ``ReceiptHandleIsInvalid`` when it is not one of this queue.
    """
    try:
        arn, message_id, receives, _ = base64.b64decode(handle, validate=True).decode().split(" ")
        number = int(receives)
    except (binascii.Error, ValueError):
        raise ReceiptHandleIsInvalid(handle) from None
    if arn != queue_arn:
        raise ReceiptHandleIsInvalid(handle)
    return message_id, number


def size_in_bytes(body: str, attributes: MessageAttributes) -> int:
    """What counts against the size limit: the body and, of each message attribute, name, type and value."""
    return len(body.encode()) + sum(
        len(name.encode()) + len(value["DataType"].encode()) + len(_content(value))
        for name, value in attributes.items()
    )


def md5_of_body(body: str) -> str:
    """The digest that SDKs compare with their own."""
    return hashlib.md5(body.encode(), usedforsecurity=False).hexdigest()


def md5_of_attributes(attributes: MessageAttributes) -> str | None:
    """The digest over names, types and values of attributes; nothing when there are none.

    Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation
    """
    if not attributes:
        return None
    digest = hashlib.md5(usedforsecurity=False)
    for name in sorted(attributes):
        value = attributes[name]
        for part in (name.encode(), value["DataType"].encode()):
            digest.update(struct.pack("!I", len(part)) + part)
        content = _content(value)
        digest.update(_TRANSPORT[value["DataType"].split(".")[0]] + struct.pack("!I", len(content)) + content)
    return digest.hexdigest()


def _content(value: Mapping[str, Any]) -> bytes:
    content = value.get("BinaryValue") if value["DataType"].startswith("Binary") else value.get("StringValue")
    return content if isinstance(content, bytes) else str(content).encode()


def _milliseconds(moment: float) -> str | None:
    return str(int(moment * 1000)) if moment else None
