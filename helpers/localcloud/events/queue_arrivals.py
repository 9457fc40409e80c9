"""Who listens to a queue, and how messages that come in one call are told of once."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol


class Arrival(Protocol):
    """A queue that messages of one call have come to."""

    def arrived(self) -> None:
        """All messages of the call are here."""


_arriving: ContextVar[dict[Arrival, None] | None] = ContextVar("arriving", default=None)


@contextmanager
def together() -> Iterator[None]:
    """Let the messages of one call arrive as one: who listens to their queues is told after the last of them."""
    queues: dict[Arrival, None] = {}
    outer = _arriving.set(queues)
    try:
        yield
    finally:
        _arriving.reset(outer)
        for queue in queues:
            queue.arrived()


class Listeners:
    """Who wants to know that a message of one queue may have become receivable. Not safe among threads: the lock of the queue guards it.

    calls_at_work: how many calls are bringing messages at this moment.
    """

    def __init__(self) -> None:
        self._callbacks: dict[int, Callable[[], None]] = {}
        self._numbers = itertools.count()
        self.calls_at_work = 0

    def add(self, callback: Callable[[], None]) -> int:
        """Listen; the answer is the number to stop it with."""
        number = next(self._numbers)
        self._callbacks[number] = callback
        return number

    def remove(self, number: int) -> None:
        """Listen no more."""
        self._callbacks.pop(number, None)

    def clear(self) -> None:
        """Tell nobody any more."""
        self._callbacks.clear()

    def to_tell(self, queue: Arrival) -> list[Callable[[], None]]:
        """Whom to call now that there is news; nobody while a call brings more: ``queue.arrived`` is called after it."""
        queues = _arriving.get()
        if queues is None:
            return list(self._callbacks.values())
        if queue not in queues:
            queues[queue] = None
            self.calls_at_work += 1
        return []

    def call_done(self) -> list[Callable[[], None]]:
        """A call has brought its last message: whom to call."""
        self.calls_at_work -= 1
        return list(self._callbacks.values())
