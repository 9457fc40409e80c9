"""PutMetricData: what is checked before anything is kept; a request is kept wholly or not at all.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from helpers.localcloud.observe.metrics import checks
from helpers.localcloud.observe.metrics.errors import (
    InvalidParameterCombination,
    InvalidParameterValue,
    MissingParameter,
)
from helpers.localcloud.observe.metrics.series import StatisticSet
from helpers.localcloud.observe.metrics.store import HIGH, STANDARD, MetricKey, MetricStore

MOST_METRICS = 1000
MOST_VALUES = 150
_GREATEST = 2.0**360
_PAST = 14 * 86400.0
_FUTURE = 2 * 3600.0
_SET = ("SampleCount", "Sum", "Minimum", "Maximum")


@dataclass(frozen=True, slots=True)
class Datum:
    """One checked member of a request."""

    key: MetricKey
    moment: float
    unit: str
    resolution: int
    values: Sequence[float] = ()
    counts: Sequence[float] = ()
    statistics: StatisticSet | None = None


def check(namespace: str, data: Sequence[Mapping[str, Any]], now: float) -> list[Datum]:
    """The members of a request, checked.

    namespace: any, also one of AWS's own. data: as boto3 takes ``MetricData``. now: seconds since 1970, which is also the moment of a datum without time stamp.
    Raises: the errors of ``PutMetricData``.
    """
    checks.present(namespace, "Namespace")
    checks.namespace(namespace)
    if not data:
        raise MissingParameter("The parameter MetricData is required.")
    checks.size(data, "MetricData", MOST_METRICS)
    return [_datum(namespace, datum, f"MetricData.member.{number}", now) for number, datum in enumerate(data, 1)]


def keep(store: MetricStore, data: Sequence[Datum]) -> None:
    """Keep what was checked."""
    for datum in data:
        store.put(
            datum.key,
            moment=datum.moment,
            values=datum.values,
            counts=datum.counts,
            statistics=datum.statistics,
            unit=datum.unit,
            resolution=datum.resolution,
        )


def _datum(namespace: str, datum: Mapping[str, Any], where: str, now: float) -> Datum:
    checks.present(datum.get("MetricName"), f"{where}.MetricName")
    name = checks.text(datum["MetricName"], f"{where}.MetricName")
    dimensions = checks.dimensions(datum.get("Dimensions"), f"{where}.Dimensions")
    unit = datum.get("Unit")
    if unit is not None:
        checks.unit(unit, f"{where}.Unit")
    resolution = datum.get("StorageResolution")
    if resolution is not None:
        checks.one_of(resolution, f"{where}.StorageResolution", (HIGH, STANDARD))
    common = MetricKey(namespace, name, dimensions), _moment(datum, where, now), unit or "None", resolution or STANDARD
    _check_combination(datum, where)
    if datum.get("Value") is not None:
        return Datum(*common, values=[_number(datum["Value"], f"{where}.Value")])
    if datum.get("StatisticValues") is not None:
        return Datum(*common, statistics=_set(datum["StatisticValues"], f"{where}.StatisticValues"))
    return Datum(*common, *_values(datum, where))


def _moment(datum: Mapping[str, Any], where: str, now: float) -> float:
    if datum.get("Timestamp") is None:
        return now
    moment = checks.moment(datum["Timestamp"], f"{where}.Timestamp")
    if moment < now - _PAST:
        raise InvalidParameterValue(f"The parameter {where}.Timestamp must specify a time within the past two weeks.")
    if moment > now + _FUTURE:
        raise InvalidParameterValue(
            f"The parameter {where}.Timestamp must specify a time no more than two hours in the future."
        )
    return moment


def _check_combination(datum: Mapping[str, Any], where: str) -> None:
    given = [part for part in ("Value", "Values", "StatisticValues") if datum.get(part) is not None]
    if len(given) > 1:
        first, second = given[:2]
        raise InvalidParameterCombination(
            f"The parameters {where}.{first} and {where}.{second} are mutually exclusive and you have specified both."
        )
    if datum.get("Counts") is not None and "Values" not in given:
        raise InvalidParameterCombination(
            f"The parameter {where}.Values is required when the parameter {where}.Counts is specified."
        )
    if not given:
        raise MissingParameter(
            f"At least one of the parameters {where}.Value, {where}.Values and {where}.StatisticValues is required."
        )


def _values(datum: Mapping[str, Any], where: str) -> tuple[list[float], list[float]]:
    values, counts = datum["Values"], datum.get("Counts")
    if not values:
        raise MissingParameter(f"The parameter {where}.Values is required.")
    checks.size(values, f"{where}.Values", MOST_VALUES)
    if counts is None:
        counts = [1.0] * len(values)
    elif len(counts) != len(values):
        raise InvalidParameterValue(f"The parameters {where}.Values and {where}.Counts must be of the same size.")
    numbers = [_number(value, f"{where}.Values") for value in values]
    weights = [_number(count, f"{where}.Counts") for count in counts]
    negative = next((count for count in weights if count < 0), None)
    if negative is not None:
        raise InvalidParameterValue(f"The value {negative} for parameter {where}.Counts is invalid.")
    return numbers, weights


def _set(given: Mapping[str, Any], where: str) -> StatisticSet:
    for part in _SET:
        if given.get(part) is None:
            raise MissingParameter(f"The parameter {where}.{part} is required.")
    samples, total, least, most = (_number(given[part], f"{where}.{part}") for part in _SET)
    if samples <= 0:
        raise InvalidParameterValue(f"The parameter {where}.SampleCount must be greater than 0.")
    if least > most:
        raise InvalidParameterValue(f"The parameter {where}.Maximum must be greater than {where}.Minimum.")
    return StatisticSet(samples, total, least, most)


def _number(value: Any, parameter: str) -> float:
    number = float(value)
    if math.isnan(number) or abs(number) > _GREATEST:
        shown = "NaN" if math.isnan(number) else {math.inf: "∞", -math.inf: "-∞"}.get(number, str(number))
        raise InvalidParameterValue(f"The value {shown} for parameter {parameter} is invalid.")
    return number
