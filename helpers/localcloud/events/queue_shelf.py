"""The messages of one queue and what becomes of them with time: delays, visibility timeouts and the retention period.

A change of state costs logarithmic time. What was noted for an earlier state of a message stays in the heaps until it comes up, or until there is too much of it.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import Protocol

from helpers.localcloud.events.ledger import Step
from helpers.localcloud.events.queue_messages import State, Stored
from helpers.localcloud.events.queue_metrics import Gauges
from helpers.localcloud.events.queue_order import FifoOrder, Order, StandardOrder

_STALE_AT_LEAST = 64


@dataclass(frozen=True)
class Counts:
    """How many messages of a queue can be received, are in flight, are delayed."""

    visible: int
    in_flight: int
    delayed: int


class Note(Protocol):
    """Writes what happened to a message into the ledger."""

    def __call__(self, step: Step, message: Stored, *, count: int | None = None) -> None: ...


class Shelf:
    """Keeps messages in their order and moves them from state to state. Not safe among threads: the lock of the queue guards it.

    news: whether a message may have become receivable since it was last set to false.
    """

    def __init__(self, fifo: bool, note: Note) -> None:
        self._fifo = fifo
        self._note = note
        self.clear()

    def clear(self) -> None:
        """Forget everything, without a word."""
        self._messages: dict[str, Stored] = {}
        self._order: Order = FifoOrder() if self._fifo else StandardOrder()
        self._due: list[tuple[float, int, int, Stored]] = []
        self._by_age: list[tuple[float, int, Stored]] = []
        self._count = dict.fromkeys(State, 0)
        self.news = False

    def drop_all(self) -> None:
        """The queue is purged or deleted: all messages are gone, also those in flight."""
        for message in self._messages.values():
            self._note("purged", message)
            message.enter(State.GONE)
        self.clear()

    def __iter__(self) -> Iterator[Stored]:
        return iter(list(self._messages.values()))

    def get(self, message_id: str) -> Stored | None:
        """The message with an id, unless it is gone."""
        return self._messages.get(message_id)

    def count(self, state: State) -> int:
        """How many messages are in a state."""
        return self._count[state]

    def receivable(self) -> bool:
        """Whether there is a message to take."""
        return self._order.any()

    def counts(self) -> Counts:
        """How many messages there are, by what can be done with them."""
        return Counts(self._count[State.READY], self._count[State.IN_FLIGHT], self._count[State.DELAYED])

    def gauges(self) -> Gauges:
        """How the queue stands."""
        while self._by_age and self._by_age[0][2].state is State.GONE:
            heapq.heappop(self._by_age)
        oldest = self._by_age[0][0] if self._by_age else None
        return Gauges(self._count[State.READY], self._count[State.IN_FLIGHT], self._count[State.DELAYED], oldest)

    def admit(self, message: Stored, now: float, delay: float = 0.0) -> None:
        """Take a new message in, for ``delay`` seconds unseen."""
        self._messages[message.id] = message
        heapq.heappush(self._by_age, (message.sent, message.number, message))
        self._count[message.state] += 1
        if delay > 0:
            self.enter(message, State.DELAYED, now + delay)
        self._order.sent(message)
        self.news = self.news or message.state is State.READY

    def enter(self, message: Stored, state: State, due: float = 0.0) -> None:
        """Change the state of a message, until ``due`` if it ends by itself."""
        self._count[message.state] -= 1
        self._count[state] += 1
        message.enter(state, due)
        if due:
            heapq.heappush(self._due, (due, message.number, message.version, message))
            self._tidy_due()

    def take(self, previous: Stored | None = None) -> Stored | None:
        """Take the next message out of the order; it has to be started, removed or put back. ``previous``: the one taken before by the same receive."""
        return self._order.take(previous)

    def put_back(self, message: Stored) -> None:
        """Let a message that was taken stand in the order again."""
        self._order.sent(message)

    def start(self, message: Stored, now: float, timeout: float) -> None:
        """A message that was taken goes to a consumer, until its visibility timeout ends."""
        message.receives += 1
        message.received = now
        message.first_received = message.first_received or now
        self.enter(message, State.IN_FLIGHT, now + timeout)
        self._order.started(message)
        self._note("received", message, count=message.receives)

    def remove(self, message: Stored) -> None:
        """A message leaves the queue."""
        was = message.state
        self.enter(message, State.GONE)
        del self._messages[message.id]
        self._order.gone(message, was)
        self.news = self.news or self._fifo
        if len(self._by_age) > _STALE_AT_LEAST + 2 * len(self._messages):
            self._by_age = [entry for entry in self._by_age if entry[2].state is not State.GONE]
            heapq.heapify(self._by_age)

    def settle(self, now: float, retention: float) -> None:
        """Do all that is due by now: delays and visibility timeouts end, and messages older than ``retention`` seconds expire."""
        while self._due and (self._due[0][0] <= now or _is_stale(self._due[0])):
            _, _, version, message = heapq.heappop(self._due)
            if version != message.version:
                continue
            was = message.state
            self.enter(message, State.READY)
            self._order.ready(message, was)
            if was is State.IN_FLIGHT:
                self._note("returned", message, count=message.receives)
            self.news = True
        while self._by_age and (self._by_age[0][0] + retention <= now or self._by_age[0][2].state is State.GONE):
            message = heapq.heappop(self._by_age)[2]
            if message.state is not State.GONE:
                self.remove(message)
                self._note("expired", message)

    def next_moment(self, retention: float) -> float | None:
        """When there is something to settle again."""
        moments = [self._due[0][0]] if self._due else []
        if self._by_age:
            moments.append(float(ceil(self._by_age[0][0] + retention)))
        return min(moments, default=None)

    def _tidy_due(self) -> None:
        if len(self._due) > _STALE_AT_LEAST + 2 * (self._count[State.IN_FLIGHT] + self._count[State.DELAYED]):
            self._due = [entry for entry in self._due if not _is_stale(entry)]
            heapq.heapify(self._due)


def _is_stale(entry: tuple[float, int, int, Stored]) -> bool:
    return entry[2] != entry[3].version
