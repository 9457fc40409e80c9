"""What a picture of metrics asks of CloudWatch: metrics in a friendly form, made into the queries of ``GetMetricData``, and the series that come back."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import boto3

from helpers.errors import CourseError
from helpers.show.windows import Window

Metric = Sequence[Any] | Mapping[str, Any] | str


@dataclass(frozen=True)
class Series:
    """One line of a graph. points: value by the start of its period, in seconds since 1970. period: seconds. source: the id of its query."""

    label: str
    points: dict[float, float]
    period: float
    source: str = ""
    messages: tuple[str, ...] = field(default=())

    def last(self) -> float | None:
        """The newest value, if there is one."""
        return self.points[max(self.points)] if self.points else None

    def line(self, window: Window) -> tuple[list[float], list[float]]:
        """x and y of all periods that begin in a window; where a value is missing y is not a number, which leaves a gap."""
        first, end = math.ceil(window.start / self.period), math.ceil(window.end / self.period)
        times = [place * self.period for place in range(first, end)]
        return [window.x(at) for at in times], [self.points.get(at, float("nan")) for at in times]


def queries(metrics: Iterable[Metric], period: int) -> list[dict[str, Any]]:
    """``MetricDataQueries`` for metrics in any of these forms.

    ``("AWS/Lambda", "Errors", {"FunctionName": "orders"}, "Sum")``: namespace, name, dimensions and statistic; the last two may be left out, and
    the statistic is then ``Average``, as in CloudWatch's console. A text is an expression such as ``"100 * m1 / m2"``, in which the metrics are called
    ``m1``, ``m2``… in their order. A dict is a query as ``GetMetricData`` takes it, with or without ``Id`` and ``Period``.

    Raises: ``CourseError`` for anything else.
    Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html
    """
    asked: list[dict[str, Any]] = []
    given = list(metrics)
    taken = {one.get("Id") for one in given if isinstance(one, Mapping)}
    for place, one in enumerate(given, 1):
        name = f"m{place}" if f"m{place}" not in taken else f"metric{place}"
        if isinstance(one, Mapping):
            asked.append(_query(one, name, period))
        elif isinstance(one, str):
            asked.append({"Id": name, "Expression": one, "Label": one, "Period": period})
        else:
            asked.append(_stat(one, name, period))
    return asked


def ask(asked: Sequence[Mapping[str, Any]], window: Window, period: int, client: Any = None) -> list[Series]:
    """The series of some queries, in the order in which CloudWatch answers them."""
    if not asked:
        return []
    cloudwatch = client or boto3.client("cloudwatch")
    found: dict[tuple[str, str], Series] = {}
    pages = cloudwatch.get_paginator("get_metric_data").paginate(
        MetricDataQueries=list(asked), StartTime=window.begin, EndTime=window.finish, ScanBy="TimestampAscending"
    )
    periods = {query["Id"]: period_of(query, period) for query in asked}
    for page in pages:
        for one in page["MetricDataResults"]:
            points = {at.timestamp(): value for at, value in zip(one["Timestamps"], one["Values"], strict=True)}
            key = one["Id"], one.get("Label", one["Id"])
            said = tuple(message.get("Value", message.get("Code", "")) for message in one.get("Messages", []))
            earlier = found[key].points if key in found else {}
            found[key] = Series(key[1], {**earlier, **points}, periods[one["Id"]], one["Id"], said)
    return list(found.values())


def period_of(query: Mapping[str, Any], usual: int) -> int:
    """How many seconds a point of a query stands for."""
    return int(query.get("MetricStat", query).get("Period") or usual)


def label_of(metric: Mapping[str, Any], stat: str = "") -> str:
    """What to call a metric: ``Errors · orders (Sum)``."""
    values = [dimension["Value"] for dimension in metric.get("Dimensions", [])]
    return " · ".join([metric["MetricName"], *values]) + (f" ({stat})" if stat else "")


def _query(given: Mapping[str, Any], name: str, period: int) -> dict[str, Any]:
    query = {"Id": name, **given}
    if "MetricStat" in query:
        query["MetricStat"] = {"Period": period, **query["MetricStat"]}
        query.setdefault("Label", label_of(query["MetricStat"]["Metric"], query["MetricStat"]["Stat"]))
    elif "Expression" in query:
        query.setdefault("Label", query["Expression"])
        query.setdefault("Period", period)
    else:
        raise CourseError("a metric that is a dict needs MetricStat or Expression, as in GetMetricData")
    return query


def _stat(given: Sequence[Any], name: str, period: int) -> dict[str, Any]:
    form = 'a metric is written ("AWS/Lambda", "Errors", {"FunctionName": "orders"}, "Sum")'
    if not 2 <= len(given) <= 4 or not all(isinstance(part, str) for part in given[:2]):
        raise CourseError(f"{form}, not {given!r}")
    dimensions: Mapping[str, str] = {}
    stat = "Average"
    for part in given[2:]:
        if isinstance(part, Mapping):
            dimensions = part
        elif isinstance(part, str):
            stat = part
        else:
            raise CourseError(f"{form}, not {given!r}")
    metric = {
        "Namespace": given[0],
        "MetricName": given[1],
        "Dimensions": [{"Name": key, "Value": str(value)} for key, value in dimensions.items()],
    }
    return {
        "Id": name,
        "Label": label_of(metric, stat),
        "MetricStat": {"Metric": metric, "Period": period, "Stat": stat},
    }
