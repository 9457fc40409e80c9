"""Pollers of DynamoDB streams: they read the records of a table's changes and invoke a function with them, in order.

A shard is read by as many lanes as the mapping has parallel batches; the records of one item are always in the same lane. A batch that fails stays at the head of
its lane until it succeeds, its retries are used up or its records are too old, and nothing behind it moves meanwhile.
https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
"""

from __future__ import annotations

import threading
import zlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from helpers.localcloud.arns import account_of
from helpers.localcloud.events import stream_records
from helpers.localcloud.events.stream_batches import Attempts, Batch, next_batch
from helpers.localcloud.events.stream_mappings import StreamSettings
from helpers.localcloud.events.stream_records import StreamRecord
from helpers.localcloud.schedule import Appointment

if TYPE_CHECKING:
    from helpers.localcloud.events.plane import EventPlane
    from helpers.localcloud.events.streams import Streams


@dataclass
class _Lane:
    """Records that wait, and in front of them the batches that run or failed.

    busy: one runs. rests_until: the failed one is not tried again before. full_since: when the first waiting record came.
    """

    waiting: deque[StreamRecord] = field(default_factory=deque)
    failed: deque[Batch] = field(default_factory=deque)
    busy: bool = False
    rests_until: float = 0.0
    full_since: float = 0.0
    alarm: Appointment | None = None


class StreamPoller:
    """Reads one stream for one mapping, from ``start`` to ``stop``."""

    def __init__(
        self,
        plane: EventPlane,
        streams: Streams,
        settings: StreamSettings,
        position: int | None,
        earlier: StreamPoller | None = None,
    ) -> None:
        """position: the sequence number of the first record to read; nothing for the oldest one.

        earlier: the poller of the same mapping, with its settings of before; this one goes on where that one ends.
        """
        self._plane = plane
        self._streams = streams
        self._settings = settings
        self._position = position
        self._earlier = earlier
        self._when_idle: list[Callable[[], None]] = []
        self._lanes = [_Lane() for _ in range(settings.lanes)]
        self._lock = threading.Lock()
        self._running = False
        self._pulling = False
        self._attempts = Attempts(plane, settings)

    @property
    def settings(self) -> StreamSettings:
        """How it reads."""
        return self._settings

    @property
    def last_result(self) -> str:
        """What the API shows of it."""
        return self._attempts.last_result

    def start(self) -> None:
        """Begin, or go on where it stopped."""
        with self._lock:
            self._running = True
            earlier, self._earlier = self._earlier, None
        if earlier is None:
            self._begin()
        else:
            earlier.stop()
            earlier.when_idle(lambda: self._follow(earlier))

    def stop(self) -> None:
        """Invoke nothing any more; a batch that runs ends by itself. What is not done is read again after the next start."""
        self._streams.forget_poller(self)
        with self._lock:
            self._running = False
            for lane in self._lanes:
                if lane.alarm:
                    lane.alarm.cancel()

    def when_idle(self, action: Callable[[], None]) -> None:
        """Do something as soon as no batch runs; at once when none does."""
        with self._lock:
            busy = any(lane.busy for lane in self._lanes)
            if busy:
                self._when_idle.append(action)
        if not busy:
            action()

    def _follow(self, earlier: StreamPoller) -> None:
        with self._lock:
            self._position = earlier.position()
        self._begin()

    def _begin(self) -> None:
        with self._lock:
            if not self._running:
                return
            for lane in self._lanes:
                lane.rests_until = 0.0
        self._streams.listen(self)
        self.pull()

    def position(self) -> int | None:
        """The sequence number of the oldest record that is not done."""
        with self._lock:
            left = [record.sequence for lane in self._lanes for record in lane.waiting]
            left += [record.sequence for lane in self._lanes for batch in lane.failed for record in batch.records]
            return min(left, default=self._position)

    def pull(self) -> None:
        """Read what is new, soon and in the background; quick, and safe to call while the table's turn is held."""
        with self._lock:
            if self._pulling or not self._running:
                return
            self._pulling = True
        self._streams.run(self._pull)

    def _pull(self) -> None:
        with self._lock:
            self._pulling = False
            position = self._position
        for record in stream_records.read(self._settings.stream_arn, position):
            self._take(record)
        for lane in self._lanes:
            self._look(lane)

    def _take(self, record: StreamRecord) -> None:
        settings = self._settings
        wanted = not settings.filters or any(pattern.matches(record.event) for pattern in settings.filters)
        with self._lock:
            if self._position is not None and record.sequence < self._position:
                return
            self._position = record.sequence + 1
            if wanted:
                lane = self._lanes[zlib.crc32(record.keys.encode()) % len(self._lanes)]
                if not lane.waiting:
                    lane.full_since = self._plane.clock.timestamp()
                lane.waiting.append(record)
        self._attempts.note("received" if wanted else "filtered", record)

    def _look(self, lane: _Lane) -> None:
        """Start the next batch of a lane if there is one and nothing of the lane runs."""
        settings = self._settings
        with self._lock:
            if lane.busy or not self._running or not (lane.failed or lane.waiting):
                return
            now = self._plane.clock.timestamp()
            if lane.failed and now < lane.rests_until:
                return
            left = lane.full_since + settings.window - now
            if not lane.failed and left > 0 and len(lane.waiting) < settings.batch_size and settings.window:
                if lane.alarm is None:
                    lane.alarm = self._later(left, lane)
                return
            lane.alarm = None
            lane.busy = True
            if not lane.failed:
                lane.failed.append(next_batch(lane.waiting, settings.batch_size))
                lane.full_since = now
        self._streams.run(lambda: self._work(lane))

    def _later(self, seconds: float, lane: _Lane) -> Appointment:
        account = account_of(self._settings.function_arn)
        return self._plane.schedule.after(seconds, account, lambda: self._wake(lane))

    def _wake(self, lane: _Lane) -> None:
        with self._lock:
            lane.alarm = None
        self._look(lane)

    def _work(self, lane: _Lane) -> None:
        """Try the batch at the head of a lane, and put what is left of it there."""
        left, pause = self._attempts.attempt(lane.failed[0])
        with self._lock:
            lane.failed.popleft()
            lane.failed.extendleft(reversed(left))
            if pause and self._running:
                lane.rests_until = self._plane.clock.timestamp() + pause
                lane.alarm = self._later(pause, lane)
            lane.busy = False
            waiting = [] if any(one.busy for one in self._lanes) else self._when_idle
            if waiting:
                self._when_idle = []
        for action in waiting:
            action()
        if not pause:
            self._look(lane)
