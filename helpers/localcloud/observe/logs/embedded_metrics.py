"""The embedded metric format: log events that carry metrics, and say in ``_aws`` which of their members are the values.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from helpers.localcloud.observe.metrics.store import MetricKey

MOST_METRICS = 100
MOST_DIMENSIONS = 30
MOST_VALUES = 100
OLDEST_MS = 14 * 86_400_000
NEWEST_MS = 2 * 3_600_000
LARGEST = 2.0**360
OWN_CLOCK_MS = 900_000
"""As long as a function may run."""


_RATES = (
    "Bytes",
    "Kilobytes",
    "Megabytes",
    "Gigabytes",
    "Terabytes",
    "Bits",
    "Kilobits",
    "Megabits",
    "Gigabits",
    "Terabits",
    "Count",
)
UNITS = frozenset(
    ("Seconds", "Microseconds", "Milliseconds", "Percent", "None", *_RATES, *(f"{unit}/Second" for unit in _RATES))
)


@dataclass(frozen=True)
class Measurement:
    """Values of one metric. moment: seconds since 1970. resolution: 60 or 1."""

    key: MetricKey
    values: tuple[float, ...]
    unit: str
    moment: float
    resolution: int


@dataclass
class Extraction:
    """What one log event gives. parsing_errors: it is no document of the format; validation_errors: parts of it point at nothing usable."""

    measurements: list[Measurement] = field(default_factory=list)
    parsing_errors: int = 0
    validation_errors: int = 0


class _Malformed(Exception):
    """The document does not have the form that the specification asks for."""


def extract(message: str, now: int, ahead: int = 0) -> Extraction | None:
    """The metrics in one log event; nothing when it is no document of the format.

    now: in ms; metrics are taken from two weeks before to two hours after it. ahead: how far ``now`` is ahead of the wall clock, which functions and their
    libraries read: a timestamp of the last quarter of an hour by that clock, when nearer to it, is moved to ``now``'s.
    """
    text = message.strip()
    if '"_aws"' not in text or '"CloudWatchMetrics"' not in text or not text.startswith("{"):
        return None
    found = Extraction()
    try:
        root = json.loads(text, parse_constant=_not_json)
        directives = root["_aws"]["CloudWatchMetrics"]
    except (KeyError, TypeError):
        return None
    except (ValueError, RecursionError):
        found.parsing_errors = 1
        return found
    try:
        timestamp = _number(root["_aws"].get("Timestamp"))
        late = timestamp - (now - ahead)
        if -OWN_CLOCK_MS <= late <= 60_000 and abs(late) < abs(timestamp - now):
            timestamp += ahead
        for directive in _typed(directives, list):
            _read(_typed(directive, dict), root, timestamp, now, found)
    except _Malformed:
        return Extraction(parsing_errors=1)
    return found


def _read(directive: Mapping[str, Any], root: Mapping[str, Any], timestamp: float, now: int, found: Extraction) -> None:
    """Add what one MetricDirective gives."""
    namespace = _text(directive.get("Namespace"))
    named = [[_text(name) for name in _typed(one, list)] for one in _typed(directive.get("Dimensions"), list)]
    metrics = [_typed(one, dict) for one in _typed(directive.get("Metrics"), list)]
    names = [_text(metric.get("Name")) for metric in metrics]
    if not named:
        raise _Malformed
    if (
        len(metrics) > MOST_METRICS
        or namespace.startswith("AWS/")
        or not now - OLDEST_MS <= timestamp <= now + NEWEST_MS
    ):
        found.validation_errors += 1
        return
    sets = list(_dimension_sets(named, root, found))
    for name, metric in zip(names, metrics, strict=True):
        values = _values(root.get(name))
        unit, resolution = metric.get("Unit", "None"), metric.get("StorageResolution", 60)
        known = isinstance(unit, str) and unit in UNITS and isinstance(resolution, int) and resolution in (1, 60)
        if not values or not known or isinstance(resolution, bool):
            found.validation_errors += 1
            continue
        for dimensions in sets:
            key = MetricKey(namespace, name, dimensions)
            found.measurements.append(Measurement(key, values, unit, timestamp / 1000, int(resolution)))


def _dimension_sets(
    named: list[list[str]], root: Mapping[str, Any], found: Extraction
) -> Iterator[tuple[tuple[str, str], ...]]:
    for names in named:
        values = {name: root.get(name) for name in names}
        usable = all(
            isinstance(value, str) and len(value.strip()) > 0 and len(value) <= 1024 for value in values.values()
        )
        if len(values) > MOST_DIMENSIONS or not usable:
            found.validation_errors += 1
            continue
        yield tuple(sorted((name, str(value)) for name, value in values.items()))


def _values(target: Any) -> tuple[float, ...]:
    """The numbers of a metric's target; nothing when it is no number and no list of at most 100 numbers."""
    numbers = target if isinstance(target, list) else [target]
    if not 0 < len(numbers) <= MOST_VALUES or not all(_is_number(one) for one in numbers):
        return ()
    return tuple(float(one) for one in numbers)


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= LARGEST and math.isfinite(value)


def _number(value: Any) -> float:
    if not _is_number(value):
        raise _Malformed
    return float(value)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= 255:
        raise _Malformed
    return value


def _typed(value: Any, kind: type) -> Any:
    if not isinstance(value, kind):
        raise _Malformed
    return value


def _not_json(word: str) -> None:
    raise ValueError(f"{word} is no JSON")
