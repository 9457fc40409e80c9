"""Pollers of queues: they take messages in batches and invoke a function with them.

Nothing polls while a queue is empty: the queue calls when a message may be there. A batch that succeeds is deleted; one that fails is left, and its messages come back when
their visibility timeout ends.
https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
"""

from __future__ import annotations

import json
import logging
import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moto.sqs.exceptions import SQSException

from helpers.localcloud import compute, provenance
from helpers.localcloud.arns import account_of, region_of
from helpers.localcloud.billing import meter
from helpers.localcloud.compute.errors import LambdaError, RecursiveInvocation
from helpers.localcloud.compute.recursion import deepest
from helpers.localcloud.events import queues
from helpers.localcloud.events.batches import LARGEST_PAYLOAD
from helpers.localcloud.events.mapping_metrics import count_events
from helpers.localcloud.events.queue_messages import Message
from helpers.localcloud.events.queue_records import BodyFilter, failed_items, record_of

if TYPE_CHECKING:
    from helpers.localcloud.events.plane import EventPlane

_log = logging.getLogger(__name__)

# AWS starts with five batches at a time and adds more for a backlog; on one computer more processes would only wait for each other.
CONCURRENT_BATCHES = 5
LONGEST_PAUSE = 60


@dataclass(frozen=True)
class QueueSettings:
    """How a mapping reads a queue.

    window: seconds of virtual time that a batch may wait to become full. concurrency: batches at the same time, at most. filters: with what each says of the body.
    counted_as: the mapping, when it asks for metrics of its own.
    """

    function_arn: str
    queue_arn: str
    batch_size: int = 10
    window: float = 0
    concurrency: int = CONCURRENT_BATCHES
    reports_items: bool = False
    filters: tuple[BodyFilter, ...] = ()
    counted_as: str | None = None


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
        self._count("Polled", len(received))
        self._charge(received, sum(len(message.body.encode()) for message in received))
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
        self._plane.schedule.after(seconds, account_of(self._settings.queue_arn), action)

    def _handle(self, messages: Sequence[Message]) -> None:
        wanted: list[tuple[Message, dict[str, Any]]] = []
        for message in messages:
            record = record_of(message, self._settings.queue_arn)
            if not self._settings.filters or any(one.matches(record) for one in self._settings.filters):
                wanted.append((message, record))
            else:
                self._note("filtered", message)
                self._count("FilteredOut", 1)
                self._delete([message])
        while wanted:
            part = _cut(wanted)
            del wanted[: len(part)]
            self._invoke([message for message, _ in part], [record for _, record in part])

    def _invoke(self, messages: Sequence[Message], records: Sequence[dict[str, Any]]) -> None:
        settings = self._settings
        account, region = account_of(settings.function_arn), region_of(settings.function_arn)
        payload = json.dumps({"Records": records}, separators=(",", ":"), ensure_ascii=False).encode()
        senders = [
            message.attributes["AWSTraceHeader"] for message in messages if "AWSTraceHeader" in message.attributes
        ]
        trace = deepest(senders)
        self._count("Invoked", len(messages))
        try:
            with provenance.carrying(trace=trace, origin=messages[0].id if len(messages) == 1 else None):
                outcome = compute.engine().invoke(
                    account, region, settings.function_arn, payload=payload, trace_header=trace, senders=senders
                )
        except RecursiveInvocation as stopped:
            for message in messages:
                self._note("failed", message, reason=str(stopped.message))
            self._count("FailedInvoke", len(messages))
            return
        except LambdaError as refused:
            for message in messages:
                self._note("failed", message, reason=str(refused.message))
            self._count("FailedInvoke", len(messages))
            self._rest()
            return
        self._throttles = 0
        failed = failed_items(messages, outcome, settings.reports_items)
        self._count("FailedInvoke", len(failed))
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
        self._charge(messages)
        for message in messages if store else ():
            try:
                store.delete(message.receipt_handle)  # type: ignore[union-attr]
            except SQSException as gone:  # a FIFO queue takes no handle whose visibility timeout has ended
                self._note("failed", message, reason=str(gone))
            else:
                self._count("Deleted", 1)

    def _charge(self, messages: Sequence[Message], size: int = 0) -> None:
        """What Lambda's pollers ask of the queue is paid by its owner: ten messages, or 64 KB of them, a request."""
        _, _, _, region, account, name = self._settings.queue_arn.split(":")
        key = "sqs/fifo-requests" if name.endswith(".fifo") else "sqs/standard-requests"
        if messages:
            requests = max(math.ceil(len(messages) / 10), meter.chunks(size))
            meter.count(account, region, key, self._settings.queue_arn, requests)

    def _count(self, name: str, messages: int) -> None:
        settings, now = self._settings, self._plane.clock.timestamp()
        count_events(settings.function_arn, settings.counted_as, now, name, messages)

    def _note(self, step: Any, message: Message, **more: Any) -> None:
        account = account_of(self._settings.queue_arn)
        trace = message.attributes.get("AWSTraceHeader")
        where = {"to": self._settings.function_arn, "trace": trace, **more}
        self._plane.ledger.record(account, step, message.id, self._settings.queue_arn, **where)


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
