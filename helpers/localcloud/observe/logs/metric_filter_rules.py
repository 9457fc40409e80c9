"""Which metric filters CloudWatch Logs takes.

Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from helpers.localcloud.observe.logs import patterns_json
from helpers.localcloud.observe.logs.errors import invalid
from helpers.localcloud.observe.logs.patterns import FilterPattern
from helpers.localcloud.observe.logs.patterns_values import number_of

MOST_DIMENSIONS = 3
_FIELDS = {"json": "a selector such as $.latency", "fields": "$ and a field of the filter pattern"}


def check_transformation(given: Mapping[str, Any], pattern: FilterPattern) -> None:
    """Refuse a metric transformation that does not fit its pattern.

    Raises: ``LogsError`` (InvalidParameterException).
    """
    for name in ("metricName", "metricNamespace"):
        if not given[name].strip():
            raise invalid(f"Invalid metric transformation: {name} must not be empty")
    if given["metricNamespace"].startswith("AWS/"):
        raise invalid("Invalid metric transformation: a metricNamespace that starts with AWS/ is reserved")
    _check_value(str(given["metricValue"]), pattern)
    default, dimensions = given.get("defaultValue"), given.get("dimensions")
    if default is not None and not math.isfinite(default):
        raise invalid("Invalid metric transformation: defaultValue must be a finite number")
    if not dimensions:
        return
    if default is not None:
        raise invalid("Invalid metric transformation: dimensions and default value are mutually exclusive properties.")
    if len(dimensions) > MOST_DIMENSIONS:
        raise invalid(f"Invalid metric transformation: at most {MOST_DIMENSIONS} dimensions are allowed")
    if pattern.kind == "terms":
        raise invalid("The specified filter pattern does not support dimensions")
    for name, reference in dimensions.items():
        if not name.strip() or name.startswith(":"):
            raise invalid(f"Invalid metric transformation: {name!r} is no name of a dimension")
        if not _is_field(reference, pattern):
            raise invalid(
                f"Invalid metric transformation: the dimension {name} has the value {reference!r}, which is not {_FIELDS[pattern.kind]}"
            )


def _check_value(value: str, pattern: FilterPattern) -> None:
    """A number, a selector for JSON events, or a field of a space-delimited pattern by name or position."""
    if (number_of(value) is not None and math.isfinite(float(value))) or _is_field(value, pattern):
        return
    wanted = " or ".join(["a number", *([_FIELDS[pattern.kind]] if pattern.kind in _FIELDS else [])])
    raise invalid(f"Invalid metric transformation: metricValue {value!r} is not {wanted}")


def _is_field(reference: str, pattern: FilterPattern) -> bool:
    """Whether a transformation may take a field: any selector of JSON events, one of those that a space-delimited pattern names."""
    if pattern.kind != "json":
        return reference in pattern.names or _is_position(reference, pattern)
    try:
        patterns_json.steps_of(reference)
    except ValueError:
        return False
    return True


def _is_position(reference: str, pattern: FilterPattern) -> bool:
    return pattern.kind == "fields" and reference[:1] == "$" and reference[1:].isdecimal() and int(reference[1:]) > 0
