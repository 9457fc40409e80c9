"""A queue with a function behind it: pollers that grow, batches that fail and come back, a dead-letter queue.

Sources: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html (5 batches at once, 300 more a minute, up to 1,250),
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count, islice
from typing import TYPE_CHECKING, Any

import numpy as np

from helpers.errors import CourseError
from helpers.simulate.durations import Duration
from helpers.simulate.results import MOST_INTERVALS, Recorder, percentile
from helpers.simulate.traffic import Traffic

if TYPE_CHECKING:
    import pandas as pd

FIRST_BATCHES = 5
MORE_BATCHES_A_MINUTE = 300
MOST_BATCHES = 1_250


@dataclass(frozen=True)
class Consumer:
    """A standard queue and the function that reads it.

    duration: of one batch. batch_size: messages at most. failing: the share of messages whose processing fails (0 to 1). partial: only failed
    messages come back (``ReportBatchItemFailures``), else the whole batch. visibility: seconds until a failed message comes back.
    max_receives: after so many it goes to the dead-letter queue; ``None`` keeps it for ever. concurrency: the function's own limit; a batch that finds no
    room counts as received and comes back after the visibility timeout. maximum_concurrency: the limit of the mapping.
    Raises: ``CourseError`` for impossible numbers.
    """

    duration: Duration
    batch_size: int = 10
    failing: float = 0.0
    partial: bool = True
    visibility: float = 30.0
    max_receives: int | None = 5
    concurrency: int = 1_000
    maximum_concurrency: int | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.batch_size <= 10_000:
            raise CourseError(f"a batch of {self.batch_size} messages is impossible: 1 to 10,000")
        if not 0 <= self.failing <= 1:
            raise CourseError(f"a share of {self.failing} failing messages is impossible: 0 to 1")
        if not 0 <= self.visibility <= 43_200:
            raise CourseError(f"a visibility timeout of {self.visibility} s is impossible: 0 to 43,200")
        if self.max_receives is not None and not 1 <= self.max_receives <= 1_000:
            raise CourseError(f"a maxReceiveCount of {self.max_receives} is impossible: 1 to 1,000")
        if self.failing == 1 and self.max_receives is None:
            raise CourseError(
                "messages that always fail and never leave would run for ever: give max_receives a number"
            )
        if self.maximum_concurrency is not None and not 2 <= self.maximum_concurrency <= 1_000:
            raise CourseError(f"a maximum concurrency of {self.maximum_concurrency} is impossible: 2 to 1,000")
        if self.concurrency < 1:
            raise CourseError(f"a concurrency of {self.concurrency} works on nothing: 1 or more")


@dataclass(frozen=True)
class QueueResult:
    """What happened to the messages; all of it is simulated. seconds: until the queue was empty."""

    recorder: Recorder
    backlog: tuple[int, ...]
    oldest: tuple[float, ...]
    done: int
    dead: int
    receives: int
    throttled: int
    seconds: float
    seed: int

    @property
    def frame(self) -> pd.DataFrame:
        """One row an interval: ``second``, ``sent``, ``backlog`` and ``oldest_seconds`` (age of the oldest) at its end, ``concurrency`` (mean), and ``p50_s``,
        ``p99_s`` from sending to the end of processing, by the moment of sending.
        """
        import pandas as pd

        recorder = self.recorder
        columns: dict[str, Any] = {
            "second": np.arange(recorder.count) * recorder.interval,
            "sent": recorder.requests,
            "backlog": self.backlog,
            "oldest_seconds": self.oldest,
            "concurrency": recorder.concurrency(),
            "p50_s": [percentile(row, 0.5) for row in recorder.latencies],
            "p99_s": [percentile(row, 0.99) for row in recorder.latencies],
        }
        return pd.DataFrame(columns)

    @property
    def totals(self) -> dict[str, float]:
        """The whole time in a few numbers."""
        return {
            "sent": int(self.recorder.requests.sum()),
            "done": self.done,
            "dead": self.dead,
            "receives": self.receives,
            "throttled": self.throttled,
            "p99_s": percentile(self.recorder.latencies.sum(axis=0), 0.99),
            "drained_s": self.seconds,
        }

    def __repr__(self) -> str:
        said = ", ".join(f"{name} {value:,.0f}" for name, value in self.totals.items())
        return f"simulated, seed {self.seed}: {said}"


def simulate_queue(consumer: Consumer, traffic: Traffic, *, seed: int = 22) -> QueueResult:
    """Send ``traffic`` into a queue and let ``consumer`` empty it; the same seed gives the same result."""
    times = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed).spawn(2)[1]))
    recorder = Recorder(traffic.seconds, max(1.0, traffic.seconds / MOST_INTERVALS))
    run = _Run(consumer, recorder, times)
    for moments in traffic.moments(seed):
        recorder.arrivals(moments)
        for moment in moments.tolist():
            run.until(moment)
            run.send(moment)
    run.until(math.inf)
    run.hand_over()
    return QueueResult(
        recorder,
        tuple(run.backlog),
        tuple(run.oldest),
        run.done,
        run.dead,
        run.receives,
        run.throttled,
        run.now,
        seed,
    )


class _Run:
    """Messages are (moment of sending, receives so far); events are ends of batches and returns of messages."""

    def __init__(self, consumer: Consumer, recorder: Recorder, random: np.random.Generator) -> None:
        self._consumer = consumer
        self._recorder = recorder
        self._random = random
        self._fresh: deque[tuple[float, int]] = deque()
        self._returned: deque[tuple[float, int]] = deque()  # older than all fresh ones, and taken first
        self._events: list[tuple[float, int, bool, list[tuple[float, int]]]] = []
        self._numbers = count()
        self._running = 0
        self._busy_since: float | None = None
        self.now = 0.0
        self.done = self.dead = self.receives = self.throttled = 0
        self.backlog: list[int] = []
        self.oldest: list[float] = []
        self._finished: list[tuple[float, float]] = []
        self._worked: list[tuple[float, float]] = []

    def send(self, moment: float) -> None:
        """One message arrives."""
        self._pass(moment)
        self._fresh.append((moment, 0))
        self._poll()

    def until(self, moment: float) -> None:
        """Everything that happens before ``moment``."""
        events = self._events
        while events and events[0][0] <= moment:
            when, _, ends, messages = heappop(events)
            self._pass(when)
            if ends:
                self._running -= 1
                self._settle(messages)
            else:
                self._returned.extend(messages)
            self._poll()
        if moment == math.inf:
            self._pass(max(self.now, self._recorder.count * self._recorder.interval))

    def hand_over(self) -> None:
        """Give the recorder what has been noted."""
        for pairs, take in ((self._worked, self._recorder.work), (self._finished, self._served)):
            if pairs:
                first, second = np.asarray(pairs).T
                take(first, second)
                pairs.clear()

    def _served(self, sent: np.ndarray[Any, Any], took: np.ndarray[Any, Any]) -> None:
        self._recorder.served(sent, took, np.zeros(len(sent), dtype=np.int64))

    def _pass(self, moment: float) -> None:
        """Time goes on: note how the queue stands at the end of each interval that is over."""
        recorder = self._recorder
        while len(self.backlog) < recorder.count and (len(self.backlog) + 1) * recorder.interval <= moment:
            edge = (len(self.backlog) + 1) * recorder.interval
            self.backlog.append(len(self._fresh) + len(self._returned))
            sent = [moment for moment, _ in self._returned] + [moment for moment, _ in islice(self._fresh, 1)]
            self.oldest.append(edge - min(sent, default=edge))
        self.now = moment

    def _allowed(self) -> int:
        """How many batches the pollers take at once by now: they grow while there is work, and begin anew after a pause."""
        most = min(MOST_BATCHES, self._consumer.maximum_concurrency or MOST_BATCHES)
        if self._busy_since is None:
            return min(most, FIRST_BATCHES)
        return min(most, FIRST_BATCHES + int((self.now - self._busy_since) / 60 * MORE_BATCHES_A_MINUTE))

    def _poll(self) -> None:
        consumer = self._consumer
        if not (self._fresh or self._returned):
            if not self._running:
                self._busy_since = None
            return
        if self._busy_since is None:
            self._busy_since = self.now
        while (self._fresh or self._returned) and self._running < self._allowed():
            messages = [
                (self._returned or self._fresh).popleft()
                for _ in range(min(consumer.batch_size, len(self._fresh) + len(self._returned)))
            ]
            self.receives += len(messages)
            received = [(sent, receives + 1) for sent, receives in messages]
            if self._running >= consumer.concurrency:
                self.throttled += 1
                self._come_back(received)
                continue
            seconds = float(consumer.duration.sample(self._random, 1)[0])
            self._running += 1
            self._worked.append((self.now, self.now + seconds))
            heappush(self._events, (self.now + seconds, next(self._numbers), True, received))
        if len(self._worked) > 50_000:
            self.hand_over()

    def _settle(self, messages: list[tuple[float, int]]) -> None:
        consumer = self._consumer
        if consumer.failing:
            failed = self._random.random(len(messages)) < consumer.failing
            bad = [message for message, fails in zip(messages, failed, strict=True) if fails]
            if bad and not consumer.partial:
                bad = messages
            good = [] if bad is messages else [m for m, fails in zip(messages, failed, strict=True) if not fails]
        else:
            good, bad = messages, []
        self.done += len(good)
        self._finished += [(sent, self.now - sent) for sent, _ in good]
        if bad:
            self._come_back(bad)

    def _come_back(self, messages: list[tuple[float, int]]) -> None:
        most = self._consumer.max_receives
        staying = [message for message in messages if most is None or message[1] < most]
        self.dead += len(messages) - len(staying)
        if staying:
            heappush(self._events, (self.now + self._consumer.visibility, next(self._numbers), False, staying))
