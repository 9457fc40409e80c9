"""Quotas of usage plans: how many requests of a day, a week or a month a key has left.

Days are those of UTC. A week begins on Sunday and a month on its first day, each moved by ``offset`` days.
Source: https://docs.aws.amazon.com/apigateway/latest/api/API_QuotaSettings.html
"""

from __future__ import annotations

import datetime as dt
import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

MOST_COUNTERS = 20_000
_DAYS_KEPT = 400

PlanKey = tuple[str, str, str, str]


def period_start(day: dt.date, period: str, offset: int) -> dt.date:
    """The first day of the period in which ``day`` lies. period: ``DAY``, ``WEEK`` or ``MONTH``. offset: days, at most 6 for a week and 27 for a month."""
    if period == "WEEK":
        return day - dt.timedelta(days=(day.isoweekday() - offset) % 7)
    if period == "MONTH":
        first = day.replace(day=1 + offset)
        return first if first <= day else (day.replace(day=1) - dt.timedelta(days=1)).replace(day=1 + offset)
    return day


class _Counter:
    """What one key used of one plan. days: requests by day. granted: more (or fewer) requests, by the first day of the period they were given for."""

    def __init__(self) -> None:
        self.days: dict[dt.date, int] = {}
        self.granted: dict[dt.date, int] = {}

    def used(self, start: dt.date, day: dt.date) -> int:
        return sum(count for date, count in self.days.items() if start <= date <= day)

    def add(self, day: dt.date, count: int) -> None:
        self.days[day] = self.days.get(day, 0) + count
        while len(self.days) > _DAYS_KEPT:
            del self.days[min(self.days)]


class Quotas:
    """Counts requests per plan and key, whether the plan has a quota or not: ``GetUsage`` shows both."""

    def __init__(self) -> None:
        self._counters: OrderedDict[PlanKey, _Counter] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: PlanKey, quota: Mapping[str, Any], day: dt.date) -> bool:
        """Count a request, unless the quota is used up. key: account, Region, plan and key. quota: as the plan has it."""
        with self._lock:
            counter = self._counters.get(key)
            if counter is None:
                counter = self._counters[key] = _Counter()
                if len(self._counters) > MOST_COUNTERS:
                    self._counters.popitem(last=False)
            self._counters.move_to_end(key)
            if quota and _left(counter, quota, day) <= 0:
                return False
            counter.add(day, 1)
            return True

    def give_back(self, key: PlanKey, day: dt.date) -> None:
        """Take a counted request back, because it was throttled."""
        with self._lock:
            if counter := self._counters.get(key):
                counter.add(day, -1)

    def set_left(self, key: PlanKey, quota: Mapping[str, Any], day: dt.date, left: int) -> None:
        """Let a key have this many requests left of the period of ``day``."""
        with self._lock:
            counter = self._counters.setdefault(key, _Counter())
            start = _start(quota, day)
            counter.granted = {start: counter.granted.get(start, 0) + left - _left(counter, quota, day)}

    def by_day(self, key: PlanKey, quota: Mapping[str, Any], start: dt.date, end: dt.date) -> list[list[int]]:
        """For each day from ``start`` to ``end``: the requests of that day, and how many were left at its end."""
        with self._lock:
            counter = self._counters.get(key) or _Counter()
            days = [start + dt.timedelta(days=number) for number in range((end - start).days + 1)]
            return [[counter.days.get(day, 0), max(0, _left(counter, quota, day)) if quota else 0] for day in days]

    def forget(self, account: str) -> None:
        """Drop the counts of an account."""
        with self._lock:
            for key in [key for key in self._counters if key[0] == account]:
                del self._counters[key]


def _start(quota: Mapping[str, Any], day: dt.date) -> dt.date:
    return period_start(day, str(quota.get("period") or "DAY"), int(quota.get("offset") or 0))


def _left(counter: _Counter, quota: Mapping[str, Any], day: dt.date) -> int:
    start = _start(quota, day)
    return int(quota.get("limit") or 0) + counter.granted.get(start, 0) - counter.used(start, day)
