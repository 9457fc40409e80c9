"""What a simulation says: a row for each interval, totals, percentiles; memory for intervals, not for requests."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_LEAST = 1e-4  # seconds: the first bin of latencies ends here
_GROWTH = math.log(1.03)  # each bin is 3 % longer than the one before
_BINS = int(math.log(3600 / _LEAST) / _GROWTH) + 2
MOST_INTERVALS = 1_440


class Ending(IntEnum):
    """How one attempt of a request ended."""

    WARM = 0
    COLD = 1
    PROVISIONED = 2
    API = 3
    CONCURRENCY = 4
    RATE = 5
    SCALING = 6
    TABLE = 7


SERVED = (Ending.WARM, Ending.COLD, Ending.PROVISIONED)
THROTTLED = (Ending.API, Ending.CONCURRENCY, Ending.RATE, Ending.SCALING)


class Recorder:
    """Adds up attempts by interval. seconds: the length of the traffic; what ends later counts in the last interval. provisioned: environments kept initialised."""

    def __init__(self, seconds: float, interval: float, provisioned: int = 0) -> None:
        self.interval = interval
        self.provisioned = provisioned
        self.provisioned_seconds = 0.0
        self.count = max(1, math.ceil(seconds / interval))
        self.endings = np.zeros((self.count, len(Ending)), dtype=np.int64)
        self.requests = np.zeros(self.count, dtype=np.int64)
        self.given_up = np.zeros(self.count, dtype=np.int64)
        self.busiest = np.zeros(self.count, dtype=np.int64)
        self.latencies = np.zeros((self.count, _BINS), dtype=np.int64)
        self.seconds_served = 0.0
        self.longest = 0.0
        self._begun = np.zeros((2, self.count + 1))
        self._ended = np.zeros((2, self.count + 1))
        self.capacity = np.full(self.count, np.nan)
        self.consumed = np.zeros(self.count)
        self.table_throttles = np.zeros(self.count, dtype=np.int64)

    def place(self, moment: float) -> int:
        """The interval of a moment."""
        return min(int(moment / self.interval), self.count - 1)

    def arrivals(self, moments: Floats) -> None:
        """Requests that came."""
        self.requests += np.bincount(self._places(moments), minlength=self.count)

    def attempts(self, moments: Floats, endings: Integers) -> None:
        """Attempts and how they ended, by the moment at which they began."""
        flat = self._places(moments) * len(Ending) + endings
        self.endings += np.bincount(flat, minlength=self.count * len(Ending)).reshape(self.endings.shape)

    def served(self, moments: Floats, latencies: Floats, busy: Integers) -> None:
        """Requests that were answered. latencies: seconds from the first attempt to the answer. busy: how many were at work when each began."""
        if not len(moments):
            return
        places = self._places(moments)
        bins = np.clip((np.log(np.maximum(latencies, _LEAST) / _LEAST) / _GROWTH).astype(np.int64) + 1, 0, _BINS - 1)
        bins[latencies <= _LEAST] = 0
        first, last = int(places.min()), int(places.max()) + 1
        flat = np.bincount((places - first) * _BINS + bins, minlength=(last - first) * _BINS)
        self.latencies[first:last] += flat.reshape(last - first, _BINS)
        np.maximum.at(self.busiest, places, busy)
        self.seconds_served += float(latencies.sum())
        self.longest = max(self.longest, float(latencies.max()))

    def without_answer(self, moments: Floats) -> None:
        """Requests that nobody answered, by when they came."""
        if len(moments):
            self.given_up += np.bincount(self._places(moments), minlength=self.count)

    def work(self, begun: Floats, ended: Floats) -> None:
        """Stretches of time in which environments were at work."""
        for moments, sums in ((begun, self._begun), (ended, self._ended)):
            places = np.minimum((moments / self.interval).astype(np.int64), self.count)
            sums[0] += np.bincount(places, minlength=self.count + 1)
            sums[1] += np.bincount(places, weights=moments, minlength=self.count + 1)

    @property
    def seconds_at_work(self) -> float:
        """How long environments were at work, all together; ``provisioned_seconds`` of it were in provisioned ones."""
        return float(self._ended[1].sum() - self._begun[1].sum())

    def concurrency(self) -> Floats:
        """How many environments were at work, on average over each interval."""
        edges = np.arange(1, self.count + 1) * self.interval

        def until(sums: Floats) -> Floats:
            # Of those that lie before an edge: how long before it, added up.
            return np.asarray(edges * np.cumsum(sums[0])[:-1] - np.cumsum(sums[1])[:-1])

        passed = until(self._begun) - until(self._ended)
        return np.asarray(np.diff(np.concatenate(([0.0], passed))) / self.interval)

    def _places(self, moments: Floats) -> Integers:
        return np.minimum((moments / self.interval).astype(np.int64), self.count - 1)


def percentile(latencies: Integers, share: float) -> float:
    """A percentile in seconds of latencies counted by bin, at most 3 % off; NaN when there are none. share: 0 to 1."""
    total = int(latencies.sum())
    if not total:
        return math.nan
    place = int(np.searchsorted(np.cumsum(latencies), math.ceil(share * total)))
    return _LEAST * math.exp((place - 0.5) * _GROWTH) if place else _LEAST


@dataclass(frozen=True)
class Result:
    """The outcome of one simulation; everything in it is simulated.

    seconds: how long the traffic lasted. seed: what it was drawn from.
    """

    recorder: Recorder
    seconds: float
    seed: int

    @property
    def frame(self) -> pd.DataFrame:
        """One row an interval: ``second`` (its start), ``requests``, ``served``, ``cold_starts``, ``spilled_over`` (served on demand although there is
        provisioned concurrency), throttled attempts by reason, ``table_throttles``, ``given_up`` (requests that got no answer), ``concurrency`` (mean)
        and ``concurrency_max``, ``p50_ms``, ``p99_ms``, ``capacity`` and ``consumed`` of the table in units a second.
        """
        import pandas as pd

        recorder = self.recorder
        ended = recorder.endings
        columns: dict[str, Any] = {
            "second": np.arange(recorder.count) * recorder.interval,
            "requests": recorder.requests,
            "served": ended[:, SERVED].sum(axis=1),
            "cold_starts": ended[:, Ending.COLD],
            "provisioned": ended[:, Ending.PROVISIONED],
            "throttled_by_api": ended[:, Ending.API],
            "throttled_by_concurrency": ended[:, Ending.CONCURRENCY],
            "throttled_by_rate": ended[:, Ending.RATE],
            "throttled_by_scaling": ended[:, Ending.SCALING],
            "table_throttles": recorder.table_throttles,
            "failed_at_table": ended[:, Ending.TABLE],
            "given_up": recorder.given_up,
            "concurrency": recorder.concurrency(),
            "concurrency_max": recorder.busiest,
            "p50_ms": [percentile(row, 0.5) * 1000 for row in recorder.latencies],
            "p99_ms": [percentile(row, 0.99) * 1000 for row in recorder.latencies],
            "capacity": recorder.capacity,
            "consumed": recorder.consumed / recorder.interval,
        }
        return pd.DataFrame(columns)

    @property
    def totals(self) -> dict[str, float]:
        """The whole time in a few numbers; latencies in ms."""
        recorder = self.recorder
        ended = recorder.endings.sum(axis=0)
        served = int(sum(ended[one] for one in SERVED))
        every = recorder.latencies.sum(axis=0)
        return {
            "requests": int(recorder.requests.sum()),
            "served": served,
            "cold_starts": int(ended[Ending.COLD]),
            "throttled": int(sum(ended[one] for one in THROTTLED)),
            "failed_at_table": int(ended[Ending.TABLE]),
            "given_up": int(recorder.given_up.sum()),
            "concurrency_max": int(recorder.busiest.max()),
            "mean_ms": recorder.seconds_served / served * 1000 if served else math.nan,
            "p50_ms": percentile(every, 0.5) * 1000,
            "p99_ms": percentile(every, 0.99) * 1000,
            "max_ms": recorder.longest * 1000,
        }

    def __repr__(self) -> str:
        said = ", ".join(f"{name} {value:,.0f}" for name, value in self.totals.items())
        return f"simulated, {self.seconds:g} s, seed {self.seed}: {said}"
