"""Labels of series: the default, and the values that a label may ask for with ``${…}``.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/graph-dynamic-labels.html
"""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Callable, Sequence

from helpers.localcloud.observe.metrics.errors import NotHere, ValidationError
from helpers.localcloud.observe.metrics.math_values import TimeSeries

MOST_VALUES = 5
_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_PROPERTY = re.compile(r"PROP\('([^']+)'\)")

_VALUES: dict[str, Callable[[Sequence[float]], float]] = {
    "AVG": statistics.fmean,
    "DATAPOINT_COUNT": len,
    "FIRST": lambda values: values[0],
    "FIRST_LAST_RANGE": lambda values: values[-1] - values[0],
    "LAST": lambda values: values[-1],
    "MAX": max,
    "MIN": min,
    "MIN_MAX_RANGE": lambda values: max(values) - min(values),
    "SUM": math.fsum,
}


def check(label: str, parameter: str) -> None:
    """Refuse a label that asks for what there is not.

    Raises: ``ValidationError``.
    """
    variables = _VARIABLE.findall(label)
    for name in variables:
        if name == "LABEL" or name in _VALUES:
            continue
        found = _PROPERTY.fullmatch(name)
        if found and (found[1] in ("MetricName", "Namespace", "Period", "Region", "Stat", "AccountId")):
            continue
        if found and found[1].startswith("Dim."):
            continue
        if re.fullmatch(r"(FIRST|LAST|MIN|MAX|FIRST_LAST|MIN_MAX)_TIME(_RELATIVE|_RANGE)?", name):
            raise NotHere(f"labels with times (${{{name}}} in {parameter})")
        raise ValidationError(f"The value {label} for parameter {parameter} has an unknown variable: ${{{name}}}")
    if variables.count("LABEL") > 1:
        raise ValidationError(f"The value {label} for parameter {parameter} has ${{LABEL}} more than once.")
    if sum(name in _VALUES for name in variables) > MOST_VALUES:
        raise ValidationError(f"The value {label} for parameter {parameter} has more than {MOST_VALUES} values.")


def label_of(series: TimeSeries, default: str, label: str | None, account: str, region: str) -> str:
    """The label of a series. label: what the query says; the default label when it says nothing."""
    if label is None:
        return default
    values = list(series.points.values())

    def shown(found: re.Match[str]) -> str:
        name = found[1]
        if name == "LABEL":
            return default
        if name in _VALUES:
            return f"{_VALUES[name](values):.12g}" if values or name == "DATAPOINT_COUNT" else "--"
        return _property(series, name[len("PROP('") : -len("')")], account, region)

    return _VARIABLE.sub(shown, label)


def _property(series: TimeSeries, name: str, account: str, region: str) -> str:
    fixed = {"AccountId": account, "Region": region, "Period": str(series.period)}
    if name in fixed:
        return fixed[name]
    metric = series.metric
    if metric is None:
        return ""
    known = {"MetricName": metric.key.name, "Namespace": metric.key.namespace, "Stat": metric.stat}
    return known.get(name) or dict(metric.key.dimensions).get(name.removeprefix("Dim."), "")
