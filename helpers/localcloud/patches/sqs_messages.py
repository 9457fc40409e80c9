"""moto.sqs, the messages: sent, received, hidden and deleted by the stores of ``events.queues``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.sqs.exceptions import SQSException
from moto.sqs.models import Queue, SQSBackend
from moto.sqs.responses import SQSResponse

from helpers.localcloud import provenance
from helpers.localcloud.events import queue_limits
from helpers.localcloud.events.queue_arrivals import together
from helpers.localcloud.events.queue_errors import InvalidParameterValue, MissingParameter
from helpers.localcloud.events.queue_messages import SERVICE_SENDER, Message, Stored, md5_of_attributes, md5_of_body
from helpers.localcloud.events.queues import store_of
from helpers.localcloud.patches import patch

_SYSTEM_ATTRIBUTES = (
    "All",
    "SenderId",
    "SentTimestamp",
    "ApproximateReceiveCount",
    "ApproximateFirstReceiveTimestamp",
    "SequenceNumber",
    "MessageDeduplicationId",
    "MessageGroupId",
    "AWSTraceHeader",
    "DeadLetterQueueSourceArn",
)


@patch(
    "moto.sqs.models:SQSBackend.send_message",
    why="moto checks little, keeps messages in a list, and runs functions while the sender waits",
)
def _send_message(
    original: Any,
    self: SQSBackend,
    queue_name: str,
    message_body: str,
    message_attributes: dict[str, Any] | None = None,
    delay_seconds: int | None = None,
    deduplication_id: str | None = None,
    group_id: str | None = None,
    system_attributes: dict[str, Any] | None = None,
    validate_group_id: bool = True,
) -> Stored:
    queue = self.get_queue(queue_name)
    return _send(
        queue,
        message_body,
        SERVICE_SENDER,
        attributes=message_attributes,
        delay_seconds=delay_seconds,
        deduplication_id=deduplication_id if queue.fifo_queue else None,
        group=group_id,
        system_attributes=system_attributes,
    )


def _send(queue: Queue, body: str | None, sender: str, **parameters: Any) -> Stored:
    trace = provenance.trace()
    if trace and not parameters.get("system_attributes"):
        parameters["system_attributes"] = {"AWSTraceHeader": {"DataType": "String", "StringValue": trace}}
    return store_of(queue).send(queue_limits.outgoing(queue, body, sender=sender, **parameters))


@patch("moto.sqs.responses:SQSResponse.send_message", why="moto leaves digests of system attributes out")
def _response_send_message(original: Any, self: SQSResponse) -> ActionResult:
    queue = self.sqs_backend.get_queue(self._get_queue_name())
    return ActionResult(_sent(self, queue, self._get_params()))


def _sent(self: SQSResponse, queue: Queue, parameters: Mapping[str, Any]) -> dict[str, Any]:
    body, attributes = parameters.get("MessageBody"), parameters.get("MessageAttributes") or {}
    system_attributes = parameters.get("MessageSystemAttributes") or {}
    message = _send(
        queue,
        body,
        self.current_account,
        attributes=attributes,
        delay_seconds=parameters.get("DelaySeconds"),
        deduplication_id=parameters.get("MessageDeduplicationId"),
        group=parameters.get("MessageGroupId"),
        system_attributes=system_attributes,
    )
    answer = {
        "MessageId": message.id,
        "MD5OfMessageBody": md5_of_body(str(body)),
        "MD5OfMessageAttributes": md5_of_attributes(attributes),
        "MD5OfMessageSystemAttributes": md5_of_attributes(system_attributes),
        "SequenceNumber": message.sequence_number,
    }
    return {name: value for name, value in answer.items() if value is not None}


@patch(
    "moto.sqs.responses:SQSResponse.send_message_batch",
    why="moto drops system attributes, counts characters for bytes, and lets one bad entry fail the others",
)
def _response_send_message_batch(original: Any, self: SQSResponse) -> ActionResult:
    queue = self.sqs_backend.get_queue(self._get_queue_name())
    entries = self._get_param("Entries", [])
    queue_limits.check_batch_of_messages(queue, entries)
    with together():
        return _each(entries, lambda entry: _sent(self, queue, entry))


@patch(
    "moto.sqs.models:SQSBackend.receive_message",
    why="moto looks at every message of the queue, loses FIFO order after a timeout, and is not safe among threads",
)
def _receive_message(
    original: Any,
    self: SQSBackend,
    queue_name: str,
    count: int,
    wait_seconds_timeout: int,
    visibility_timeout: int,
    message_attribute_names: list[str] | None = None,
) -> list[Message]:
    return store_of(self.get_queue(queue_name)).receive(count, visibility_timeout, wait_seconds_timeout)


@patch(
    "moto.sqs.responses:SQSResponse.receive_message",
    why="moto knows neither ReceiveRequestAttemptId nor DeadLetterQueueSourceArn, and misspells AWS's refusals",
)
def _response_receive_message(original: Any, self: SQSResponse) -> ActionResult:
    queue = self.sqs_backend.get_queue(self._get_queue_name())
    limit = self._get_param("MaxNumberOfMessages", 1)
    wait = self._get_param("WaitTimeSeconds")
    timeout = self._get_param("VisibilityTimeout")
    attempt_id = self._get_param("ReceiveRequestAttemptId")
    wait = int(queue.receive_message_wait_time_seconds if wait is None else wait)  # type: ignore[attr-defined]
    queue_limits.check_receive(limit, wait, timeout)
    queue_limits.check_attempt_id(attempt_id, bool(queue.fifo_queue))
    wanted = {*self._get_param("AttributeNames", []), *self._get_param("MessageSystemAttributeNames", [])}
    _check_names(wanted)
    messages = store_of(queue).receive(limit, timeout, wait, attempt_id)
    names = self._get_param("MessageAttributeNames", [])
    return ActionResult({"Messages": [_received(message, wanted, names) for message in messages]} if messages else {})


def _check_names(wanted: set[str]) -> None:
    unknown = sorted(wanted.difference(_SYSTEM_ATTRIBUTES))
    if unknown:
        raise InvalidParameterValue(
            f"Unknown Attribute {unknown[0]}: a message has " + ", ".join(_SYSTEM_ATTRIBUTES[1:])
        )


def _received(message: Message, wanted: set[str], names: Sequence[str]) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "MessageId": message.id,
        "ReceiptHandle": message.receipt_handle,
        "MD5OfBody": message.md5_of_body,
        "Body": message.body,
    }
    system = {name: value for name, value in message.attributes.items() if "All" in wanted or name in wanted}
    if system:
        answer["Attributes"] = system
    own = {name: value for name, value in message.message_attributes.items() if _is_asked_for(name, names)}
    if own:
        answer["MessageAttributes"] = own
        answer["MD5OfMessageAttributes"] = md5_of_attributes(own)
    return answer


def _is_asked_for(name: str, names: Sequence[str]) -> bool:
    return any(asked in ("All", name) or (asked.endswith(".*") and name.startswith(asked[:-2])) for asked in names)


@patch("moto.sqs.models:SQSBackend.delete_message", why="moto rebuilds its list of messages for each one")
def _delete_message(original: Any, self: SQSBackend, queue_name: str, receipt_handle: str) -> None:
    if not receipt_handle:
        raise MissingParameter("ReceiptHandle")
    store_of(self.get_queue(queue_name)).delete(receipt_handle)


@patch("moto.sqs.responses:SQSResponse.delete_message_batch", why="moto checks neither ids nor the number of entries")
def _response_delete_message_batch(original: Any, self: SQSResponse) -> ActionResult:
    store = store_of(self.sqs_backend.get_queue(self._get_queue_name()))
    entries = self._get_param("Entries", [])
    queue_limits.check_batch(entries, "DeleteMessageBatchRequestEntry")
    return _each(entries, lambda entry: store.delete(entry["ReceiptHandle"]))


@patch(
    "moto.sqs.models:SQSBackend.change_message_visibility",
    why="moto searches the queue, and counts the 12 hours from the sending",
)
def _change_message_visibility(
    original: Any, self: SQSBackend, queue_name: str, receipt_handle: str, visibility_timeout: int
) -> None:
    store_of(self.get_queue(queue_name)).change_visibility(receipt_handle, visibility_timeout)


@patch("moto.sqs.responses:SQSResponse.change_message_visibility", why="moto does not check the lower limit")
def _response_change_message_visibility(original: Any, self: SQSResponse) -> ActionResult:
    seconds = self._get_param("VisibilityTimeout")
    if seconds is None:
        raise MissingParameter("VisibilityTimeout")
    queue_limits.check_visibility(seconds)
    self.sqs_backend.change_message_visibility(self._get_queue_name(), self._get_param("ReceiptHandle"), seconds)
    return EmptyResult()


@patch(
    "moto.sqs.responses:SQSResponse.change_message_visibility_batch",
    why="moto checks neither ids nor the number of entries",
)
def _response_change_message_visibility_batch(original: Any, self: SQSResponse) -> ActionResult:
    store = store_of(self.sqs_backend.get_queue(self._get_queue_name()))
    entries = self._get_param("Entries", [])
    queue_limits.check_batch(entries, "ChangeMessageVisibilityBatchRequestEntry")

    def change(entry: Mapping[str, Any]) -> None:
        seconds = entry.get("VisibilityTimeout")
        if seconds is None:
            raise MissingParameter("VisibilityTimeout")
        queue_limits.check_visibility(seconds)
        store.change_visibility(entry["ReceiptHandle"], seconds)

    return _each(entries, change)


def _each(entries: Sequence[Mapping[str, Any]], act: Any) -> ActionResult:
    """Do something with each entry of a batch; those that fail do not keep the others from succeeding."""
    answer: dict[str, list[dict[str, Any]]] = {}
    for entry in entries:
        try:
            done = {"Id": entry["Id"], **(act(entry) or {})}
            answer.setdefault("Successful", []).append(done)
        except SQSException as error:
            failed = {"Id": entry["Id"], "SenderFault": True, "Code": error.code, "Message": error.message}
            answer.setdefault("Failed", []).append(failed)
    return ActionResult(answer)


@patch("moto.sqs.models:SQSBackend.purge_queue", why="moto forgets the list and leaves the messages in flight")
def _purge_queue(original: Any, self: SQSBackend, queue_name: str) -> None:
    store_of(self.get_queue(queue_name)).purge()


@patch("moto.sqs.models:Queue.approximate_number_of_messages", why="moto counts by looking at every message")
def _visible(original: Any, self: Queue) -> int:
    return store_of(self).counts().visible


@patch(
    "moto.sqs.models:Queue.approximate_number_of_messages_not_visible", why="moto counts by looking at every message"
)
def _not_visible(original: Any, self: Queue) -> int:
    return store_of(self).counts().in_flight


@patch("moto.sqs.models:Queue.approximate_number_of_messages_delayed", why="moto counts by looking at every message")
def _delayed(original: Any, self: Queue) -> int:
    return store_of(self).counts().delayed
