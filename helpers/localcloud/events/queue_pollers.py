"""Pollers of queues: they take messages in batches and invoke a function with them.

Nothing polls while a queue is empty: the queue calls when a message may be there. A batch that succeeds is deleted; one that fails is left, and its messages come back when
their visibility timeout ends.
https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
"""

from __future__ import annotations

import base64
import json
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moto.sqs.exceptions import SQSException

from helpers.localcloud import compute, provenance
from helpers.localcloud.compute.errors import LambdaError, RecursiveInvocation
from helpers.localcloud.compute.invoke import Outcome
from helpers.localcloud.compute.recursion import deepest
from helpers.localcloud.events import queues
from helpers.localcloud.events.patterns import Pattern
from helpers.localcloud.events.queue_messages import Message

if TYPE_CHECKING:
    from helpers.localcloud.events.plane import EventPlane

_log = logging.getLogger(__name__)

# AWS starts with five batches at a time and adds more for a backlog; on one computer more processes would only wait for each other.
CONCURRENT_BATCHES = 5
LARGEST_PAYLOAD = 6_000_000
LONGEST_PAUSE = 60


@dataclass(frozen=True)
class QueueSettings:
    """How a mapping reads a queue.

    window: seconds of virtual time that a batch may wait to become full. concurrency: batches at the same time, at most. filters: with what each says of the body.
    """

    function_arn: str
    queue_arn: str
    batch_size: int = 10
    window: float = 0
    concurrency: int = CONCURRENT_BATCHES
    reports_items: bool = False
    filters: tuple[BodyFilter, ...] = ()


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


class QueuePoller:
    """Reads one queue for one mapping, from ``start`` to ``stop``."""

    last_result: str | None = None

    def __init__(self, plane: EventPlane, settings: QueueSettings, run: Callable[[Callable[[], None]], None]) -> None:
        """run: does something in the background, counted as work."""
        self._plane = plane
        self._settings = settings
        self._run = run
        self._lock = threading.Lock()
        self._running = False
        self._batches = 0
        self._waiting: list[Message] = []
        self._window_ends: float | None = None
        self._rests_until = 0.0
        self._throttles = 0
        self._stop_listening: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Begin, or go on where it stopped."""
        store = queues.find(self._settings.queue_arn)
        if store is None:
            return
        with self._lock:
            self._running = True
        self._stop_listening = store.listen(self.look)
        self.look()

    def stop(self) -> None:
        """Invoke nothing any more; a batch that runs ends by itself. What waits for a full batch comes back after its visibility timeout."""
        self._stop_listening()
        with self._lock:
            self._running = False
            self._waiting, self._window_ends = [], None

    def look(self) -> None:
        """Start a batch if there may be one and another may run; quick."""
        store = queues.find(self._settings.queue_arn)
        receivable = store is not None and store.receivable(self._settings.batch_size)
        with self._lock:
            now = self._plane.clock.timestamp()
            wanted = receivable or self._is_due(now)
            if (
                not wanted
                or not self._running
                or now < self._rests_until
                or self._batches >= self._settings.concurrency
            ):
                return
            self._batches += 1
        self._run(self._work)

    def _is_due(self, now: float) -> bool:
        return self._window_ends is not None and now >= self._window_ends

    def _work(self) -> None:
        """Handle batch after batch until there is none."""
        try:
            while batch := self._next_batch():
                self.look()  # for what this batch left behind
                self._handle(batch)
        except Exception:
            _log.exception("a batch of %s could not be handled", self._settings.queue_arn)
        finally:
            with self._lock:
                self._batches -= 1
        self.look()

    def _next_batch(self) -> list[Message]:
        settings, store = self._settings, queues.find(self._settings.queue_arn)
        with self._lock:
            if not self._running or store is None or self._plane.clock.timestamp() < self._rests_until:
                return []
            room = settings.batch_size - len(self._waiting)
        # Without the lock: a receive that moves a message to the dead-letter queue calls `look`.
        received = store.receive(room) if room > 0 and store.receivable(room) else []
        with self._lock:
            if not self._running or not settings.window:
                return received if self._running else []
            self._waiting += received
            now = self._plane.clock.timestamp()
            self._open_window(now)
            if not self._waiting or len(self._waiting) < settings.batch_size and not self._is_due(now):
                return []
            batch, self._waiting = self._waiting[: settings.batch_size], self._waiting[settings.batch_size :]
            self._window_ends = None
            self._open_window(now)
            return batch

    def _open_window(self, now: float) -> None:
        if self._waiting and self._window_ends is None:
            self._window_ends = now + self._settings.window
            self._later(self._settings.window, self.look)

    def _later(self, seconds: float, action: Callable[[], None]) -> None:
        self._plane.schedule.after(seconds, self._settings.queue_arn.split(":")[4], action)

    def _handle(self, messages: Sequence[Message]) -> None:
        wanted: list[tuple[Message, dict[str, Any]]] = []
        for message in messages:
            record = record_of(message, self._settings.queue_arn)
            if not self._settings.filters or any(one.matches(record) for one in self._settings.filters):
                wanted.append((message, record))
            else:
                self._note("filtered", message)
                self._delete([message])
        while wanted:
            part = _cut(wanted)
            del wanted[: len(part)]
            self._invoke([message for message, _ in part], [record for _, record in part])

    def _invoke(self, messages: Sequence[Message], records: Sequence[dict[str, Any]]) -> None:
        settings = self._settings
        _, _, _, region, account, *_ = settings.function_arn.split(":")
        payload = json.dumps({"Records": records}, separators=(",", ":"), ensure_ascii=False).encode()
        trace = deepest([message.attributes.get("AWSTraceHeader") for message in messages])
        try:
            with provenance.carrying(trace=trace, origin=messages[0].id if len(messages) == 1 else None):
                outcome = compute.engine().invoke(
                    account, region, settings.function_arn, payload=payload, trace_header=trace
                )
        except RecursiveInvocation as stopped:
            for message in messages:
                self._note("failed", message, reason=str(stopped.message))
            return
        except LambdaError as refused:
            for message in messages:
                self._note("failed", message, reason=str(refused.message))
            self._rest()
            return
        self._throttles = 0
        failed = failed_items(messages, outcome, settings.reports_items)
        for message in messages:
            step = "failed" if message.id in failed else "delivered"
            count = int(message.attributes["ApproximateReceiveCount"])
            self._note(step, message, count=count, received_as=outcome.request_id, trace=outcome.trace)
        self._delete([message for message in messages if message.id not in failed])

    def _rest(self) -> None:
        """Stay away from a function that is throttled or cannot run, longer each time."""
        pause = min(2.0**self._throttles, LONGEST_PAUSE)
        with self._lock:
            self._throttles = min(self._throttles + 1, 20)
            self._rests_until = self._plane.clock.timestamp() + pause
        self._later(pause, self.look)

    def _delete(self, messages: Sequence[Message]) -> None:
        store = queues.find(self._settings.queue_arn)
        for message in messages if store else ():
            try:
                store.delete(message.receipt_handle)  # type: ignore[union-attr]
            except SQSException as gone:  # a FIFO queue takes no handle whose visibility timeout has ended
                self._note("failed", message, reason=str(gone))

    def _note(self, step: Any, message: Message, **more: Any) -> None:
        account = self._settings.queue_arn.split(":")[4]
        trace = message.attributes.get("AWSTraceHeader")
        where = {"to": self._settings.function_arn, "trace": trace, **more}
        self._plane.ledger.record(account, step, message.id, self._settings.queue_arn, **where)


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
        "awsRegion": queue_arn.split(":")[3],
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
    try:
        answer = json.loads(outcome.payload or b"null")
        failures = [] if answer is None else answer.get("batchItemFailures") or []
        failed = {failure["itemIdentifier"] for failure in failures}
    except (ValueError, AttributeError, TypeError, KeyError):
        return everything
    return failed if failed <= everything else everything


def _cut(wanted: Sequence[tuple[Message, dict[str, Any]]]) -> list[tuple[Message, dict[str, Any]]]:
    """As many records as one invocation takes, and at least one."""
    part: list[tuple[Message, dict[str, Any]]] = []
    size = 0
    for message, record in wanted:
        size += len(json.dumps(record)) + 1
        if part and size > LARGEST_PAYLOAD:
            break
        part.append((message, record))
    return part


def _base64(value: bytes | str) -> str:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value
