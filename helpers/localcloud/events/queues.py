"""Queues: one store for each queue of moto, which keeps its messages and gives them to one consumer at a time.

moto keeps names, settings, tags and policies; messages live here. Every call takes constant or logarithmic time, under one lock for each queue. Time is the
virtual clock: one appointment for each queue wakes it when the next delay, visibility timeout or retention period ends.
Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/
"""

from __future__ import annotations

import heapq
import itertools
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING, Any

from moto.sqs.models import Queue, sqs_backends

from helpers.localcloud import provenance
from helpers.localcloud.events.ledger import Step
from helpers.localcloud.events.queue_errors import (
    InvalidParameterValue,
    NotInFlight,
    PurgeInProgress,
    ReceiptHandleExpired,
    TooManyInFlight,
)
from helpers.localcloud.events.queue_memory import Fading
from helpers.localcloud.events.queue_messages import (
    Message,
    MessageAttributes,
    State,
    Stored,
    read_handle,
    size_in_bytes,
)
from helpers.localcloud.events.queue_metrics import Gauges, Meter
from helpers.localcloud.events.queue_order import FifoOrder, Order, StandardOrder
from helpers.localcloud.schedule import Appointment

if TYPE_CHECKING:
    from helpers.localcloud.events.plane import EventPlane

IN_FLIGHT_AT_MOST = 120_000
LONGEST_VISIBILITY_SECONDS = 43_200
DEDUPLICATION_SECONDS = 300
PURGE_REST_SECONDS = 60
SERVICE_SENDER = "AIDAIT2UOQQY3AUEKVGXU"
_FIRST_SEQUENCE_NUMBER = 18_849_496_460_467_696_128
_SEQUENCE_STEP = 256
_STALE_AT_LEAST = 64


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
class Counts:
    """How many messages of a queue can be received, are in flight, are delayed."""

    visible: int
    in_flight: int
    delayed: int


_arriving: ContextVar[dict[QueueStore, None] | None] = ContextVar("arriving", default=None)


@dataclass(frozen=True)
class _Attempt:
    """One receive of a FIFO queue that may be asked for again by its ``ReceiveRequestAttemptId``."""

    messages: list[Message]
    versions: list[tuple[Stored, int]]


def find(arn: str) -> QueueStore | None:
    """The store of the queue with ``arn``; nothing when there is no such queue."""
    parts = arn.split(":")
    if len(parts) != 6 or parts[2] != "sqs":
        return None
    _, _, _, region, account, name = parts
    try:
        queue = sqs_backends[account][region].queues.get(name)
    except KeyError:
        return None
    return store_of(queue) if queue else None


def store_of(queue: Queue) -> QueueStore:
    """The store that belongs to a queue of moto; it travels with moto's own object."""
    store: QueueStore | None = queue.__dict__.get("_localcloud")
    if store is None:
        from helpers.localcloud.events import plane

        store = queue.__dict__.setdefault("_localcloud", QueueStore(queue, plane()))
    return store


@contextmanager
def together() -> Iterator[None]:
    """Let the messages of one call arrive as one: who listens to their queues is told after the last of them."""
    stores: dict[QueueStore, None] = {}
    outer = _arriving.set(stores)
    try:
        yield
    finally:
        _arriving.reset(outer)
        for store in stores:
            store.arrived()


class QueueStore:
    """The messages of one queue.

    queue: moto's object, read for the settings at the moment they matter. Nothing of it is changed here.
    """

    def __init__(self, queue: Any, plane: EventPlane) -> None:
        self.arn: str = queue.queue_arn
        self.account: str = queue.account_id
        self.region: str = queue.region
        self._queue = queue
        self._plane = plane
        self._clock = plane.clock
        self._fifo = bool(queue.fifo_queue)
        self._turn = threading.Condition(threading.RLock())
        self._numbers = itertools.count(1)
        self._listeners: dict[int, Callable[[], None]] = {}
        self._listener_numbers = itertools.count()
        self._appointment: Appointment | None = None
        self._closed = False
        self._calls_at_work = 0
        self._last_purge = float("-inf")
        self._empty()
        self._meter = Meter(self._clock.timestamp(), self._gauges)

    def _empty(self) -> None:
        self._messages: dict[str, Stored] = {}
        self._order: Order = FifoOrder() if self._fifo else StandardOrder()
        self._due: list[tuple[float, int, int, Stored]] = []
        self._by_age: list[tuple[float, int, Stored]] = []
        self._count = dict.fromkeys(State, 0)
        self._deduplicated: Fading[tuple[str | None, str], Stored] = Fading(DEDUPLICATION_SECONDS)
        self._attempts: Fading[str, _Attempt] = Fading(DEDUPLICATION_SECONDS)
        self._news = False

    def send(self, outgoing: Outgoing) -> Stored:
        """Take a message in. A duplicate on a FIFO queue is answered with the message that is there, and not taken.

        The provenance of the running work becomes that of the message.
        """
        with self._at_work() as now:
            number = next(self._numbers)
            key = self._deduplication_key(outgoing)
            if key and (first := self._deduplicated.get(key, now)):
                self._record("duplicate", first)
                return first
            message = Stored(
                str(uuid.uuid4()),
                outgoing.body,
                number,
                now,
                outgoing.sender,
                outgoing.message_attributes,
                outgoing.system_attributes,
                outgoing.group,
                outgoing.deduplication_id,
                self._sequence_number(number),
                parent=provenance.origin(),
                trace=outgoing.system_attributes.get("AWSTraceHeader") or provenance.trace(),
            )
            if key:
                self._deduplicated.keep(key, message, now)
            delay = outgoing.delay_seconds if outgoing.delay_seconds is not None else self._queue.delay_seconds
            self._record("sent", message)
            self._admit(message, now, float(delay))
            self._meter.add(now, "NumberOfMessagesSent", 1)
            self._meter.add(now, "SentMessageSize", size_in_bytes(message.body, message.message_attributes))
            return message

    def receive(
        self,
        limit: int,
        visibility_timeout: float | None = None,
        wait_seconds: float = 0,
        attempt_id: str | None = None,
    ) -> list[Message]:
        """Take up to ``limit`` messages, which nobody else gets until their visibility timeout ends.

        visibility_timeout: seconds; nothing for the queue's own. wait_seconds: of real time, that the call may wait for the first message; 0 does not block.
        attempt_id: a FIFO queue gives the same messages again when asked with the same one within five minutes, as long as they are untouched.
        Messages that were received ``maxReceiveCount`` times go to the dead-letter queue instead.
        Raises: ``TooManyInFlight`` on a standard queue with 120,000 messages in flight.
        """
        give_up = time.monotonic() + wait_seconds
        while True:
            exhausted: list[Stored] = []
            with self._at_work() as now:
                messages = self._receive(now, limit, visibility_timeout, attempt_id, exhausted)
            self._dead_letter(exhausted)
            if messages or not self._wait(give_up):
                break
        with self._turn:
            self._meter.add(
                now, "NumberOfMessagesReceived" if messages else "NumberOfEmptyReceives", len(messages) or 1
            )
        return messages

    def delete(self, handle: str) -> None:
        """A consumer is done with a message. Deleting one that is gone succeeds.

        A standard queue takes a handle also after its visibility timeout; one that a newer receive has replaced succeeds and deletes nothing.
        Raises: ``ReceiptHandleIsInvalid``; on a FIFO queue ``ReceiptHandleExpired``.
        """
        with self._at_work() as now:
            message_id, receives = read_handle(handle, self.arn)
            message = self._messages.get(message_id)
            if message is None:
                self._meter.add(now, "NumberOfMessagesDeleted", 1)
                return
            newest = receives == message.receives
            if self._fifo and not (newest and message.state is State.IN_FLIGHT):
                raise ReceiptHandleExpired(handle)
            self._meter.add(now, "NumberOfMessagesDeleted", 1)
            if newest:
                self._remove(message)
                self._record("deleted", message)

    def change_visibility(self, handle: str, seconds: float) -> None:
        """Let the visibility timeout of a message in flight end ``seconds`` from now; 0 makes it receivable at once.

        Raises: ``ReceiptHandleIsInvalid``, ``NotInFlight``, on a FIFO queue ``ReceiptHandleExpired``; ``InvalidParameterValue`` when the message would be in
        flight for more than 12 hours since it was received.
        """
        with self._at_work() as now:
            message_id, receives = read_handle(handle, self.arn)
            message = self._messages.get(message_id)
            if message is None:
                raise NotInFlight(handle)
            if receives != message.receives or message.state is not State.IN_FLIGHT:
                raise ReceiptHandleExpired(handle) if self._fifo else NotInFlight(handle)
            if now + seconds - message.received > LONGEST_VISIBILITY_SECONDS:
                raise InvalidParameterValue(
                    f"Value {seconds} for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the message is beyond "
                    f"the limit [{LONGEST_VISIBILITY_SECONDS} seconds]"
                )
            self._enter(message, State.IN_FLIGHT, now + seconds)
            if seconds <= 0:
                self._settle(now)

    def listen(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call back whenever a message may have become receivable; the answer is the function that stops it.

        The callback must be quick. It runs in the thread that caused the change, without the lock of the store.
        """
        number = next(self._listener_numbers)
        with self._turn:
            self._listeners[number] = callback

        def stop() -> None:
            with self._turn:
                self._listeners.pop(number, None)

        return stop

    @property
    def visibility_timeout(self) -> int:
        """The queue's own visibility timeout in seconds."""
        return int(self._queue.visibility_timeout)

    @property
    def policy(self) -> Any:
        """The queue's resource policy."""
        return self._queue.policy

    def receivable(self, wanted: int = 1) -> bool:
        """Whether a receive would find a message now; while a call brings several, whether it would find as many as ``wanted``."""
        with self._at_work():
            return self._order.any() and (not self._calls_at_work or self._count[State.READY] >= wanted)

    def arrived(self) -> None:
        """All messages of a call are here."""
        with self._turn:
            self._calls_at_work -= 1
            listeners = list(self._listeners.values())
        for listener in listeners:
            listener()

    def counts(self) -> Counts:
        """How many messages there are, by what can be done with them."""
        with self._at_work():
            return Counts(self._count[State.READY], self._count[State.IN_FLIGHT], self._count[State.DELAYED])

    def metrics(self) -> list[dict[str, Any]]:
        """What CloudWatch has not got yet, in the form of ``PutMetricData``."""
        with self._turn:
            now = self._clock.timestamp()
            return self._meter.drain(now, self._queue.name)

    def purge(self) -> None:
        """Drop all messages, also those in flight, and what is known of duplicates.

        Raises: ``PurgeInProgress`` within 60 seconds of the purge before.
        """
        with self._at_work() as now:
            if now - self._last_purge < PURGE_REST_SECONDS:
                raise PurgeInProgress(self._queue.name)
            self._last_purge = now
            self._drop_all()

    def take_over(self, message: Stored, source: QueueStore) -> None:
        """Take in a message that ``source`` has dead-lettered: with its id, its receive count and, on a standard queue, its age.

        Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/setting-up-dead-letter-queue-retention.html
        """
        with self._at_work() as now:
            moved = self._copy(message, message.id, now if self._fifo else message.sent)
            moved.source, moved.receives, moved.first_received = source.arn, message.receives, message.first_received
            if self._fifo:
                moved.deduplication_id = message.id
            self._admit(moved, now, 0.0)

    def pass_on(self, destination_of: Callable[[Stored], QueueStore | None]) -> bool:
        """Redrive the next visible message to the queue that ``destination_of`` names; ``False`` when there is none, or it names none.

        A redriven message is a new one, with an id, an age and a receive count of its own.
        """
        with self._at_work():
            message = self._order.take(None)
            if message is None:
                return False
            destination = destination_of(message)
            if destination is None:
                self._order.sent(message)
                return False
            self._remove(message)
        again = destination.take_again(message)
        self._record("moved", message, to=destination.arn, moved_as=again.id)
        return True

    def take_again(self, message: Stored) -> Stored:
        """Take in a message that was redriven from a dead-letter queue, as a new one and whatever is known of duplicates."""
        with self._at_work() as now:
            again = self._copy(message, str(uuid.uuid4()), now)
            again.parent = message.id
            self._record("sent", again)
            self._admit(again, now, 0.0)
            return again

    def admits(self, source_arn: str) -> bool:
        """Whether the redrive allow policy lets the queue ``source_arn`` use this one as its dead-letter queue."""
        policy = self._queue.redrive_allow_policy
        permission = policy["redrivePermission"] if policy else "allowAll"
        return permission == "allowAll" or (permission == "byQueue" and source_arn in policy["sourceQueueArns"])

    def settings_changed(self, *, retimed: bool) -> None:
        """Follow new settings; ``retimed``: also a new delay, which on a FIFO queue holds for the messages that are delayed already."""
        with self._at_work() as now:
            delayed = (
                [one for one in self._messages.values() if one.state is State.DELAYED] if retimed and self._fifo else []
            )
            for message in delayed:
                self._enter(message, State.DELAYED, max(now, message.sent + float(self._queue.delay_seconds)))
            self._settle(now)

    def close(self) -> None:
        """Forget everything: the queue is deleted, its account emptied, or the server ends. Who waits for a message gets none."""
        with self._turn:
            self._closed = True
            if self._appointment:
                self._appointment.cancel()
            self._listeners.clear()
            self._empty()
            self._turn.notify_all()

    def discard(self) -> None:
        """Close the store of a queue that is deleted; its messages are gone."""
        with self._turn:
            self._drop_all()
            self.close()

    @contextmanager
    def _at_work(self) -> Iterator[float]:
        """Hold the lock, with all that is due by now done; afterwards make the next appointment and tell who listens."""
        listeners: list[Callable[[], None]] = []
        with self._turn:
            now = self._clock.timestamp()
            self._meter.turn(now)
            self._settle(now)
            try:
                yield now
            finally:
                self._make_appointment()
                if self._news:
                    self._news = False
                    self._turn.notify_all()
                    stores = _arriving.get()
                    if stores is None:
                        listeners = list(self._listeners.values())
                    elif self not in stores:
                        stores[self] = None
                        self._calls_at_work += 1
        for listener in listeners:
            listener()

    def _wait(self, give_up: float) -> bool:
        """Wait until a message may be there; ``False`` when the time is over or the queue is gone."""
        with self._turn:
            while not self._closed and not self._order.any():
                remaining = give_up - time.monotonic()
                if remaining <= 0 or not self._turn.wait(remaining):
                    return False
            return not self._closed

    def _gauges(self) -> Gauges:
        while self._by_age and self._by_age[0][2].state is State.GONE:
            heapq.heappop(self._by_age)
        oldest = self._by_age[0][0] if self._by_age else None
        return Gauges(self._count[State.READY], self._count[State.IN_FLIGHT], self._count[State.DELAYED], oldest)

    def _settle(self, now: float) -> None:
        while self._due and (self._due[0][0] <= now or self._is_stale(self._due[0])):
            _, _, version, message = heapq.heappop(self._due)
            if version != message.version:
                continue
            was = message.state
            self._enter(message, State.READY)
            self._order.ready(message, was)
            if was is State.IN_FLIGHT:
                self._record("returned", message, count=message.receives)
            self._news = True
        retention = float(self._queue.message_retention_period)
        while self._by_age and (self._by_age[0][0] + retention <= now or self._by_age[0][2].state is State.GONE):
            message = heapq.heappop(self._by_age)[2]
            if message.state is not State.GONE:
                self._remove(message)
                self._record("expired", message)

    @staticmethod
    def _is_stale(entry: tuple[float, int, int, Stored]) -> bool:
        return entry[2] != entry[3].version

    def _make_appointment(self) -> None:
        moments = [self._due[0][0]] if self._due else []
        if self._by_age:
            moments.append(float(ceil(self._by_age[0][0] + float(self._queue.message_retention_period))))
        if self._closed or not moments:
            return
        moment = min(moments)
        if self._appointment and not self._appointment.cancelled:
            if self._appointment.moment <= moment:
                return
            self._appointment.cancel()
        self._appointment = self._plane.schedule.at(moment, self.account, self._keep_appointment)

    def _keep_appointment(self) -> None:
        with self._turn:
            self._appointment = None
        with self._at_work():
            pass

    def _admit(self, message: Stored, now: float, delay: float) -> None:
        self._messages[message.id] = message
        heapq.heappush(self._by_age, (message.sent, message.number, message))
        self._count[message.state] += 1
        if delay > 0:
            self._enter(message, State.DELAYED, now + delay)
        self._order.sent(message)
        self._news = self._news or message.state is State.READY

    def _enter(self, message: Stored, state: State, due: float = 0.0) -> None:
        self._count[message.state] -= 1
        self._count[state] += 1
        message.enter(state, due)
        if due:
            heapq.heappush(self._due, (due, message.number, message.version, message))
            self._tidy_due()

    def _tidy_due(self) -> None:
        if len(self._due) > _STALE_AT_LEAST + 2 * (self._count[State.IN_FLIGHT] + self._count[State.DELAYED]):
            self._due = [entry for entry in self._due if not self._is_stale(entry)]
            heapq.heapify(self._due)

    def _remove(self, message: Stored) -> None:
        was = message.state
        self._enter(message, State.GONE)
        del self._messages[message.id]
        self._order.gone(message, was)
        self._news = self._news or self._fifo
        if len(self._by_age) > _STALE_AT_LEAST + 2 * len(self._messages):
            self._by_age = [entry for entry in self._by_age if entry[2].state is not State.GONE]
            heapq.heapify(self._by_age)

    def _drop_all(self) -> None:
        for message in self._messages.values():
            self._record("purged", message)
            message.enter(State.GONE)
        self._empty()

    def _receive(
        self, now: float, limit: int, visibility_timeout: float | None, attempt_id: str | None, exhausted: list[Stored]
    ) -> list[Message]:
        timeout = float(self._queue.visibility_timeout if visibility_timeout is None else visibility_timeout)
        if attempt_id and self._fifo and (again := self._repeat(attempt_id, now, timeout)):
            return again
        most = self._most_receives()
        taken: list[Stored] = []
        previous: Stored | None = None
        while len(taken) < limit and self._count[State.IN_FLIGHT] < IN_FLIGHT_AT_MOST:
            previous = self._order.take(previous)
            if previous is None:
                break
            if most is not None and previous.receives >= most:
                self._remove(previous)
                exhausted.append(previous)
                continue
            self._start(previous, now, timeout)
            taken.append(previous)
        if not taken and not self._fifo and self._count[State.IN_FLIGHT] >= IN_FLIGHT_AT_MOST:
            raise TooManyInFlight
        messages = [message.handed_out(self.arn) for message in taken]
        if attempt_id and self._fifo and taken:
            self._attempts.keep(attempt_id, _Attempt(messages, [(one, one.version) for one in taken]), now)
        return messages

    def _start(self, message: Stored, now: float, timeout: float) -> None:
        message.receives += 1
        message.received = now
        message.first_received = message.first_received or now
        self._enter(message, State.IN_FLIGHT, now + timeout)
        self._order.started(message)
        self._record("received", message, count=message.receives)

    def _repeat(self, attempt_id: str, now: float, timeout: float) -> list[Message]:
        attempt = self._attempts.get(attempt_id, now)
        if attempt is None or any(message.version != version for message, version in attempt.versions):
            self._attempts.drop(attempt_id)
            return []
        for message, _ in attempt.versions:
            self._enter(message, State.IN_FLIGHT, now + timeout)
        versions = [(message, message.version) for message, _ in attempt.versions]
        self._attempts.replace(attempt_id, _Attempt(attempt.messages, versions))
        return attempt.messages

    def _most_receives(self) -> int | None:
        policy = self._queue.redrive_policy
        if not policy or find(policy["deadLetterTargetArn"]) is None:
            return None
        return int(policy["maxReceiveCount"])

    def _dead_letter(self, exhausted: list[Stored]) -> None:
        for message in exhausted:
            target = find(self._queue.redrive_policy["deadLetterTargetArn"])
            (target or self).take_over(message, self)
            self._record("dead-lettered", message, to=(target or self).arn, count=message.receives)

    def _copy(self, message: Stored, message_id: str, sent: float) -> Stored:
        number = next(self._numbers)
        return Stored(
            message_id,
            message.body,
            number,
            sent,
            message.sender,
            message.message_attributes,
            message.system_attributes,
            message.group,
            message.deduplication_id,
            self._sequence_number(number),
            parent=message.parent,
            trace=message.trace,
        )

    def _sequence_number(self, number: int) -> str | None:
        return str(_FIRST_SEQUENCE_NUMBER + _SEQUENCE_STEP * number) if self._fifo else None

    def _deduplication_key(self, outgoing: Outgoing) -> tuple[str | None, str] | None:
        if not self._fifo or outgoing.deduplication_id is None:
            return None
        by_group = self._queue.deduplication_scope == "messageGroup"
        return outgoing.group if by_group else None, outgoing.deduplication_id

    def _record(
        self, step: Step, message: Stored, to: str | None = None, count: int | None = None, **detail: str
    ) -> None:
        self._plane.ledger.record(
            self.account,
            step,
            message.id,
            self.arn,
            parent=message.parent,
            trace=message.trace,
            to=to,
            count=count,
            **detail,
        )


def stores_of(account: str) -> list[QueueStore]:
    """The stores of all queues that an account has, in every Region."""
    backends: dict[str, Any] = dict.get(sqs_backends, account) or {}  # type: ignore[arg-type]
    queues = [queue for backend in list(backends.values()) for queue in list(backend.queues.values())]
    return [store for queue in queues if (store := queue.__dict__.get("_localcloud"))]


def forget(account: str) -> None:
    """Close the stores of an account that is being emptied."""
    for store in stores_of(account):
        store.close()


def close() -> None:
    """Close all stores: the server ends."""
    for account in list(sqs_backends):
        forget(account)
