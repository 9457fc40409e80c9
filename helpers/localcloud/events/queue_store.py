"""The store of one queue, which keeps its messages and gives them to one consumer at a time.

Every call takes constant or logarithmic time, under one lock for each queue. Time is the virtual clock: one appointment for each queue wakes it when the next delay,
visibility timeout or retention period ends.
Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/
"""

from __future__ import annotations

import itertools
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from helpers.localcloud import provenance
from helpers.localcloud.events.ledger import Step
from helpers.localcloud.events.queue_arrivals import Listeners
from helpers.localcloud.events.queue_errors import (
    InvalidParameterValue,
    NotInFlight,
    PurgeInProgress,
    ReceiptHandleExpired,
    TooManyInFlight,
)
from helpers.localcloud.events.queue_messages import Message, Outgoing, State, Stored, read_handle, size_in_bytes
from helpers.localcloud.events.queue_metrics import Meter
from helpers.localcloud.events.queue_recent import Recent
from helpers.localcloud.events.queue_shelf import Counts, Shelf
from helpers.localcloud.schedule import Alarm

if TYPE_CHECKING:
    from helpers.localcloud.events.plane import EventPlane

IN_FLIGHT_AT_MOST = 120_000
LONGEST_VISIBILITY_SECONDS = 43_200
PURGE_REST_SECONDS = 60
_FIRST_SEQUENCE_NUMBER = 18_849_496_460_467_696_128
_SEQUENCE_STEP = 256


class QueueStore:
    """The messages of one queue.

    queue: moto's object, read for the settings at the moment they matter. Nothing of it is changed here. find: the store of another queue by its ARN.
    """

    def __init__(self, queue: Any, plane: EventPlane, find: Callable[[str], QueueStore | None]) -> None:
        self.arn: str = queue.queue_arn
        self.account: str = queue.account_id
        self.region: str = queue.region
        self._queue = queue
        self._plane = plane
        self._find = find
        self._clock = plane.clock
        self._fifo = bool(queue.fifo_queue)
        self._turn = threading.Condition(threading.RLock())
        self._numbers = itertools.count(1)
        self._listeners = Listeners()
        self._alarm = Alarm(plane.schedule, self.account, self._turn, self._wake)
        self._closed = False
        self._last_purge = float("-inf")
        self._shelf = Shelf(self._fifo, self._record)
        self._recent = Recent(self._shelf)
        self._meter = Meter(self._clock.timestamp(), self._shelf.gauges)

    def send(self, outgoing: Outgoing) -> Stored:
        """Take a message in. A duplicate on a FIFO queue is answered with the message that is there, and not taken.

        The provenance of the running work becomes that of the message.
        """
        with self._at_work() as now:
            number = next(self._numbers)
            if self._fifo and (first := self._recent.first_of(outgoing, self._queue.deduplication_scope, now)):
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
            if self._fifo:
                self._recent.keep_sent(message, self._queue.deduplication_scope, now)
            delay = outgoing.delay_seconds if outgoing.delay_seconds is not None else self._queue.delay_seconds
            self._record("sent", message)
            self._shelf.admit(message, now, float(delay))
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
            message = self._shelf.get(message_id)
            if message is None:
                self._meter.add(now, "NumberOfMessagesDeleted", 1)
                return
            newest = receives == message.receives
            if self._fifo and not (newest and message.state is State.IN_FLIGHT):
                raise ReceiptHandleExpired(handle)
            self._meter.add(now, "NumberOfMessagesDeleted", 1)
            if newest:
                self._shelf.remove(message)
                self._record("deleted", message)

    def change_visibility(self, handle: str, seconds: float) -> None:
        """Let the visibility timeout of a message in flight end ``seconds`` from now; 0 makes it receivable at once.

        Raises: ``ReceiptHandleIsInvalid``, ``NotInFlight``, on a FIFO queue ``ReceiptHandleExpired``; ``InvalidParameterValue`` when the message would be in
        flight for more than 12 hours since it was received.
        """
        with self._at_work() as now:
            message_id, receives = read_handle(handle, self.arn)
            message = self._shelf.get(message_id)
            if message is None:
                raise NotInFlight(handle)
            if receives != message.receives or message.state is not State.IN_FLIGHT:
                raise ReceiptHandleExpired(handle) if self._fifo else NotInFlight(handle)
            if now + seconds - message.received > LONGEST_VISIBILITY_SECONDS:
                raise InvalidParameterValue(
                    f"Value {seconds} for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the message is beyond "
                    f"the limit [{LONGEST_VISIBILITY_SECONDS} seconds]"
                )
            self._shelf.enter(message, State.IN_FLIGHT, now + seconds)
            if seconds <= 0:
                self._shelf.settle(now, self._retention)

    def listen(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call back whenever a message may have become receivable; the answer is the function that stops it.

        The callback must be quick. It runs in the thread that caused the change, without the lock of the store.
        """
        with self._turn:
            number = self._listeners.add(callback)

        def stop() -> None:
            with self._turn:
                self._listeners.remove(number)

        return stop

    @property
    def _retention(self) -> float:
        return float(self._queue.message_retention_period)

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
            return self._shelf.receivable() and (
                not self._listeners.calls_at_work or self._shelf.count(State.READY) >= wanted
            )

    def arrived(self) -> None:
        """All messages of a call are here."""
        with self._turn:
            listeners = self._listeners.call_done()
        for listener in listeners:
            listener()

    def counts(self) -> Counts:
        """How many messages there are, by what can be done with them."""
        with self._at_work():
            return self._shelf.counts()

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
            self._shelf.admit(moved, now)

    def pass_on(self, destination_of: Callable[[Stored], QueueStore | None]) -> bool:
        """Redrive the next visible message to the queue that ``destination_of`` names; ``False`` when there is none, or it names none.

        A redriven message is a new one, with an id, an age and a receive count of its own.
        """
        with self._at_work():
            message = self._shelf.take()
            if message is None:
                return False
            destination = destination_of(message)
            if destination is None:
                self._shelf.put_back(message)
                return False
            self._shelf.remove(message)
        again = destination.take_again(message)
        self._record("moved", message, to=destination.arn, moved_as=again.id)
        return True

    def take_again(self, message: Stored) -> Stored:
        """Take in a message that was redriven from a dead-letter queue, as a new one and whatever is known of duplicates."""
        with self._at_work() as now:
            again = self._copy(message, str(uuid.uuid4()), now)
            again.parent = message.id
            self._record("sent", again)
            self._shelf.admit(again, now)
            return again

    def admits(self, source_arn: str) -> bool:
        """Whether the redrive allow policy lets the queue ``source_arn`` use this one as its dead-letter queue."""
        policy = self._queue.redrive_allow_policy
        permission = policy["redrivePermission"] if policy else "allowAll"
        return permission == "allowAll" or (permission == "byQueue" and source_arn in policy["sourceQueueArns"])

    def settings_changed(self, *, retimed: bool) -> None:
        """Follow new settings; ``retimed``: also a new delay, which on a FIFO queue holds for the messages that are delayed already."""
        with self._at_work() as now:
            delayed = [one for one in self._shelf if one.state is State.DELAYED] if retimed and self._fifo else []
            for message in delayed:
                self._shelf.enter(message, State.DELAYED, max(now, message.sent + float(self._queue.delay_seconds)))
            self._shelf.settle(now, self._retention)

    def close(self) -> None:
        """Forget everything: the queue is deleted, its account emptied, or the server ends. Who waits for a message gets none."""
        with self._turn:
            self._closed = True
            self._alarm.stop()
            self._listeners.clear()
            self._shelf.clear()
            self._recent.clear()
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
            self._shelf.settle(now, self._retention)
            try:
                yield now
            finally:
                moment = self._shelf.next_moment(self._retention)
                if moment is not None and not self._closed:
                    self._alarm.by(moment)
                if self._shelf.news:
                    self._shelf.news = False
                    self._turn.notify_all()
                    listeners = self._listeners.to_tell(self)
        for listener in listeners:
            listener()

    def _wait(self, give_up: float) -> bool:
        """Wait until a message may be there; ``False`` when the time is over or the queue is gone."""
        with self._turn:
            while not self._closed and not self._shelf.receivable():
                remaining = give_up - time.monotonic()
                if remaining <= 0 or not self._turn.wait(remaining):
                    return False
            return not self._closed

    def _wake(self) -> None:
        with self._at_work():
            pass

    def _drop_all(self) -> None:
        self._shelf.drop_all()
        self._recent.clear()

    def _receive(
        self, now: float, limit: int, visibility_timeout: float | None, attempt_id: str | None, exhausted: list[Stored]
    ) -> list[Message]:
        timeout = float(self._queue.visibility_timeout if visibility_timeout is None else visibility_timeout)
        if attempt_id and self._fifo and (again := self._recent.repeat(attempt_id, now, timeout)):
            return again
        most = self._most_receives()
        taken: list[Stored] = []
        previous: Stored | None = None
        while len(taken) < limit and self._shelf.count(State.IN_FLIGHT) < IN_FLIGHT_AT_MOST:
            previous = self._shelf.take(previous)
            if previous is None:
                break
            if most is not None and previous.receives >= most:
                self._shelf.remove(previous)
                exhausted.append(previous)
                continue
            self._shelf.start(previous, now, timeout)
            taken.append(previous)
        if not taken and not self._fifo and self._shelf.count(State.IN_FLIGHT) >= IN_FLIGHT_AT_MOST:
            raise TooManyInFlight
        messages = [message.handed_out(self.arn) for message in taken]
        if attempt_id and self._fifo and taken:
            self._recent.keep_attempt(attempt_id, messages, taken, now)
        return messages

    def _most_receives(self) -> int | None:
        policy = self._queue.redrive_policy
        if not policy or self._find(policy["deadLetterTargetArn"]) is None:
            return None
        return int(policy["maxReceiveCount"])

    def _dead_letter(self, exhausted: list[Stored]) -> None:
        for message in exhausted:
            target = self._find(self._queue.redrive_policy["deadLetterTargetArn"])
            (target or self).take_over(message, self)
            self._record("dead-lettered", message, to=(target or self).arn, count=message.receives)

    def _copy(self, message: Stored, message_id: str, sent: float) -> Stored:
        number = next(self._numbers)
        return message.again(message_id, number, sent, self._sequence_number(number))

    def _sequence_number(self, number: int) -> str | None:
        return str(_FIRST_SEQUENCE_NUMBER + _SEQUENCE_STEP * number) if self._fifo else None

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
