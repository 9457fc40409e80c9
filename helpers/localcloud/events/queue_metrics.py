"""The AWS/SQS metrics of a queue: counted as things happen, handed to CloudWatch when somebody looks.

Nothing happens on the clock: between two changes the gauges of a queue stay as they are, so its minutes can be told afterwards. A gauge has one datapoint for each
minute of the last day and one for each hour before that, until a queue has been empty and untouched for six hours.
Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
"""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_MINUTE = 60
_DAY_MINUTES = 24 * 60
_ACTIVE_MINUTES = 6 * 60
_KEPT_MINUTES = 5_000
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
        return {
            "ApproximateNumberOfMessagesVisible": self.visible,
            "ApproximateNumberOfMessagesNotVisible": self.in_flight,
            "ApproximateNumberOfMessagesDelayed": self.delayed,
            "ApproximateAgeOfOldestMessage": int(moment - self.oldest) if self.oldest is not None else 0,
        }


@dataclass
class _Sum:
    first: float
    samples: int
    total: float
    least: float
    most: float


class Meter:
    """What one queue has to tell CloudWatch. Not safe among threads: the lock of the queue guards it.

    gauges: how the queue stands now.
    """

    def __init__(self, now: float, gauges: Callable[[], Gauges]) -> None:
        self._gauges = gauges
        self._minute = int(now // _MINUTE)
        self._last_touch = self._minute
        self._sums: dict[tuple[int, str], _Sum] = {}
        self._stood: deque[tuple[int, int, Gauges]] = deque(maxlen=_KEPT_MINUTES)

    def turn(self, now: float) -> None:
        """The queue is about to change: note how it stood at the ends of the minutes that have passed since it was touched."""
        self._last_touch = max(self._last_touch, int(now // _MINUTE))
        self._close_minutes(now)

    def add(self, now: float, name: str, value: float) -> None:
        """Count one sample of a metric."""
        key = int(now // _MINUTE), name
        known = self._sums.get(key)
        if known is None:
            if len(self._sums) >= _KEPT_MINUTES:
                del self._sums[next(iter(self._sums))]
            self._sums[key] = _Sum(now, 1, value, value, value)
            return
        known.samples += 1
        known.total += value
        known.least = min(known.least, value)
        known.most = max(known.most, value)

    def drain(self, now: float, queue_name: str) -> list[dict[str, Any]]:
        """All that CloudWatch has not got yet, in the form of ``PutMetricData``."""
        self._close_minutes(now)
        dimensions = [{"Name": "QueueName", "Value": queue_name}]

        def datum(name: str, moment: float, **values: Any) -> dict[str, Any]:
            stamp = dt.datetime.fromtimestamp(moment, dt.UTC).replace(tzinfo=None)
            return {
                "MetricName": name,
                "Timestamp": stamp,
                "Unit": _UNITS.get(name, "Count"),
                "Dimensions": dimensions,
                **values,
            }

        found = [
            datum(
                name,
                one.first,
                StatisticValues={
                    "SampleCount": one.samples,
                    "Sum": one.total,
                    "Minimum": one.least,
                    "Maximum": one.most,
                },
            )
            for (_, name), one in self._sums.items()
        ]
        this_minute = int(now // _MINUTE)
        for first, last, gauges in self._stood:
            for minute in range(first, last):
                if minute % 60 and minute < this_minute - _DAY_MINUTES:
                    continue
                moment = float(minute * _MINUTE)
                found += [datum(name, moment, Value=value) for name, value in gauges.at(moment).items()]
        self._sums.clear()
        self._stood.clear()
        return found

    def _close_minutes(self, now: float) -> None:
        minute = int(now // _MINUTE)
        if minute <= self._minute:
            return
        gauges = self._gauges()
        last = min(minute, self._last_touch + _ACTIVE_MINUTES) if gauges.empty else minute
        self._stood.append((self._minute + 1, last + 1, gauges))
        self._minute = minute
