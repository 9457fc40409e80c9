"""Metric filters: what they make of log events as these come. What came before a filter was put counts for nothing.

A matching event gives its value to the minute of its timestamp. A minute in which events came and none matched gets the default value, when it is over.
Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html
"""

from __future__ import annotations

import logging
import math
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from moto.logs.models import logs_backends

from helpers.localcloud.observe import context
from helpers.localcloud.observe.logs import filter_rules
from helpers.localcloud.observe.logs.patterns import FilterPattern, Match
from helpers.localcloud.observe.logs.patterns_values import number_of
from helpers.localcloud.observe.logs.store import LogEvent, LogStore
from helpers.localcloud.observe.metrics import store as metrics

MOST_DIMENSION_SETS = 1_000
_MINUTE = 60
_HOUR = 3_600

_log = logging.getLogger(__name__)

Dimensions = tuple[tuple[str, str], ...]


@dataclass
class MetricFilter:
    """A metric filter of one log group.

    created: ms since 1970. transformation: as PutMetricFilter gave it. silent: minutes with events of which none matched yet; matched: those with a match.
    seen: the sets of dimensions of the clock hour ``hour``.
    """

    name: str
    group: str
    pattern: FilterPattern
    transformation: Mapping[str, Any]
    created: int
    disabled: bool = False
    silent: set[int] = field(default_factory=set)
    matched: set[int] = field(default_factory=set)
    before: set[int] = field(default_factory=set)
    seen: set[Dimensions] = field(default_factory=set)
    hour: int = 0
    waiting: bool = False
    lock: Any = field(default_factory=threading.Lock)

    def described(self) -> dict[str, Any]:
        """As DescribeMetricFilters gives it."""
        return {
            "filterName": self.name,
            "filterPattern": self.pattern.text,
            "metricTransformations": [dict(self.transformation)],
            "creationTime": self.created,
            "logGroupName": self.group,
            "applyOnTransformedLogs": False,
        }


def count_of(account: str, region: str, name: str) -> int:
    """How many metric filters a log group has."""
    group = logs_backends[account][region].groups.get(name)
    return len(filter_rules.filters(group, filter_rules.METRIC_FILTERS)) if group else 0


def listen(store: LogStore) -> None:
    """Let the metric filters of an account and Region look at the log events that come."""
    store.listeners.append(lambda group, stream, events: _look(store, group, events))


def _look(store: LogStore, name: str, events: list[LogEvent]) -> None:
    group = logs_backends[store.account][store.region].groups.get(name)
    if group is None:
        return
    for one in list(filter_rules.filters(group, filter_rules.METRIC_FILTERS).values()):
        if not one.disabled:
            _apply(store, one, events)


def _apply(store: LogStore, one: MetricFilter, events: list[LogEvent]) -> None:
    """Put what the events give to one filter, and note the minutes that stay silent."""
    found: dict[tuple[int, Dimensions], Counter[float]] = {}
    silent: set[int] = set()
    matched: set[int] = set()
    for event in events:
        minute = event.timestamp // (_MINUTE * 1000)
        match = one.pattern.match(event.message)
        if match is None:
            silent.add(minute)
            continue
        matched.add(minute)
        value, dimensions = _value(one, match), _dimensions(one, match)
        if value is not None and dimensions is not None:
            found.setdefault((minute, dimensions), Counter())[value] += 1
    if one.transformation.get("defaultValue") is not None:
        _note(store, one, silent, matched)
    for (minute, dimensions), values in found.items():
        if dimensions and _too_many(store, one, dimensions):
            return
        _put(store, one, minute, dimensions, values)


def _put(store: LogStore, one: MetricFilter, minute: int, dimensions: Dimensions, values: Mapping[float, int]) -> None:
    transformation = one.transformation
    key = metrics.MetricKey(transformation["metricNamespace"], transformation["metricName"], dimensions)
    metrics.store_of(store.account, store.region).put(
        key,
        moment=float(minute * _MINUTE),
        values=list(values),
        counts=[float(times) for times in values.values()],
        unit=transformation.get("unit") or "None",
    )


def _value(one: MetricFilter, match: Match) -> float | None:
    """The number that an event gives; nothing when the field that should have it has none."""
    written = str(one.transformation["metricValue"])
    text = match.value(written) if written.startswith("$") else written
    number = None if text is None else number_of(text)
    return number if number is not None and math.isfinite(number) else None


def _dimensions(one: MetricFilter, match: Match) -> Dimensions | None:
    """The dimensions of an event's datapoint; nothing when the event lacks one of them."""
    given: Mapping[str, str] = one.transformation.get("dimensions") or {}
    named = [(name, match.value(reference)) for name, reference in sorted(given.items())]
    full = tuple((name, text) for name, text in named if text and len(text) <= 1024)
    return full if len(full) == len(named) else None


def _too_many(store: LogStore, one: MetricFilter, dimensions: Dimensions) -> bool:
    """Whether a filter made more sets of dimensions within an hour than AWS lets it; it is disabled then, until it is put again."""
    hour = int(context().clock.timestamp() // _HOUR)
    with one.lock:
        if one.hour != hour:
            one.hour, one.seen = hour, set()
        one.seen.add(dimensions)
        if len(one.seen) <= MOST_DIMENSION_SETS:
            return False
        one.disabled = True
        one.seen = set()
    _log.warning(
        "account %s: the metric filter %s of the log group %s is disabled, since it made more than %d sets of dimensions within an hour: put it again with other dimensions",
        store.account,
        one.name,
        one.group,
        MOST_DIMENSION_SETS,
    )
    return True


def _note(store: LogStore, one: MetricFilter, silent: set[int], matched: set[int]) -> None:
    """Remember silent minutes until the current one is over."""
    with one.lock:
        one.matched |= matched
        one.silent |= silent
        if one.waiting or not one.silent:
            return
        one.waiting = True
    clock = context().clock
    end = (clock.timestamp() // _MINUTE + 1) * _MINUTE
    context().schedule.at(end, store.account, lambda: _close_minute(store, one))


def _close_minute(store: LogStore, one: MetricFilter) -> None:
    with one.lock:
        due = one.silent - one.matched - one.before
        one.before, one.matched, one.silent = one.matched, set(), set()
        one.waiting = False
    group = logs_backends[store.account][store.region].groups.get(one.group)
    if group is None or filter_rules.filters(group, filter_rules.METRIC_FILTERS).get(one.name) is not one:
        return
    for minute in sorted(due):
        _put(store, one, minute, (), {float(one.transformation["defaultValue"]): 1})
