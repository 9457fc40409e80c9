"""Periods: which ones there are, where they begin, and how long data can be seen with each.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html
"""

from __future__ import annotations

SHORT = (1, 5, 10, 20, 30)
_HOUR, _DAY = 3600.0, 86400.0
_KEPT = ((3600, 455 * _DAY), (300, 63 * _DAY), (60, 15 * _DAY))  # multiples of so many seconds: seen for so long


def is_period(seconds: int) -> bool:
    """Whether CloudWatch has datapoints of such a length."""
    return seconds in SHORT or (seconds >= 60 and seconds % 60 == 0)


def first_period(start: float, period: int, now: float) -> float:
    """Where the first period of a request begins: its start time, rounded down by its age."""
    age = now - start
    if age > 63 * _DAY:
        step = 3600
    elif age > 15 * _DAY:
        step = 300
    else:
        step = period if period < 60 else 60
    return start // step * step


def oldest(period: int, now: float) -> float:
    """The moment before which nothing can be seen with a period."""
    for multiple, kept in _KEPT:
        if period % multiple == 0:
            return now - kept
    return now - 3 * _HOUR
