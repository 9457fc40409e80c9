"""Pollers of DynamoDB streams: they read the records of a table's changes and invoke a function with them, in order.

A shard is read by as many lanes as the mapping has parallel batches; the records of one item are always in the same lane. A batch that fails stays at the head of
its lane until it succeeds, its retries are used up or its records are too old, and nothing behind it moves meanwhile.
https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
"""

from __future__ import annotations

import json
import logging
import threading
import zlib
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from helpers.localcloud import compute, provenance
from helpers.localcloud.compute.errors import LambdaError, TooManyRequests
from helpers.localcloud.compute.invoke import Outcome
from helpers.localcloud.events import stream_records
from helpers.localcloud.events.ledger import Step
from helpers.localcloud.events.patterns import Pattern
from helpers.localcloud.events.stream_failures import Condition, done_until, failure_record, tell
from helpers.localcloud.events.stream_records import RETENTION_SECONDS, StreamRecord
from helpers.localcloud.metrics import emit
from helpers.localcloud.schedule import Appointment

if TYPE_CHECKING:
    from helpers.localcloud.events.plane import EventPlane
    from helpers.localcloud.events.streams import Streams

_log = logging.getLogger(__name__)

LARGEST_PAYLOAD = 6_000_000
LONGEST_PAUSE = 300
_SHARD = "shardId-00000001541626099285-f35f62ef"


@dataclass(frozen=True)
class StreamSettings:
    """How a mapping reads a stream.

    window, max_age: seconds of virtual time; ``max_age`` and ``retries`` are -1 for no limit but the stream's own 24 hours.
    on_failure: the ARN of a queue, a topic or a bucket that is told about records that are given up.
    """

    mapping: str
    function_arn: str
    stream_arn: str
    batch_size: int = 100
    window: float = 0
    lanes: int = 1
    bisect: bool = False
    retries: int = -1
    max_age: float = -1
    on_failure: str | None = None
    reports_items: bool = False
    filters: tuple[Pattern, ...] = ()


@dataclass
class _Batch:
    """Records that were tried together: how often that failed, and the last answer."""

    records: list[StreamRecord]
    attempts: int = 0
    outcome: Outcome | None = None


@dataclass
class _Lane:
    """Records that wait, and in front of them the batches that run or failed.

    busy: one runs. rests_until: the failed one is not tried again before. full_since: when the first waiting record came.
    """

    waiting: deque[StreamRecord] = field(default_factory=deque)
    failed: deque[_Batch] = field(default_factory=deque)
    busy: bool = False
    rests_until: float = 0.0
    full_since: float = 0.0
    alarm: Appointment | None = None


class StreamPoller:
    """Reads one stream for one mapping, from ``start`` to ``stop``. ``last_result`` is what the API shows of it."""

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
        self.last_result = "No records processed"

    @property
    def settings(self) -> StreamSettings:
        """How it reads."""
        return self._settings

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
        self._note("received" if wanted else "filtered", record)

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
                lane.failed.append(_Batch(_cut(lane.waiting, settings.batch_size)))
                lane.full_since = now
        self._streams.run(lambda: self._work(lane))

    def _later(self, seconds: float, lane: _Lane) -> Appointment:
        account = self._settings.function_arn.split(":")[4]
        return self._plane.schedule.after(seconds, account, lambda: self._wake(lane))

    def _wake(self, lane: _Lane) -> None:
        with self._lock:
            lane.alarm = None
        self._look(lane)

    def _work(self, lane: _Lane) -> None:
        """Invoke the function with the batch at the head of a lane, and see what came of it."""
        batch = lane.failed[0]
        self._give_up_old(batch)
        pause = 0.0
        if batch.records:
            pause = self._invoke(lane, batch)
        with self._lock:
            if not batch.records and lane.failed and lane.failed[0] is batch:
                lane.failed.popleft()
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

    def _invoke(self, lane: _Lane, batch: _Batch) -> float:
        """Invoke once; the seconds to wait before the lane goes on."""
        settings = self._settings
        _, _, _, region, account, *_ = settings.function_arn.split(":")
        payload = json.dumps({"Records": [record.event for record in batch.records]}).encode()
        age = self._plane.clock.timestamp() - batch.records[-1].created
        name = settings.function_arn.split(":")[6]
        emit(
            account,
            region,
            "AWS/Lambda",
            {"FunctionName": name},
            {"IteratorAge": max(0.0, age) * 1000},
            now=self._plane.clock.now(),
            units={"IteratorAge": "Milliseconds"},
        )
        try:
            with provenance.carrying(trace=None, origin=batch.records[0].id):
                outcome = compute.engine().invoke(account, region, settings.function_arn, payload=payload)
        except TooManyRequests as throttled:
            batch.attempts += 1
            self.last_result = "PROBLEM: Function call throttled"
            self._note_all("retried", batch.records, count=batch.attempts, reason=str(throttled.message))
            return _pause(batch.attempts)
        except LambdaError as refused:
            return self._failed(lane, batch, str(refused.message))
        except Exception as problem:
            _log.exception("a batch for %s could not be handed over", settings.function_arn)
            return self._failed(lane, batch, str(problem))
        batch.outcome = outcome
        done = done_until(batch.records, outcome, settings.reports_items)
        self._note_all(
            "delivered",
            batch.records[:done],
            received_as=outcome.request_id,
        )
        if done == len(batch.records):
            batch.records = []
            self.last_result = "OK"
            return 0.0
        del batch.records[:done]
        return self._failed(lane, batch, "the function failed", partly=done > 0, request=outcome.request_id)

    def _failed(self, lane: _Lane, batch: _Batch, reason: str, *, partly: bool = False, request: str = "") -> float:
        settings = self._settings
        self.last_result = "PROBLEM: Function call failed"
        self._note_all("failed", batch.records, count=batch.attempts + 1, reason=reason, received_as=request)
        if settings.bisect and len(batch.records) > 1 and not partly:
            middle = len(batch.records) // 2
            halves = [
                _Batch(batch.records[:middle], batch.attempts, batch.outcome),
                _Batch(batch.records[middle:], batch.attempts, batch.outcome),
            ]
            with self._lock:
                lane.failed.popleft()
                lane.failed.extendleft(reversed(halves))
            return 0.0
        batch.attempts += 1
        if 0 <= settings.retries < batch.attempts:
            self._give_up(batch.records, batch, "RetryAttemptsExhausted")
            batch.records = []
            return 0.0
        self._note_all("retried", batch.records, count=batch.attempts)
        return _pause(batch.attempts)

    def _give_up_old(self, batch: _Batch) -> None:
        longest = RETENTION_SECONDS if self._settings.max_age < 0 else min(self._settings.max_age, RETENTION_SECONDS)
        oldest = self._plane.clock.timestamp() - longest
        count = next(
            (place for place, record in enumerate(batch.records) if record.created >= oldest), len(batch.records)
        )
        if count:
            self._give_up(batch.records[:count], batch, "RecordAgeExceeded")
            batch.records = batch.records[count:]

    def _give_up(self, records: Sequence[StreamRecord], batch: _Batch, condition: Condition) -> None:
        settings = self._settings
        if not settings.on_failure:
            self._note_all("dropped", records, reason=condition)
            return
        told = failure_record(
            records,
            shard=_SHARD,
            stream_arn=settings.stream_arn,
            function_arn=settings.function_arn,
            condition=condition,
            attempts=batch.attempts,
            outcome=batch.outcome,
            now=self._plane.clock.now(),
        )
        try:
            tell(
                self._plane,
                settings.on_failure,
                told,
                records,
                mapping=settings.mapping,
                function_arn=settings.function_arn,
                message=records[0].id,
            )
        except Exception as problem:
            self._note_all("dropped", records, reason=f"{condition}; the destination did not take it: {problem}")
            return
        self._note_all("dead-lettered", records, to=settings.on_failure, reason=condition)

    def _note_all(self, step: Step, records: Sequence[StreamRecord], **more: Any) -> None:
        for record in records:
            self._note(step, record, **more)

    def _note(self, step: Step, record: StreamRecord, **more: Any) -> None:
        account = self._settings.function_arn.split(":")[4]
        where = {"to": self._settings.function_arn, **more}
        self._plane.ledger.record(account, step, record.id, self._settings.stream_arn, **where)


def _cut(waiting: deque[StreamRecord], most: int) -> list[StreamRecord]:
    """Take the next batch: at most ``most`` records and ``LARGEST_PAYLOAD`` bytes, and at least one record."""
    batch: list[StreamRecord] = []
    size = 0
    while waiting and len(batch) < most:
        size += len(json.dumps(waiting[0].event)) + 2
        if batch and size > LARGEST_PAYLOAD:
            break
        batch.append(waiting.popleft())
    return batch


def _pause(attempts: int) -> float:
    """Seconds before the next attempt."""
    return float(min(2 ** min(attempts - 1, 20), LONGEST_PAUSE))
