"""The body of a dashboard: what makes it invalid, and what is passed over with a warning.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from helpers.localcloud.observe.dashboards.findings import ONE_OF, Findings
from helpers.localcloud.observe.dashboards.metric_rows import check_rows

MOST_WIDGETS, MOST_VARIABLES, MOST_ALARMS = 500, 25, 100
_ROOT = {"widgets", "start", "end", "periodOverride", "variables"}
_WIDGET = {"type", "x", "y", "width", "height", "properties"}
_TYPES = ("metric", "text", "log", "alarm", "explorer", "custom", "chart")
_RANGES = {"x": (0, 23), "y": (0, None), "width": (1, 24), "height": (1, 1_000)}
_VIEWS = ("timeSeries", "singleValue", "gauge", "bar", "pie", "table")
_METRIC = {
    *("metrics", "annotations", "region", "accountId", "view", "stacked", "stat", "period", "title", "liveData"),
    *("legend", "yAxis", "sparkline", "singleValueFullPrecision", "setPeriodToTimeRange", "trend", "timezone", "table"),
    *("start", "end", "theme", "labels", "id", "width", "height", "sort"),
}
_OTHERS: dict[str, dict[str, type]] = {
    "text": {"markdown": str},
    "log": {"query": str, "region": str},
    "alarm": {"alarms": list},
    "explorer": {"metrics": list, "widgetOptions": dict},
    "custom": {"endpoint": str},
    "chart": {},
}
_JSON_NAMES = {str: "string", list: "array", dict: "object", bool: "boolean", int: "integer"}


def check_body(text: str) -> Findings:
    """What is wrong with the text of a dashboard's body, and what is only odd.

    Raises: ``ValueError`` when it is no JSON object.
    """
    body = json.loads(text, parse_constant=_refuse)
    if not isinstance(body, dict):
        raise ValueError("no object")
    found = Findings()
    found.unexpected("", body, _ROOT)
    for name in ("start", "end"):
        found.member("", body, name, str, "string")
    if "end" in body and "start" not in body:
        found.wrong("", "Should have property start when property end is present")
    found.one_of("", body, "periodOverride", ("auto", "inherit"))
    if found.member("", body, "variables", list, "array") and len(body["variables"]) > MOST_VARIABLES:
        found.wrong("/variables", f"Should NOT have more than {MOST_VARIABLES} items")
    if found.required("", body, "widgets") and found.typed("/widgets", body["widgets"], list, "array"):
        if len(body["widgets"]) > MOST_WIDGETS:
            found.wrong("/widgets", f"Should NOT have more than {MOST_WIDGETS} items")
        for number, widget in enumerate(body["widgets"]):
            _check_widget(found, f"/widgets/{number}", widget)
    return found


def _check_widget(found: Findings, path: str, widget: Any) -> None:
    if not found.typed(path, widget, dict, "object"):
        return
    found.unexpected(path, widget, _WIDGET)
    for name, (least, most) in _RANGES.items():
        if not found.member(path, widget, name, int, "integer"):
            continue
        value = widget[name]
        if value < least:
            found.wrong(f"{path}/{name}", f"Should be >= {least}")
        elif most is not None and value > most:
            found.wrong(f"{path}/{name}", f"Should be <= {most}")
    for one, other in (("x", "y"), ("y", "x")):
        if one in widget and other not in widget:
            found.wrong(path, f"Should have property {other} when property {one} is present")
    has_type, has_properties = found.required(path, widget, "type"), found.required(path, widget, "properties")
    if has_type and widget["type"] not in _TYPES:
        found.wrong(f"{path}/type", ONE_OF)
    elif has_type and has_properties and found.typed(f"{path}/properties", widget["properties"], dict, "object"):
        if widget["type"] == "metric":
            _check_metric_widget(found, f"{path}/properties", widget["properties"])
        else:
            _check_other_widget(found, f"{path}/properties", widget["type"], widget["properties"])


def _check_metric_widget(found: Findings, path: str, properties: Mapping[str, Any]) -> None:
    found.unexpected(path, properties, _METRIC)
    found.required(path, properties, "region")
    if "annotations" not in properties:
        found.required(path, properties, "metrics")
    found.one_of(path, properties, "view", _VIEWS)
    for name, kind in {
        "region": str,
        "title": str,
        "stat": str,
        "stacked": bool,
        "period": int,
        "legend": dict,
    }.items():
        found.member(path, properties, name, kind, _JSON_NAMES[kind])
    if found.member(path, properties, "annotations", dict, "object"):
        _check_alarms(found, f"{path}/annotations", properties["annotations"], 1)
    if found.member(path, properties, "metrics", list, "array"):
        check_rows(found, f"{path}/metrics", properties["metrics"])


def _check_other_widget(found: Findings, path: str, kind: str, properties: Mapping[str, Any]) -> None:
    for name, wanted in _OTHERS[kind].items():
        if found.required(path, properties, name) and name != "alarms":
            found.typed(f"{path}/{name}", properties[name], wanted, _JSON_NAMES[wanted])
    if kind == "alarm":
        _check_alarms(found, path, properties, MOST_ALARMS)


def _check_alarms(found: Findings, path: str, holder: Mapping[str, Any], most: int) -> None:
    if not found.member(path, holder, "alarms", list, "array"):
        return
    alarms = holder["alarms"]
    if not alarms:
        found.wrong(f"{path}/alarms", "Should NOT have less than 1 items")
    if len(alarms) > most:
        found.wrong(f"{path}/alarms", f"Should NOT have more than {most} items")
    for number, arn in enumerate(alarms):
        found.typed(f"{path}/alarms/{number}", arn, str, "string")


def _refuse(name: str) -> float:
    raise ValueError(f"{name} is not JSON")
