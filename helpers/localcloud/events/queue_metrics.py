"""The AWS/SQS metrics of a queue: what happens is counted at once, how it stands is told when somebody looks.

Nothing happens on the clock: between two changes the gauges of a queue stay as they are, so its minutes can be told afterwards. A gauge has one datapoint for each
minute of the last day and one for each hour before that, until a queue has been empty and untouched for six hours.
Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from helpers.localcloud.metrics import key_of
from helpers.localcloud.observe.metrics.store import MetricKey, store_of

_MINUTE = 60
_DAY_MINUTES = 24 * 60
_ACTIVE_MINUTES = 6 * 60
_KEPT_MINUTES = 5_000
GAUGES = (
    "ApproximateNumberOfMessagesVisible",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
    "ApproximateAgeOfOldestMessage",
)
_UNITS = {"SentMessageSize": "Bytes", "ApproximateAgeOfOldestMessage": "Seconds"}


@dataclass(frozen=True)
class Gauges:
    """How a queue stands: its messages by state, and when the oldest was sent (seconds since 1970), if there is one."""

    visible: int
    in_flight: int
    delayed: int
    oldest: float | None

    @property
    def empty(self) -> bool:
        """Whether the queue has no messages at all."""
        return not (self.visible or self.in_flight or self.delayed)

    def at(self, moment: float) -> dict[str, float]:
        """The metrics for one moment."""
        age = int(moment - self.oldest) if self.oldest is not None else 0
        return dict(zip(GAUGES, (self.visible, self.in_flight, self.delayed, age), strict=True))


class Meter:
    """What one queue has to tell CloudWatch. Not safe among threads: the lock of the queue guards it.

    gauges: how the queue stands now.
    """

    def __init__(self, account: str, region: str, queue: str, now: float, gauges: Callable[[], Gauges]) -> None:
        self._where = account, region
        self._dimensions = (("QueueName", queue),)
        self._gauges = gauges
        self._minute = int(now // _MINUTE)
        self._last_touch = self._minute
        self._told = -1
        self._stood: deque[tuple[int, int, Gauges]] = deque(maxlen=_KEPT_MINUTES)
        self._news: list[tuple[MetricKey, float]] = []

    def turn(self, now: float) -> None:
        """The queue is about to change: note how it stood at the ends of the minutes that have passed since it was touched."""
        self._last_touch = max(self._last_touch, int(now // _MINUTE))
        self._close_minutes(now)
        if self._told < self._minute:
            self._told = self._minute
            self._news += [(self._key(name), (self._minute + 1.0) * _MINUTE) for name in GAUGES]

    def add(self, now: float, name: str, value: float) -> None:
        """Count one sample of a metric."""
        key = self._key(name)
        if store_of(*self._where).count(key, value, moment=now, unit=_UNITS.get(name, "Count")):
            self._news.append((key, now))

    def news(self) -> list[tuple[MetricKey, float]]:
        """What those who listen to metrics do not know yet: what has come, and the gauges that there will be, with their moments."""
        if not self._news:
            return self._news
        news, self._news = self._news, []
        return news

    def drain(self, now: float) -> list[tuple[MetricKey, float, str, float]]:
        """The gauges that CloudWatch has not got yet: metric, moment, unit and value."""
        self._close_minutes(now)
        this_minute = int(now // _MINUTE)
        found = []
        for first, last, gauges in self._stood:
            for minute in range(first, last):
                if minute % 60 and minute < this_minute - _DAY_MINUTES:
                    continue
                moment = float(minute * _MINUTE)
                for name, value in gauges.at(moment).items():
                    found.append((self._key(name), moment, _UNITS.get(name, "Count"), value))
        self._stood.clear()
        return found

    def _key(self, name: str) -> MetricKey:
        return key_of("AWS/SQS", name, self._dimensions)

    def _close_minutes(self, now: float) -> None:
        minute = int(now // _MINUTE)
        if minute <= self._minute:
            return
        gauges = self._gauges()
        last = min(minute, self._last_touch + _ACTIVE_MINUTES) if gauges.empty else minute
        self._stood.append((self._minute + 1, last + 1, gauges))
        self._minute = minute
