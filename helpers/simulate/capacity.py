"""The provisioned capacity of a table over time: burst, and auto scaling minute by minute.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/burst-adaptive-capacity.html
"""

from __future__ import annotations

import math

from helpers.simulate.buckets import TokenBucket
from helpers.simulate.models import Table
from helpers.simulate.results import Recorder
from helpers.simulate.tracking import MINUTE, Tracking


class Capacity:
    """A table that gives out its units, and tells the recorder what it had and what was taken.

    Who asks for more than there is gets it and leaves a debt, as in the local cloud: how much a request takes is known only when it was carried out.
    """

    def __init__(self, table: Table, recorder: Recorder) -> None:
        self._table = table
        self._recorder = recorder
        self._now = table.capacity
        # A table that was just made has saved nothing up yet.
        self._bucket = TokenBucket(table.capacity, table.capacity * max(1.0, table.burst_seconds))
        self._bucket.tokens = table.capacity
        self._least = min(1.0, table.units)
        self._taken = 0.0
        self._tracking = Tracking(table.scaling) if table.scaling else None
        self._minute_ends = float(MINUTE) if table.scaling else math.inf
        self._ready, self._ordered = math.inf, table.capacity
        recorder.capacity[:] = table.capacity
        if self._tracking and (bounded := self._tracking.bounded(table.capacity)) != table.capacity:
            self._order(0.0, bounded)

    def take(self, moment: float) -> bool:
        """One request's units, if there are any."""
        while moment >= self._minute_ends or moment >= self._ready:
            if self._ready <= self._minute_ends:
                self._set()
            else:
                self._close_minute()
        taken = self._bucket.take(moment, self._least)
        place = self._recorder.place(moment)
        if taken:
            units = self._table.units
            self._bucket.tokens -= units - self._least
            self._taken += units
            self._recorder.consumed[place] += units
        else:
            self._recorder.table_throttles[place] += 1
        return taken

    def _close_minute(self) -> None:
        assert self._tracking
        moment, consumed = self._minute_ends, self._taken
        self._minute_ends += MINUTE
        self._taken = 0.0
        wanted = self._tracking.minute(consumed, self._now, moment, self._ready < math.inf)
        if wanted is not None:
            self._order(moment, wanted)

    def _order(self, moment: float, capacity: float) -> None:
        assert self._table.scaling
        self._ready, self._ordered = moment + self._table.scaling.delay, capacity
        if self._ready < self._recorder.count * self._recorder.interval:
            self._recorder.capacity[self._recorder.place(self._ready) :] = capacity

    def _set(self) -> None:
        assert self._tracking
        self._tracking.done(self._ready, self._ordered - self._now)
        self._now = self._ordered
        self._bucket.take(self._ready, 0)
        self._bucket.rate = self._now
        self._bucket.size = self._now * max(1.0, self._table.burst_seconds)
        self._ready = math.inf
