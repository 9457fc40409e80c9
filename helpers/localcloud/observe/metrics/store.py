"""Where the datapoints of one account and Region are kept."""

from __future__ import annotations

import heapq
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from helpers.localcloud.observe.metrics.bounds import drop_oldest
from helpers.localcloud.observe.metrics.series import Sample, Series, StatisticSet

MOST_DATAPOINTS = 2_000_000
MOST_METRICS = 20_000
CHARACTERS = 1024  # that the names and dimensions of a metric may have, on the average of a full store
STANDARD = 60
HIGH = 1
_log = logging.getLogger(__name__)

Source = Callable[[str, str], None]

sources: list[Source] = []
"""What counts on its own puts it here when somebody reads: called with account and Region, before every answer."""


@dataclass(frozen=True, slots=True)
class MetricKey:
    """What makes a metric: namespace, name and the exact set of dimensions, sorted by name."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...] = ()


class MetricStore:
    """The metrics of one account and Region. Safe among threads.

    listeners: called after data of a key came, outside the lock, with the key and the moment of the datapoint in seconds since 1970; of what is counted message by
    message, and of gauges, once a minute. They must be cheap, and take no lock that somebody holds while reading metrics: a source may be waiting for it.
    dropped: how many datapoints were forgotten, oldest first, because there were too many.
    """

    def __init__(self, most_datapoints: int = MOST_DATAPOINTS, most_metrics: int = MOST_METRICS) -> None:
        self.listeners: list[Callable[[MetricKey, float], None]] = []
        self.dropped = 0
        self._most_datapoints = most_datapoints
        self._most_metrics = most_metrics
        self._metrics: dict[MetricKey, dict[str, Series]] = {}
        self._recorded: dict[tuple[str, str, tuple[tuple[str, str], ...], str], tuple[MetricKey, Series]] = {}
        self._datapoints = 0
        self._characters = 0
        self._lock = threading.Lock()

    def put(
        self,
        key: MetricKey,
        *,
        moment: float,
        value: float | None = None,
        values: Sequence[float] = (),
        counts: Sequence[float] = (),
        statistics: StatisticSet | None = None,
        unit: str = "None",
        resolution: int = STANDARD,
        told: bool = False,
    ) -> None:
        """Keep one value, or several with how often each came, or a statistic set.

        moment: seconds since 1970. resolution: 60, or 1 for a high-resolution metric; the datapoint stands at the beginning of its minute or second.
        told: the listeners know already.
        """
        moment = moment // resolution * resolution
        with self._lock:
            series = self._series(key, unit)
            if value is not None:
                series.put(moment, value)
                self._datapoints += 1
            elif statistics is not None:
                series.put_set(moment, statistics)
                self._datapoints += 1
            else:
                for one, count in zip(values, counts or [1.0] * len(values), strict=True):
                    if count > 0:
                        series.put(moment, one, count)
                        self._datapoints += 1
            if self._datapoints > self._most_datapoints:
                self._drop()
        if not told:
            self.tell(key, moment)

    def record(
        self,
        namespace: str,
        dimensions: tuple[tuple[str, str], ...],
        values: Mapping[str, float],
        units: Mapping[str, str],
        moment: float,
        *,
        counted: bool = False,
    ) -> None:
        """Keep one value of each of some metrics that have the same dimensions: the short way for what is recorded at every call.

        dimensions: in whatever order. units: of metrics that are not counts. counted: add the values to the statistic sets of their minute, as ``count`` does.
        """
        moment = moment // STANDARD * STANDARD
        recorded = self._recorded
        keys: list[MetricKey] = []
        with self._lock:
            for name, value in values.items():
                unit = units.get(name, "Count")
                known = recorded.get((namespace, name, dimensions, unit))
                if known is None:
                    key = MetricKey(namespace, name, tuple(sorted(dimensions)))
                    known = key, self._series(key, unit)
                    recorded[namespace, name, dimensions, unit] = known
                key, series = known
                if not counted:
                    series.put(moment, value)
                elif not series.count(moment, value):
                    continue
                keys.append(key)
            self._datapoints += len(keys)
            if self._datapoints > self._most_datapoints:
                self._drop()
        if self.listeners:
            for key in keys:
                self.tell(key, moment)

    def count(self, key: MetricKey, value: float, *, moment: float, unit: str = "None") -> bool:
        """Add one sample to the statistic set of its minute: what happens with every message takes no room of its own.

        Returns whether it is the first of its minute: then the caller tells the listeners, when it holds no lock.
        """
        moment = moment // STANDARD * STANDARD
        with self._lock:
            begun = self._series(key, unit).count(moment, value)
            if begun:
                self._datapoints += 1
                if self._datapoints > self._most_datapoints:
                    self._drop()
        return begun

    def tell(self, key: MetricKey, moment: float) -> None:
        """Let the listeners know of data that is there, or that a source will put when somebody reads."""
        for listener in self.listeners:
            listener(key, moment)

    def keys(self) -> list[MetricKey]:
        """All metrics that have data, in the order in which they came."""
        with self._lock:
            return list(self._metrics)

    def last(self, key: MetricKey) -> float | None:
        """The moment of the newest datapoint of a metric; nothing when there is no such metric."""
        with self._lock:
            units = self._metrics.get(key)
            return max(series.last for series in units.values()) if units else None

    def units(self, key: MetricKey) -> list[str]:
        """The units that data of a metric came with."""
        with self._lock:
            return list(self._metrics.get(key, ()))

    def periods(
        self, key: MetricKey, unit: str, anchor: float, period: float, start: float, end: float
    ) -> dict[float, Sample]:
        """What a metric has with one unit from ``start`` until before ``end``, by the beginning of its period.

        anchor: a moment at which a period begins. All in seconds; moments since 1970.
        """
        with self._lock:
            series = self._metrics.get(key, {}).get(unit)
            return series.periods(anchor, period, start, end) if series else {}

    def _series(self, key: MetricKey, unit: str) -> Series:
        units = self._metrics.get(key)
        if units is None:
            if len(self._metrics) >= self._most_metrics or self._characters > self._most_metrics * CHARACTERS:
                self._drop_metrics()
            units = self._metrics[key] = {}
            self._characters += _characters(key)
        series = units.get(unit)
        if series is None:
            series = units[unit] = Series()
        return series

    def _drop_metrics(self) -> None:
        """Forget the metrics that have been silent for the longest time."""
        last = {key: max(series.last for series in units.values()) for key, units in self._metrics.items()}
        lost = 0
        self._recorded.clear()
        for silent in heapq.nsmallest(max(1, len(last) // 20), last, key=last.__getitem__):
            self._characters -= _characters(silent)
            lost += sum(len(series) for series in self._metrics.pop(silent).values())
        self._datapoints -= lost
        self._say(lost)

    def _drop(self) -> None:
        everything = [series for units in self._metrics.values() for series in units.values()]
        lost = drop_oldest(everything, max(1, self._most_datapoints // 20))
        self._datapoints -= lost
        for key in [key for key, units in self._metrics.items() if not any(len(series) for series in units.values())]:
            del self._metrics[key]
            self._characters -= _characters(key)
        self._recorded.clear()
        self._say(lost)

    def _say(self, lost: int) -> None:
        if not self.dropped:
            _log.warning(
                "metrics: more than %d datapoints or %d metrics in one account and Region; the oldest are dropped",
                self._most_datapoints,
                self._most_metrics,
            )
        self.dropped += lost


def _characters(key: MetricKey) -> int:
    return len(key.namespace) + len(key.name) + sum(len(name) + len(value) for name, value in key.dimensions)


_stores: dict[tuple[str, str], MetricStore] = {}
_making = threading.Lock()

made: list[Callable[[str, str, MetricStore], None]] = []
"""Who follows all stores puts it here: called with account, Region and store when there is a new one."""


def store_of(account: str, region: str) -> MetricStore:
    """The metrics of an account in a Region; an empty store at first use."""
    store = _stores.get((account, region))
    return _new(account, region) if store is None else store


def _new(account: str, region: str) -> MetricStore:
    with _making:
        store = _stores.get((account, region))
        if store is None:
            store = MetricStore()
            for follow in made:
                follow(account, region, store)
            _stores[account, region] = store
    return store


def gather(account: str, region: str) -> MetricStore:
    """The store of an account in a Region, with all that its sources have to tell by now."""
    for source in sources:
        source(account, region)
    return store_of(account, region)


def forget(account: str) -> None:
    """Drop all metrics of an account."""
    for key in [key for key in list(_stores) if key[0] == account]:
        _stores.pop(key, None)
