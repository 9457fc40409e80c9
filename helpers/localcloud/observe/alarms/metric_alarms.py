"""Requests of ``PutMetricAlarm``: what CloudWatch accepts, and what an evaluation needs of it.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from helpers.localcloud.observe.alarms.action_targets import check_actions
from helpers.localcloud.observe.alarms.errors import (
    InvalidParameterValue,
    NotHere,
    ValidationError,
    constraint,
    required,
)
from helpers.localcloud.observe.alarms.evaluation import COMPARISONS
from helpers.localcloud.observe.alarms.metric_queries import check_queries, metric_stats, period_of, watched
from helpers.localcloud.observe.alarms.names import check_dimensions, check_name, check_tags
from helpers.localcloud.observe.alarms.states import Criteria, Missing
from helpers.localcloud.observe.metrics.statistics import SIMPLE as STATISTICS
from helpers.localcloud.observe.metrics.statistics import UnknownStatistic, statistic_named

_BANDS = ("LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold", "GreaterThanUpperThreshold")
_UNITS = ("Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes", "Bits", "Kilobits", "Megabits", "Gigabits")
UNITS = {
    *("Seconds", "Microseconds", "Milliseconds", *_UNITS, "Terabits", "Percent", "Count", "None"),
    *(f"{unit}/Second" for unit in (*_UNITS, "Terabits", "Count")),
}
_ABSENT = {
    "ThresholdMetricId": "anomaly detection",
    "WarmUpConfiguration": "warm-up periods of alarms",
    "EvaluationCriteria": "PromQL alarms",
    "EvaluationInterval": "PromQL alarms",
    "ActionConfiguration": "tags in the notifications of alarms",
}
_SINGLE = ("MetricName", "Namespace", "Dimensions", "Period", "Unit", "Statistic", "ExtendedStatistic")
_KNOWN = {
    *("AlarmName", "AlarmDescription", "ActionsEnabled", "OKActions", "AlarmActions", "InsufficientDataActions"),
    *(*_SINGLE, "EvaluationPeriods", "DatapointsToAlarm", "Threshold", "ComparisonOperator", "TreatMissingData"),
    *("EvaluateLowSampleCountPercentile", "Metrics", "Tags", "EvaluationWindow"),
}
_TREATMENTS = ("breaching", "notBreaching", "ignore", "missing")


def check_metric_alarm(given: Mapping[str, Any], account: str, region: str) -> None:
    """Accept a request.

    Raises: ``ValidationError`` and ``InvalidParameterValue`` in AWS's words; what the local cloud does not have is refused by name.
    """
    for name, feature in _ABSENT.items():
        if given.get(name) is not None:
            raise NotHere(feature)
    unknown = set(given) - _KNOWN
    if unknown:
        raise NotHere(f"parameter {sorted(unknown)[0]} of PutMetricAlarm")
    if "WallClockWindow" in (given.get("EvaluationWindow") or {}):
        raise NotHere("wall clock windows of alarms: they slide")
    check_name(given.get("AlarmName"))
    if len(given.get("AlarmDescription") or "") > 1_024:
        raise constraint(given["AlarmDescription"], "alarmDescription", "have length less than or equal to 1024")
    check_tags(given.get("Tags") or [])
    check_actions(given, region)
    _check_threshold(given)
    if given.get("Metrics"):
        for name in _SINGLE:
            if given.get(name):
                raise ValidationError(f"{name} should not be set if list of Metrics is set.")
        for stat in metric_stats(given["Metrics"]):
            check_metric(stat.get("Metric") or {})
            _check_name_of_statistic(stat.get("Stat"))
            check_statistics({"Unit": stat.get("Unit")})
            _check_period(stat.get("Period"))
        check_queries(given["Metrics"], account, region)
        _check_length(period_of(given["Metrics"]), given["EvaluationPeriods"])
    else:
        _check_single(given)


def _check_threshold(given: Mapping[str, Any]) -> None:
    comparison = given.get("ComparisonOperator")
    if comparison in _BANDS:
        raise NotHere("anomaly detection")
    if comparison is None:
        raise ValidationError("ComparisonOperator must not be null")
    if comparison not in COMPARISONS:
        raise constraint(
            comparison,
            "comparisonOperator",
            f"satisfy enum value set: [{', '.join((*COMPARISONS, *_BANDS))}]",
        )
    threshold = given.get("Threshold")
    if threshold is None:
        raise ValidationError("Threshold must not be null")
    if not math.isfinite(threshold):
        raise InvalidParameterValue(f"The value {threshold} for parameter Threshold is not supported.")
    for name in ("EvaluationPeriods", "DatapointsToAlarm"):
        value = given.get(name)
        if value is None and name == "EvaluationPeriods":
            raise ValidationError("EvaluationPeriods must not be null")
        if value is not None and value < 1:
            raise constraint(value, f"{name[0].lower()}{name[1:]}", "have value greater than or equal to 1")
    if given.get("DatapointsToAlarm") and given["DatapointsToAlarm"] > given["EvaluationPeriods"]:
        raise ValidationError("DatapointsToAlarm must be less than or equal to EvaluationPeriods")
    treatment = given.get("TreatMissingData")
    if treatment is not None and treatment not in _TREATMENTS:
        raise ValidationError(
            f"The value {treatment} is not supported for TreatMissingData parameter. Supported values are [{', '.join(_TREATMENTS)}]."
        )
    low = given.get("EvaluateLowSampleCountPercentile")
    if low is not None and low not in ("evaluate", "ignore"):
        raise ValidationError(
            f"Option {low} is not supported. Supported options for parameter EvaluateLowSampleCountPercentile are evaluate and ignore."
        )


def _check_single(given: Mapping[str, Any]) -> None:
    for name in ("MetricName", "Namespace"):
        if not given.get(name):
            raise ValidationError(f"{name} must not be null")
    statistic, extended = given.get("Statistic"), given.get("ExtendedStatistic")
    if bool(statistic) == bool(extended):
        raise ValidationError("Exactly one of Statistic and ExtendedStatistic must be specified.")
    check_metric(given)
    check_statistics(given)
    _check_period(given.get("Period"))
    _check_length(given["Period"], given["EvaluationPeriods"])


def check_metric(metric: Mapping[str, Any]) -> None:
    """Accept the namespace, name and dimensions of a metric.

    Raises: ``ValidationError`` and ``InvalidParameterValue``.
    """
    for name in ("MetricName", "Namespace"):
        value, at = metric.get(name), f"{name[0].lower()}{name[1:]}"
        required(value, at)
        if not value:
            raise constraint(value, at, "have length greater than or equal to 1")
        if len(value) > 255:
            raise constraint(value, at, "have length less than or equal to 255")
    if metric["Namespace"].startswith(":"):
        raise constraint(metric["Namespace"], "namespace", "satisfy regular expression pattern: [^:].*")
    check_dimensions(metric.get("Dimensions") or [])


def check_statistics(metric: Mapping[str, Any]) -> None:
    """Accept the statistic, extended statistic and unit of a request, where it has them.

    Raises: ``ValidationError`` and ``InvalidParameterValue``.
    """
    statistic, extended, unit = metric.get("Statistic"), metric.get("ExtendedStatistic"), metric.get("Unit")
    if statistic is not None and statistic not in STATISTICS:
        raise constraint(statistic, "statistic", f"satisfy enum value set: [{', '.join(STATISTICS)}]")
    if extended is not None and extended in STATISTICS:
        raise _unsupported(extended)
    if extended is not None:
        _check_name_of_statistic(extended)
    if unit is not None and unit not in UNITS:
        raise constraint(unit, "unit", f"satisfy enum value set: [{', '.join(sorted(UNITS))}]")


def _check_name_of_statistic(stat: Any) -> None:
    try:
        statistic_named(str(stat))
    except UnknownStatistic:
        raise _unsupported(stat) from None


def _unsupported(stat: Any) -> InvalidParameterValue:
    return InvalidParameterValue(f"The value {stat} for parameter ExtendedStatistic is not supported.")


def _check_period(period: Any) -> None:
    if period is None:
        raise ValidationError("Period must not be null")
    if period not in (10, 20, 30) and (period < 60 or period % 60):
        raise ValidationError("Period must be 10, 20, 30 or a multiple of 60")


def _check_length(period: int, periods: int) -> None:
    if period < 3_600 and period * periods > 86_400:
        raise ValidationError(
            "Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400)"
        )
    if period * periods > 604_800:
        raise ValidationError(
            "Metrics cannot be checked across more than a week (EvaluationPeriods * Period must be <= 604800)"
        )


def criteria_of(config: Mapping[str, Any]) -> Criteria:
    """What an evaluation needs of an accepted request."""
    queries = config.get("Metrics")
    stat = config.get("Statistic") or config.get("ExtendedStatistic")
    percentile = str(stat or "")
    ignores = config.get("EvaluateLowSampleCountPercentile") == "ignore" and percentile.startswith("p")
    return Criteria(
        comparison=config["ComparisonOperator"],
        threshold=float(config["Threshold"]),
        periods=int(config["EvaluationPeriods"]),
        datapoints=int(config.get("DatapointsToAlarm") or config["EvaluationPeriods"]),
        says_datapoints=bool(config.get("DatapointsToAlarm")),
        period=period_of(queries) if queries else int(config["Period"]),
        missing=_missing(config),
        statistic=None if queries else str(stat),
        unit=config.get("Unit"),
        low_samples=float(percentile[1:]) / 100 if ignores else None,
    )


def _missing(config: Mapping[str, Any]) -> Missing:
    """How gaps are treated: as the alarm says, or else as missing, but gaps of DynamoDB's metrics are ignored."""
    chosen: Missing | None = config.get("TreatMissingData")
    if chosen:
        return chosen
    namespace = config.get("Namespace")
    if config.get("Metrics"):
        stat = watched(config["Metrics"]).get("MetricStat")
        namespace = stat["Metric"]["Namespace"] if stat else None
    return "ignore" if namespace == "AWS/DynamoDB" else "missing"
