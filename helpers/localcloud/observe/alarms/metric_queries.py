"""The ``Metrics`` of an alarm: metrics and expressions of which exactly one is watched.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from helpers.localcloud.observe.alarms.errors import NotHere, ValidationError, constraint
from helpers.localcloud.observe.metrics import queries as metric_math

MOST_QUERIES = 20
MOST_OF_A_KIND = 10
_ID = re.compile(r"[a-z][a-zA-Z0-9_]{0,254}")
_QUERY_KEYS = {"Id", "MetricStat", "Expression", "Label", "ReturnData", "Period", "AccountId"}
_CLOCK = re.compile(r"\b(MINUTE|HOUR|DAY|DATE|MONTH|YEAR|EPOCH)\s*\(")
_ABSENT = {
    "ANOMALY_DETECTION_BAND": "anomaly detection",
    "SEARCH": "search expressions in alarms (AWS has none either)",
    "DB_PERF_INSIGHTS": "Performance Insights metrics in alarms",
}


def check_queries(queries: Sequence[Mapping[str, Any]], account: str, region: str) -> None:
    """Accept the ``Metrics`` of ``PutMetricAlarm``; periods and statistics are checked with those of other alarms.

    Raises: ``ValidationError``.
    """
    if len(queries) > MOST_QUERIES:
        raise constraint("[MetricDataQuery]", "metrics", f"have length less than or equal to {MOST_QUERIES}")
    for number, query in enumerate(queries, 1):
        _check(query, number, account)
    ids = [query["Id"] for query in queries]
    if len(set(ids)) != len(ids):
        raise ValidationError("The values for parameter id in Metrics are not unique.")
    if sum(bool(query.get("ReturnData", True)) for query in queries) != 1:
        raise ValidationError("Exactly one element of the metrics list should return data.")
    for kind in ("MetricStat", "Expression"):
        if sum(kind in query for query in queries) > MOST_OF_A_KIND:
            raise ValidationError(f"Invalid metrics list: at most {MOST_OF_A_KIND} of its members may have {kind}.")
    if not any("MetricStat" in query for query in queries):
        raise ValidationError("Invalid metrics list: it must contain at least one metric.")
    if watched(queries)["Id"] in metric_math.check(account, region, queries, "Metrics"):
        raise ValidationError(
            "Metrics expression that return multi time series are only allowed for MetricsInsights expression with an ORDER BY clause"
        )


def _check(query: Mapping[str, Any], number: int, account: str) -> None:
    unknown = set(query) - _QUERY_KEYS
    if unknown:
        raise NotHere(f"{sorted(unknown)[0]} of the metrics of an alarm")
    name = str(query.get("Id") or "")
    if not _ID.fullmatch(name):
        raise constraint(name, f"metrics.{number}.member.id", "satisfy regular expression pattern: [a-z][a-zA-Z0-9_]*")
    if query.get("AccountId") not in (None, account):
        raise NotHere("alarms on metrics of other accounts")
    if ("MetricStat" in query) == ("Expression" in query):
        raise ValidationError(
            f"Invalid metrics list: exactly one of MetricStat and Expression must be specified for {name}."
        )
    expression = str(query.get("Expression") or "")
    if len(expression) > 2_048:
        raise constraint(expression, f"metrics.{number}.member.expression", "have length less than or equal to 2048")
    if re.match(r"\s*SELECT\b", expression, re.IGNORECASE):
        raise NotHere("alarms on Metrics Insights queries")
    for function, feature in _ABSENT.items():
        if re.search(rf"\b{function}\s*\(", expression):
            raise NotHere(feature)


def watched(queries: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The query whose result the alarm is on."""
    return next(query for query in queries if query.get("ReturnData", True))


def is_restless(queries: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a result changes with time alone, because an expression asks what time it is."""
    return any(_CLOCK.search(str(query.get("Expression") or "")) for query in queries)


def metric_stats(queries: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The metrics among the queries."""
    return (query["MetricStat"] for query in queries if "MetricStat" in query)


def period_of(queries: Sequence[Mapping[str, Any]]) -> int:
    """Seconds between the datapoints that the alarm is on."""
    query = watched(queries)
    if "MetricStat" in query:
        return int(query["MetricStat"]["Period"])
    return int(query.get("Period") or max(int(stat["Period"]) for stat in metric_stats(queries)))
