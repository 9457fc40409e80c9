"""The JSON of a CloudWatch dashboard, read: its widgets in their places, and the metrics of each written out.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from helpers.errors import CourseError
from helpers.show.metric_series import label_of

COLUMNS, USUAL_SIZE, USUAL_PERIOD = 24, 6, 300


@dataclass(frozen=True)
class Widget:
    """x, y, width, height: in the units of a grid of 24 columns."""

    kind: str
    x: int
    y: int
    width: int
    height: int
    properties: Mapping[str, Any]


@dataclass(frozen=True)
class Body:
    """start, end: as the body says them, ``None`` when it does not. varied: whether it has variables, which a reader of the console may set."""

    widgets: tuple[Widget, ...]
    start: str | None = None
    end: str | None = None
    varied: bool = False


@dataclass(frozen=True)
class Looks:
    """How a metric is drawn. right: on the axis at the right."""

    colour: str | None = None
    right: bool = False


def read(body: str | Mapping[str, Any]) -> Body:
    """The widgets of a body; those without a place stand in rows, below the ones that have one.

    Raises: ``CourseError`` when it is no dashboard.
    """
    try:
        told = json.loads(body) if isinstance(body, str) else body
    except ValueError as problem:
        raise CourseError(f"the body of the dashboard is no JSON: {problem}") from None
    if not isinstance(told, Mapping) or not isinstance(told.get("widgets"), list):
        raise CourseError('the body of a dashboard is a JSON object with a list "widgets"')
    widgets: list[Widget] = []
    x = row = 0
    y = max((int(one["y"]) + _size(one)[1] for one in told["widgets"] if _is_placed(one)), default=0)
    for one in told["widgets"]:
        wide, high = _size(one)
        if _is_placed(one):
            place = int(one["x"]), int(one["y"])
        else:
            if x + wide > COLUMNS:
                x, y, row = 0, y + row, 0
            place, x, row = (x, y), x + wide, max(row, high)
        widgets.append(Widget(str(one.get("type", "")), *place, wide, high, one.get("properties", {})))
    return Body(tuple(widgets), told.get("start"), told.get("end"), bool(told.get("variables")))


def _size(widget: Mapping[str, Any]) -> tuple[int, int]:
    """Width and height."""
    wide, high = (max(1, int(widget.get(name, USUAL_SIZE))) for name in ("width", "height"))
    return min(COLUMNS, wide), high


def _is_placed(widget: Mapping[str, Any]) -> bool:
    return "x" in widget and "y" in widget


def written_out(rows: Sequence[Sequence[Any]]) -> list[tuple[list[str], dict[str, Any]]]:
    """Each metric with its namespace, name and dimensions in full, and its options.

    ``"."`` stands for what the metric before has in that place, ``"..."`` (or ``".."``) for as much of its beginning as is left out.
    """
    full: list[tuple[list[str], dict[str, Any]]] = []
    before: list[str] = []
    for row in rows:
        parts = [part for part in row if isinstance(part, str)]
        options = next((dict(part) for part in row if isinstance(part, Mapping)), {})
        for place, part in enumerate(parts):
            if part in ("..", "..."):
                rest = len(parts) - place - 1
                parts = [*parts[:place], *before[place : len(before) - rest], *parts[place + 1 :]]
                break
        parts = [before[place] if part == "." and place < len(before) else part for place, part in enumerate(parts)]
        if parts:
            before = parts
        full.append((parts, options))
    return full


def queries_of(
    properties: Mapping[str, Any], whole: int | None = None
) -> tuple[list[dict[str, Any]], dict[str, Looks]]:
    """The queries of a metric widget, and how each is drawn. whole: seconds, when one value stands for the whole time.

    Raises: ``CourseError`` for a metric that is none.
    """
    usual, stat = int(properties.get("period", USUAL_PERIOD)), properties.get("stat", "Average")
    asked, unnamed, looks = [], [], {}
    rows = written_out(properties.get("metrics", []))
    taken = {options["id"] for _, options in rows if "id" in options}
    for place, (parts, options) in enumerate(rows, 1):
        name = options.get("id") or next(one for one in (f"m{place}", f"metric{place}") if one not in taken)
        period = whole or int(options.get("period", usual))
        query: dict[str, Any] = {"Id": name, "ReturnData": options.get("visible", True)}
        if "expression" in options:
            query |= {"Expression": options["expression"], "Period": period}
            query["Label"] = options.get("label", options["expression"])
        elif len(parts) >= 2 and len(parts) % 2 == 0:
            pairs = zip(parts[2::2], parts[3::2], strict=True)
            metric = {
                "Namespace": parts[0],
                "MetricName": parts[1],
                "Dimensions": [{"Name": key, "Value": value} for key, value in pairs],
            }
            measured = options.get("stat", stat)
            query["MetricStat"] = {"Metric": metric, "Period": period, "Stat": measured}
            query["Label"] = options.get("label", "")
        else:
            raise CourseError(f"a metric is written [namespace, name, dimension, value, …], not {json.dumps(parts)}")
        if options.get("accountId"):
            query["AccountId"] = options["accountId"]
        asked.append(query)
        if not query["Label"] and "MetricStat" in query:
            unnamed.append(query)
        looks[name] = Looks(options.get("color"), options.get("yAxis") == "right")
    _name(unnamed)
    return asked, looks


def _name(asked: Sequence[dict[str, Any]]) -> None:
    """Label queries by that in which they differ: the statistic, the name or the dimensions that all have is left out."""
    stats = [query["MetricStat"] for query in asked]
    names = {stat["Metric"]["MetricName"] for stat in stats}
    values = {json.dumps(stat["Metric"]["Dimensions"]) for stat in stats}
    for query, stat in zip(asked, stats, strict=True):
        metric = stat["Metric"]
        if len(values) > 1 and len(names) == 1 and metric["Dimensions"]:
            label = " · ".join(dimension["Value"] for dimension in metric["Dimensions"])
        elif len(values) == 1 and len(names) > 1:
            label = metric["MetricName"]
        else:
            label = label_of(metric)
        query["Label"] = (
            f"{label} ({stat['Stat']})" if len({one["Stat"] for one in stats}) > 1 or len(stats) == 1 else label
        )


def split_query(query: str) -> tuple[list[str], str]:
    """The log groups and the query itself of a log widget: ``SOURCE 'orders' | SOURCE 'mails' | fields @message``."""
    groups: list[str] = []
    steps: list[str] = []
    for step in query.split("|"):
        word, _, rest = step.strip().partition(" ")
        if word.upper() == "SOURCE" and not steps:
            groups += [part.strip().strip("'\"") for part in rest.split(",") if part.strip()]
        else:
            steps.append(step)
    return groups, "|".join(steps).strip()
