"""The life of alarms: which state each was in and when, what it did, and what it compares with what."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import boto3

from helpers.cloud.session import language
from helpers.errors import CourseError
from helpers.languages import numeral
from helpers.show.metric_series import Series, ask, label_of
from helpers.show.windows import Window

SIGNS = {
    "GreaterThanThreshold": ">", "GreaterThanOrEqualToThreshold": "≥", "LessThanThreshold": "<", "LessThanOrEqualToThreshold": "≤",
}  # fmt: skip


@dataclass(frozen=True)
class Span:
    """A time that an alarm spent in one state, in seconds since 1970."""

    state: str
    start: float
    end: float


@dataclass(frozen=True)
class Alarm:
    """rule: what it watches, in words. sign, threshold: of a metric alarm with a fixed threshold, else ``None``. series: what it watches. actions: when
    it told somebody."""

    name: str
    state: str
    rule: str
    spans: tuple[Span, ...]
    actions: tuple[float, ...]
    sign: str | None = None
    threshold: float | None = None
    series: Series | None = None

    def breaches(self, value: float) -> bool:
        """Whether a value is on the wrong side of the threshold."""
        if self.threshold is None:
            return False
        return {
            ">": value > self.threshold, "≥": value >= self.threshold, "<": value < self.threshold, "≤": value <= self.threshold,
        }.get(self.sign or "", False)  # fmt: skip

    def breached(self) -> list[tuple[float, float]]:
        """When values were on the wrong side of the threshold: start and end of each stretch of periods."""
        stretches: list[tuple[float, float]] = []
        if self.series is None:
            return stretches
        for at, value in sorted(self.series.points.items()):
            if not self.breaches(value):
                continue
            if stretches and stretches[-1][1] == at:
                stretches[-1] = (stretches[-1][0], at + self.series.period)
            else:
                stretches.append((at, at + self.series.period))
        return stretches


def alarms_of(names: Iterable[str], window: Window) -> list[Alarm]:
    """The alarms with these names, or ARNs, in this order.

    Raises: ``CourseError`` for a name that no alarm has.
    """
    wanted = [name.rpartition(":alarm:")[2] for name in names]
    if not wanted:
        return []
    cloudwatch = boto3.client("cloudwatch")
    known: dict[str, Mapping[str, Any]] = {}
    for page in cloudwatch.get_paginator("describe_alarms").paginate(
        AlarmNames=wanted, AlarmTypes=["MetricAlarm", "CompositeAlarm"]
    ):
        known |= {one["AlarmName"]: one for one in [*page.get("MetricAlarms", []), *page.get("CompositeAlarms", [])]}
    if missing := [name for name in wanted if name not in known]:
        raise CourseError(f"there is no alarm {missing[0]!r} in this account and Region")
    return [_alarm(cloudwatch, known[name], window) for name in wanted]


def _alarm(cloudwatch: Any, found: Mapping[str, Any], window: Window) -> Alarm:
    spans, actions = _life(cloudwatch, found, window)
    name, state = found["AlarmName"], found["StateValue"]
    if "AlarmRule" in found:
        return Alarm(name, state, found["AlarmRule"], spans, actions)
    sign, threshold = SIGNS.get(found.get("ComparisonOperator", "")), found.get("Threshold")
    many, enough = found.get("EvaluationPeriods", 1), found.get("DatapointsToAlarm")
    asked, period = _watched(found)
    series = next(iter(ask(asked, window, period, cloudwatch)), None) if asked else None
    rule = name
    if threshold is not None:
        rule = f"{series.label if series else name} {sign or ''} {numeral(f'{threshold:g}', language())}"
    return Alarm(name, state, f"{rule}, {enough or many}/{many} × {period} s", spans, actions, sign, threshold, series)


def _watched(found: Mapping[str, Any]) -> tuple[list[dict[str, Any]], int]:
    """The queries whose one answer an alarm compares, and its period."""
    if found.get("Metrics"):
        asked = [dict(query) for query in found["Metrics"]]
        for query in asked:
            if query.get("ReturnData", True) and not query.get("Label"):
                stat = query.get("MetricStat")
                query["Label"] = (
                    label_of(stat["Metric"], stat["Stat"]) if stat else query.get("Expression", query["Id"])
                )
        periods = [query.get("MetricStat", query).get("Period") for query in asked]
        period = max((one for one in periods if one), default=60)
        return [query for query in asked if query["Id"] != found.get("ThresholdMetricId")], period
    if "MetricName" not in found:
        return [], 60
    stat = found.get("ExtendedStatistic") or found["Statistic"]
    metric = {
        "Namespace": found["Namespace"],
        "MetricName": found["MetricName"],
        "Dimensions": found.get("Dimensions", []),
    }
    unit = {"Unit": found["Unit"]} if found.get("Unit") else {}
    asked = [
        {
            "Id": "watched",
            "Label": label_of(metric, stat),
            "MetricStat": {"Metric": metric, "Period": found["Period"], "Stat": stat, **unit},
        }
    ]
    return asked, found["Period"]


def _life(cloudwatch: Any, found: Mapping[str, Any], window: Window) -> tuple[tuple[Span, ...], tuple[float, ...]]:
    """The states of a window, from the changes that are told in the history and the state of now; and when actions ran."""
    changes: list[tuple[float, str, str]] = []
    actions: list[float] = []
    begin, end = window.start, min(window.end, window.now)
    pages = cloudwatch.get_paginator("describe_alarm_history").paginate(
        AlarmName=found["AlarmName"],
        AlarmTypes=["MetricAlarm", "CompositeAlarm"],
        StartDate=window.begin,
        ScanBy="TimestampAscending",
    )
    for page in pages:
        for item in page["AlarmHistoryItems"]:
            at = item["Timestamp"].timestamp()
            if item["HistoryItemType"] == "StateUpdate":
                told = json.loads(item["HistoryData"])
                changes.append((at, told["oldState"]["stateValue"], told["newState"]["stateValue"]))
            elif item["HistoryItemType"] == "Action":
                actions.append(at)
            elif json.loads(item.get("HistoryData") or "{}").get("type") == "Create":
                begin = max(begin, at)
    changes.sort()
    state = changes[0][1] if changes else found["StateValue"]
    spans: list[Span] = []
    for at, _, after in [*changes, (end, "", "")]:
        until = min(at, end)
        if until > begin:
            spans.append(Span(state, begin, until))
            begin = until
        state = after
    return tuple(spans), tuple(at for at in actions if window.start <= at <= end)
