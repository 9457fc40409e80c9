"""Auto scaling of a table by target tracking, minute by minute: when an alarm fires, which capacity is wanted, and what holds it back.

The rules are those of the local cloud, and ``tests/simulate`` holds the two against each other: an alarm looks at whole minutes with data, one above the target and one
twenty points under it; only what was consumed counts; and nothing scales after a minute without use.
Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/AutoScaling.html and
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence

from helpers.simulate.models import TargetTracking

MINUTE = 60
_BELOW = 0.2
_FREE_DECREASES = 4
_HOUR, _DAY = 3_600, 86_400


class Tracking:
    """Watches what is consumed, and says when the capacity is to be another one."""

    def __init__(self, scaling: TargetTracking) -> None:
        self._scaling = scaling
        self._high, self._low = _Alarm(scaling.out_minutes), _Alarm(scaling.in_minutes)
        longest = max(self._high.range, self._low.range)
        self._sums: deque[float | None] = deque([None] * longest, maxlen=longest)
        self._out_at, self._out_step, self._in_at = -math.inf, 0, -math.inf
        self._decreases: list[float] = []

    def minute(self, consumed: float, capacity: float, now: float, busy: bool) -> int | None:
        """A minute is over at ``now``: the capacity that is wanted, if it has to change.

        consumed: units in that minute. busy: whether a change is on its way, so that this one cannot begin.
        """
        self._sums.append(consumed or None)
        scaling = self._scaling
        minutes = list(self._sums)
        above = capacity * MINUTE * scaling.target
        below = capacity * MINUTE * max(0.0, scaling.target - _BELOW)
        high = self._high.fires([None if one is None else one > above for one in minutes])
        low = self._low.fires([None if one is None else one < below for one in minutes])
        if busy or not consumed:
            return None
        if high:
            wanted = self._wanted(consumed)
            if wanted > capacity and not self._holds_out(now, wanted - capacity):
                return wanted
        if low:
            wanted = self._wanted(max(one for one in minutes[-scaling.in_minutes :] if one is not None))
            if wanted < capacity and now - self._in_at >= scaling.in_cooldown and self._may_decrease(now):
                return wanted
        return None

    def done(self, moment: float, step: float) -> None:
        """A change is there; step: by how much."""
        if step > 0:
            self._out_at, self._out_step = moment, int(step)
        else:
            self._in_at = moment

    def bounded(self, capacity: float) -> float:
        """A capacity within the bounds."""
        return min(max(capacity, self._scaling.least), self._scaling.most)

    def _wanted(self, consumed: float) -> int:
        return int(self.bounded(math.ceil(round(consumed / MINUTE / self._scaling.target, 6))))

    def _holds_out(self, now: float, step: float) -> bool:
        """A cooldown never holds back a larger step than the last one."""
        return now - self._out_at < self._scaling.out_cooldown and step <= self._out_step

    def _may_decrease(self, now: float) -> bool:
        """DynamoDB takes four decreases a day, and after that one an hour."""
        today = [moment for moment in self._decreases if moment // _DAY == now // _DAY]
        if len(today) >= _FREE_DECREASES and now - today[-1] < _HOUR:
            return False
        self._decreases = [*today, now]
        return True


class _Alarm:
    """An alarm on so many minutes in a row. Gaps of DynamoDB's metrics are ignored: where they leave too little to judge by, it stays as it is."""

    def __init__(self, minutes: int) -> None:
        self._minutes = minutes
        self.range = minutes + max(minutes // 3, 2)
        self._fires = False

    def fires(self, beyond: Sequence[bool | None]) -> bool:
        """Whether it does after these minutes; ``None`` is a minute without data."""
        seen = beyond[-self.range :]
        real = [place for place, one in enumerate(seen) if one is not None][-self._minutes :]
        bad = [place for place in real if seen[place]]
        if len(bad) == self._minutes:
            self._fires = True
        elif len(bad) < len(real) or (real and len(seen) - real[0] < self._minutes):
            self._fires = False
        return self._fires
