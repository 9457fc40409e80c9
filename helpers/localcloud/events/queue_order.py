"""Which message of a queue comes next: the two orders of SQS, each step in constant or logarithmic time.

A queue tells its order what happens to a message (``ready``, ``started``, ``gone``), and asks it for the next one (``take``).
"""

from __future__ import annotations

import heapq
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Protocol

from helpers.localcloud.events.queue_messages import State, Stored


class Order(Protocol):
    """What a queue asks of an order."""

    def sent(self, message: Stored) -> None:
        """A message has come; it is delayed or ready."""

    def ready(self, message: Stored, was: State) -> None:
        """The delay (``was`` DELAYED) or the visibility timeout (``was`` IN_FLIGHT) of a message is over; ``message.state`` was changed before."""

    def started(self, message: Stored) -> None:
        """A message that was taken is in flight now."""

    def gone(self, message: Stored, was: State) -> None:
        """A message has left the queue from the state ``was``."""

    def take(self, previous: Stored | None) -> Stored | None:
        """Take the next message; ``previous`` is the one taken before by the same receive."""

    def any(self) -> bool:
        """Whether there is a message to take."""


class StandardOrder:
    """First come, first served; a message that comes back goes to the end, so that one that fails again and again blocks no other."""

    def __init__(self) -> None:
        self._ready: OrderedDict[int, Stored] = OrderedDict()
        self._places = 0
        self._place_of: dict[str, int] = {}

    def sent(self, message: Stored) -> None:
        if message.state is State.READY:
            self.ready(message, State.DELAYED)

    def ready(self, message: Stored, was: State) -> None:
        self._places += 1
        self._place_of[message.id] = self._places
        self._ready[self._places] = message

    def started(self, message: Stored) -> None:
        pass

    def gone(self, message: Stored, was: State) -> None:
        place = self._place_of.pop(message.id, None)
        if place is not None:
            del self._ready[place]

    def take(self, previous: Stored | None) -> Stored | None:
        if not self._ready:
            return None
        _, message = self._ready.popitem(last=False)
        del self._place_of[message.id]
        return message

    def any(self) -> bool:
        return bool(self._ready)


@dataclass
class _Group:
    """The messages of one group that are not in flight, the earliest first, and how many are."""

    waiting: list[tuple[int, Stored]] = field(default_factory=list)
    in_flight: int = 0

    def head(self) -> Stored | None:
        while self.waiting and self.waiting[0][1].state is State.GONE:
            heapq.heappop(self.waiting)
        return self.waiting[0][1] if self.waiting else None


class FifoOrder:
    """In a group, the order of sending; a group with a message in flight is locked. Among groups, the one that became ready first.

    One receive takes as many messages of a group as it can before it goes on to the next.
    Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
    """

    def __init__(self) -> None:
        self._groups: dict[str, _Group] = {}
        self._ready: OrderedDict[str, None] = OrderedDict()

    def sent(self, message: Stored) -> None:
        group = self._groups.setdefault(str(message.group), _Group())
        heapq.heappush(group.waiting, (message.number, message))
        self._look_at(str(message.group))

    def ready(self, message: Stored, was: State) -> None:
        group = self._groups[str(message.group)]
        if was is State.IN_FLIGHT:
            group.in_flight -= 1
            heapq.heappush(group.waiting, (message.number, message))
        self._look_at(str(message.group))

    def started(self, message: Stored) -> None:
        self._groups[str(message.group)].in_flight += 1
        self._look_at(str(message.group))

    def gone(self, message: Stored, was: State) -> None:
        if was is State.IN_FLIGHT:
            self._groups[str(message.group)].in_flight -= 1
        self._look_at(str(message.group))

    def take(self, previous: Stored | None) -> Stored | None:
        name = str(previous.group) if previous else None
        if name is None or not self._has_next(name):
            name = next(iter(self._ready), None)
        if name is None:
            return None
        return heapq.heappop(self._groups[name].waiting)[1]

    def any(self) -> bool:
        return bool(self._ready)

    def _has_next(self, name: str) -> bool:
        group = self._groups.get(name)
        head = group.head() if group else None
        return head is not None and head.state is State.READY

    def _look_at(self, name: str) -> None:
        group = self._groups[name]
        if group.in_flight == 0 and self._has_next(name):
            self._ready[name] = None
            return
        self._ready.pop(name, None)
        if group.in_flight == 0 and group.head() is None:
            del self._groups[name]
