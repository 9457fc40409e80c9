"""The store of one queue, which keeps its messages and gives them to one consumer at a time.

Every call takes constant or logarithmic time, and has a turn of its own at the queue. Time is the virtual clock.
Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/
"""

from __future__ import annotations

import itertools
import time
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from helpers.localcloud import provenance
from helpers.localcloud.events.ledger import Step
from helpers.localcloud.events.queue_dead_letters import DeadLetters
from helpers.localcloud.events.queue_errors import (
    InvalidParameterValue,
    NotInFlight,
    PurgeInProgress,
    ReceiptHandleExpired,
    TooManyInFlight,
)
from helpers.localcloud.events.queue_limits import LONGEST_VISIBILITY_SECONDS
from helpers.localcloud.events.queue_messages import Message, Outgoing, State, Stored, read_handle, size_in_bytes
from helpers.localcloud.events.queue_metrics import Meter
from helpers.localcloud.events.queue_recent import Recent
from helpers.localcloud.events.queue_shelf import Counts, Shelf
from helpers.localcloud.events.queue_turn import QueueTurn
from helpers.localcloud.observe.metrics.store import store_of as metrics_of

if TYPE_CHECKING:
    from helpers.localcloud.events.plane import EventPlane

IN_FLIGHT_AT_MOST = 120_000
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
        self._clock = plane.clock
        self._fifo = bool(queue.fifo_queue)
        self._numbers = itertools.count(1)
        self._last_purge = float("-inf")
        self._shelf = Shelf(self._fifo, self._record)
        self._recent = Recent(self._shelf)
        self._meter = Meter(self.account, self.region, queue.name, self._clock.timestamp(), self._shelf.gauges)
        self._turn = QueueTurn(
            plane,
            self.account,
            self.region,
            self._shelf,
            self._meter,
            lambda: float(self._queue.message_retention_period),
        )
        self.dead_letters = DeadLetters(
            queue,
            self._shelf,
            self._turn,
            self._number,
            self._record,
            lambda arn: store.dead_letters if (store := find(arn)) else None,
        )

    def send(self, outgoing: Outgoing) -> Stored:
        """Take a message in. A duplicate on a FIFO queue is answered with the message that is there, and not taken.

        The provenance of the running work becomes that of the message.
        """
        with self._turn.at_work() as now:
            number, sequence_number = self._number()
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
                sequence_number,
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
            with self._turn.at_work() as now:
                messages = self._receive(now, limit, visibility_timeout, attempt_id, exhausted)
            self.dead_letters.hand_on(exhausted)
            if messages or not self._turn.wait(give_up):
                break
        metric = "NumberOfMessagesReceived" if messages else "NumberOfEmptyReceives"
        self._turn.count(now, metric, len(messages) or 1)
        return messages

    def delete(self, handle: str) -> None:
        """A consumer is done with a message. Deleting one that is gone succeeds.

        A standard queue takes a handle also after its visibility timeout; one that a newer receive has replaced succeeds and deletes nothing.
        Raises: ``ReceiptHandleIsInvalid``; on a FIFO queue ``ReceiptHandleExpired``.
        """
        with self._turn.at_work() as now:
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
        with self._turn.at_work() as now:
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
                self._turn.settle(now)

    def listen(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call back whenever a message may have become receivable; the answer is the function that stops it.

        The callback must be quick. It runs in the thread that caused the change, without the lock of the store.
        """
        return self._turn.listen(callback)

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
        with self._turn.at_work():
            return self._shelf.receivable() and (
                not self._turn.calls_at_work or self._shelf.count(State.READY) >= wanted
            )

    def counts(self) -> Counts:
        """How many messages there are, by what can be done with them."""
        with self._turn.at_work():
            return self._shelf.counts()

    def hand_over_metrics(self) -> None:
        """Give CloudWatch what it has not got yet of how the queue stood."""
        with self._turn.lock:
            gauges = self._meter.drain(self._clock.timestamp())
        store = metrics_of(self.account, self.region)
        for key, moment, unit, value in gauges:
            store.put(key, moment=moment, value=value, unit=unit, told=True)

    def purge(self) -> None:
        """Drop all messages, also those in flight, and what is known of duplicates.

        Raises: ``PurgeInProgress`` within 60 seconds of the purge before.
        """
        with self._turn.at_work() as now:
            if now - self._last_purge < PURGE_REST_SECONDS:
                raise PurgeInProgress(self._queue.name)
            self._last_purge = now
            self._drop_all()

    def settings_changed(self, *, retimed: bool) -> None:
        """Follow new settings; ``retimed``: also a new delay, which on a FIFO queue holds for the messages that are delayed already."""
        with self._turn.at_work() as now:
            delayed = [one for one in self._shelf if one.state is State.DELAYED] if retimed and self._fifo else []
            for message in delayed:
                self._shelf.enter(message, State.DELAYED, max(now, message.sent + float(self._queue.delay_seconds)))
            self._turn.settle(now)

    def close(self) -> None:
        """Forget everything: the queue is deleted, its account emptied, or the server ends. Who waits for a message gets none."""
        with self._turn.lock:
            self._turn.close()
            self._shelf.clear()
            self._recent.clear()

    def discard(self) -> None:
        """Close the store of a queue that is deleted; its messages are gone."""
        with self._turn.lock:
            self._drop_all()
            self.close()

    def _drop_all(self) -> None:
        self._shelf.drop_all()
        self._recent.clear()

    def _receive(
        self, now: float, limit: int, visibility_timeout: float | None, attempt_id: str | None, exhausted: list[Stored]
    ) -> list[Message]:
        timeout = float(self._queue.visibility_timeout if visibility_timeout is None else visibility_timeout)
        if attempt_id and self._fifo and (again := self._recent.repeat(attempt_id, now, timeout)):
            return again
        most = self.dead_letters.most_receives()
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

    def _number(self) -> tuple[int, str | None]:
        """The number of the next message, and its sequence number on a FIFO queue."""
        number = next(self._numbers)
        return number, str(_FIRST_SEQUENCE_NUMBER + _SEQUENCE_STEP * number) if self._fifo else None

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
