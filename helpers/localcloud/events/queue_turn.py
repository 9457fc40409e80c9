"""Turns at one queue: one caller at a time, with all that is due by then done before it, and all who have to know told after it.

One appointment for each queue takes a turn when the next delay, visibility timeout or retention period ends.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from helpers.localcloud.events.queue_arrivals import Listeners
from helpers.localcloud.events.queue_metrics import Meter
from helpers.localcloud.events.queue_shelf import Shelf
from helpers.localcloud.observe.metrics.store import MetricKey
from helpers.localcloud.observe.metrics.store import store_of as metrics_of
from helpers.localcloud.schedule import Alarm

if TYPE_CHECKING:
    from helpers.localcloud.events.plane import EventPlane


class QueueTurn:
    """Guards the shelf and the meter of a queue of ``account`` in ``region``.

    retention: gives the queue's retention period in seconds. lock: for who only looks, or ends the queue; all others are ``at_work``.
    """

    def __init__(
        self,
        plane: EventPlane,
        account: str,
        region: str,
        shelf: Shelf,
        meter: Meter,
        retention: Callable[[], float],
    ) -> None:
        self.lock = threading.Condition(threading.RLock())
        self._clock = plane.clock
        self._where = account, region
        self._shelf = shelf
        self._meter = meter
        self._retention = retention
        self._listeners = Listeners()
        self._alarm = Alarm(plane.schedule, account, self.lock, self._wake)
        self._closed = False

    @contextmanager
    def at_work(self) -> Iterator[float]:
        """Hold the lock, with all that is due by now done; afterwards make the next appointment and tell who listens."""
        listeners: list[Callable[[], None]] = []
        with self.lock:
            now = self._clock.timestamp()
            self._meter.turn(now)
            self.settle(now)
            try:
                yield now
            finally:
                moment = self._shelf.next_moment(self._retention())
                if moment is not None and not self._closed:
                    self._alarm.by(moment)
                if self._shelf.news:
                    self._shelf.news = False
                    self.lock.notify_all()
                    listeners = self._listeners.to_tell(self)
                news = self._meter.news()
        self._tell(news)
        for listener in listeners:
            listener()

    def settle(self, now: float) -> None:
        """Do all that is due by now; for who is at work, and has just made something due."""
        self._shelf.settle(now, self._retention())

    def count(self, now: float, metric: str, value: float) -> None:
        """Count a sample of a metric without a turn of its own."""
        with self.lock:
            self._meter.add(now, metric, value)
            news = self._meter.news()
        self._tell(news)

    def wait(self, give_up: float) -> bool:
        """Wait until a message may be there; ``False`` when the time is over or the queue is gone. give_up: on the computer's monotonic clock."""
        with self.lock:
            while not self._closed and not self._shelf.receivable():
                remaining = give_up - time.monotonic()
                if remaining <= 0 or not self.lock.wait(remaining):
                    return False
            return not self._closed

    def listen(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call back whenever a message may have become receivable; the answer is the function that stops it."""
        with self.lock:
            number = self._listeners.add(callback)

        def stop() -> None:
            with self.lock:
                self._listeners.remove(number)

        return stop

    @property
    def calls_at_work(self) -> int:
        """How many calls are bringing messages at this moment."""
        return self._listeners.calls_at_work

    def arrived(self) -> None:
        """All messages of a call are here."""
        with self.lock:
            listeners = self._listeners.call_done()
        for listener in listeners:
            listener()

    def close(self) -> None:
        """Wake no more, tell nobody any more, and let nobody wait."""
        with self.lock:
            self._closed = True
            self._alarm.stop()
            self._listeners.clear()
            self.lock.notify_all()

    def _tell(self, news: list[tuple[MetricKey, float]]) -> None:
        """Let those who listen to metrics know, without the lock."""
        if news:
            store = metrics_of(*self._where)
            for key, moment in news:
                store.tell(key, moment)

    def _wake(self) -> None:
        with self.at_work():
            pass
